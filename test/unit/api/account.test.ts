import type { ICredentialTestFunctions } from 'n8n-workflow';

import { requestBalance, testSegmindApi } from '../../../nodes/Segmind/api/account';
import { SegmindClient } from '../../../nodes/Segmind/api/client';
import { contextOf, exchange, KEY, useServer } from './context';

const server = useServer();

const respondWith = (statusCode: number, body: string): void => {
	server.respond = (_, response) => void response.writeHead(statusCode).end(body);
};

/** n8n's older helper, by the options that the credential test passes. */
async function request({ uri, ...options }: Record<string, unknown>) {
	expect(options).toMatchObject({ simple: false, resolveWithFullResponse: true, timeout: 30_000 });
	return await exchange(String(uri), options, options.followRedirect !== false);
}

/** Tests a credential; `send` takes the place of n8n's helper. */
async function tested(data: object | null = { apiKey: KEY, baseUrl: server.url }, send: unknown = request) {
	const context = { helpers: { request: send } } as unknown as ICredentialTestFunctions;
	return await testSegmindApi.call(context, { id: '1', name: 'x', type: 'segmindApi', data } as never);
}

const balance = async (): Promise<unknown> =>
	await SegmindClient.open(contextOf({ apiKey: KEY, baseUrl: server.url }).context).then(requestBalance);

it.each([
	[200, '{"credits": 9.5, "free-credits": 0.018}', [9.5, 0.018, 9.518], '$9.52'],
	[200, '{"credits": "0.1", "free-credits": "0.2"}', [0.1, 0.2, 0.3], '$0.30'],
	[200, '{"credits": 0}', [0, null, 0], '$0.00'],
	[200, '{"credits": -0.5, "free-credits": null}', [-0.5, null, -0.5], '$-0.50'],
	[404, '{"error": "No credits found for the user"}', [0, 0, 0], '$0.00'],
])('reads %i %s as the balance %j', async (statusCode, body, [credits, freeCredits, totalCredits], shown) => {
	respondWith(statusCode, body);
	expect(await balance()).toStrictEqual({ credits, freeCredits, totalCredits });
	expect(await tested()).toStrictEqual({ status: 'OK', message: `The key works. Credits left: ${shown}` });
	const sent = { url: '/v1/get-user-credits', method: 'GET', headers: { 'x-api-key': KEY } };
	expect(server.requests).toMatchObject([sent, sent]);
});

it.each([
	[200, '{"error": "No credits found for the user"}', 'endpoint', /is not a balance: No credits found/],
	[200, `<p>Hello ${KEY}</p>`, 'endpoint', /^The response is not a balance: Hello …$/],
	[204, '', 'endpoint', /^The response is not a balance: $/],
	[302, '', 'endpoint', /redirect/],
	[401, `{"error": "No such key: ${KEY}..."}`, 'credential', /API key \(401\): No such key: ….../],
	[404, '{"error": "Not found"}', 'endpoint', /\(404\): Not found/],
	[500, 'Busy', 'server', /\(500\): Busy/],
	[504, 'Time-out', 'server', /\(504\): Time-out/],
])('finds no balance in %i %s', async (statusCode, body, reason, message) => {
	respondWith(statusCode, body);
	const description = reason === 'server' ? 'Try again later. Nothing was billed.' : expect.any(String);
	const error = { reason, statusCode, billed: 'no', message: expect.stringMatching(message), description };
	await expect(balance()).rejects.toMatchObject(error);
	const result = await tested();
	expect(result).toStrictEqual({ status: 'Error', message: expect.not.stringContaining(KEY) });
	expect(result.message).toMatch(/[^.…]\. [A-Z].*\. Nothing was billed\.$/);
});

it('is free, so that nothing about it is uncertain', async () => {
	server.respond = (_, response) => void response.writeHead(200, { 'content-length': 9 }).destroy();
	const description = 'Try again later. Nothing was billed.';
	const error = { reason: 'server', retryable: true, billed: 'no', statusCode: null, description };
	await expect(balance()).rejects.toMatchObject(error);
	server.close();
	await expect(balance()).rejects.toMatchObject({ reason: 'network' });
	const message = expect.stringMatching(/^Segmind could not be reached: .* refused\. Check 'Base URL' and /);
	expect(await tested()).toStrictEqual({ status: 'Error', message });
});

const HERE = { apiKey: KEY, baseUrl: 'http://127.0.0.1:1' };
const throwing = (thrown: unknown) => () => {
	throw thrown;
};

it.each<[message: string, data: object | null, send: unknown]>([
	["'API Key' is empty. Paste a key", null, request],
	["'API Key' is empty. Paste a key", { apiKey: ' ', baseUrl: 'https://api.segmind.com' }, request],
	["'Base URL' must start with https://", { apiKey: KEY, baseUrl: 'http://a.example' }, request],
	['x …', HERE, throwing(new Error(`x ${KEY}`))],
	['text …', HERE, throwing(`text ${KEY}`)],
	['is not a balance', HERE, async () => ({ statusCode: 200, headers: {} })],
])('says "%s" for the credential %j', async (text, data, send) => {
	const message = expect.stringContaining(text);
	expect(await tested(data, send)).toStrictEqual({ status: 'Error', message });
});

it('reads a body that n8n has parsed already', async () => {
	const parsed = async () => ({ statusCode: 200, headers: {}, body: { credits: 1 } });
	expect(await tested(HERE, parsed)).toHaveProperty('status', 'OK');
});
