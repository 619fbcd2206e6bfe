/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { fetch } from 'undici';

import { SegmindApi } from '../../../credentials/SegmindApi.credentials';

export const KEY = 'key-1';

/** Starts a server on this machine for each test, which sets how it responds. */
export function useServer() {
	const requests: Array<Readonly<Record<'url' | 'method' | 'headers' | 'body', unknown>>> = [];
	const server = createServer(async (request, response) => {
		const chunks = await request.toArray();
		const { url, method, headers } = request;
		requests.push({ url, method, headers, body: Buffer.concat(chunks).toString() });
		control.respond(request, response);
	});
	const empty: RequestListener = (_, response) => void response.end();
	const close = (): void => void server.close().closeAllConnections();
	const control = { url: '', requests, close, respond: empty };
	beforeEach(async () => {
		await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
		control.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		requests.length = 0;
	});
	afterEach(close);
	return control;
}

/** Sends a request and returns the response, as a text or, for n8n's `encoding: 'stream'`, as Node's stream. */
export async function exchange(url: string, init: object, follows: boolean, encoding?: unknown) {
	const response = await fetch(url, { ...init, redirect: follows ? 'follow' : 'manual' });
	const body = encoding === 'stream' ? Readable.from(response.body ?? []) : await response.text();
	return { statusCode: response.status, headers: Object.fromEntries(response.headers), body };
}

/** n8n's context as far as the API needs it: its requests really go out, by the options that n8n has. */
export function contextOf(segmindApi: { apiKey: unknown; baseUrl: unknown }, cancelled?: AbortSignal) {
	const sent: IHttpRequestOptions[] = [];
	async function send(options: IHttpRequestOptions, signal: unknown): Promise<unknown> {
		sent.push(options);
		const { url, method, headers, disableFollowRedirect, encoding } = options;
		const given: unknown = options.body;
		const body = given === undefined ? null : Buffer.isBuffer(given) ? given : JSON.stringify(given);
		const init = { method, headers, body, signal: signal ?? null };
		const response = await exchange(url, init, disableFollowRedirect !== true, encoding);
		const { statusCode: status, headers: received, body: data } = response;
		const { ignoreHttpStatusErrors: ignored } = options;
		const isThrown = typeof ignored === 'object' ? ignored.except?.includes(status) : ignored !== true;
		if (status >= 300 && isThrown === true) {
			const cause = { response: { status, headers: received, data }, request: { writableFinished: true } };
			throw new Error('n8n wraps it', { cause });
		}
		return options.returnFullResponse === true ? response : response.body;
	}
	const credentials: Readonly<Record<string, object>> = { segmindApi };
	const helpers = {
		httpRequest: async (options: IHttpRequestOptions) => await send(options, options.abortSignal),
		async httpRequestWithAuthentication(this: IExecuteFunctions, name: string, options: IHttpRequestOptions) {
			const signed = await new SegmindApi().authenticate(credentials[name] as never, options);
			return await send(signed, this.getExecutionCancelSignal());
		},
	};
	const getCredentials = async (name: string) => credentials[name];
	const context = { getCredentials, getExecutionCancelSignal: () => cancelled, helpers };
	return { context: context as unknown as IExecuteFunctions, sent };
}
