/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

const CHANNEL = 'http.client.response.finish';

/**
 * Tells of every image that arrives, by watching the HTTP client of this process: the node itself tells n8n only
 * when all is done.
 *
 * @returns ends the watch
 */
export function onImage(baseUrl: string, told: () => void): () => void {
	const { host } = new URL(baseUrl);
	const watch = (message: unknown): void => {
		const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
		const type = response.headers['content-type'] ?? '';
		if (request.host === new URL(`http://${host}`).hostname && type.startsWith('image/')) told();
	};
	subscribe(CHANNEL, watch);
	return () => {
		unsubscribe(CHANNEL, watch);
	};
}
