/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

const CHANNEL = 'http.client.response.finish';

/**
 * Calls back for each image that arrives, by watching the HTTP client of this process: the node reports to n8n only
 * at the end.
 *
 * @returns stops watching
 */
export function onImage(baseUrl: string, callback: () => void): () => void {
	const { host } = new URL(baseUrl);
	const watch = (message: unknown): void => {
		const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
		const type = response.headers['content-type'] ?? '';
		if (request.host === new URL(`http://${host}`).hostname && type.startsWith('image/')) callback();
	};
	subscribe(CHANNEL, watch);
	return () => {
		unsubscribe(CHANNEL, watch);
	};
}
