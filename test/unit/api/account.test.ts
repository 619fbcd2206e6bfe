import type { ICredentialTestFunctions } from 'n8n-workflow';

import { requestBalance, testSegmindApi } from '../../../nodes/Segmind/api/account';
import { SegmindClient } from '../../../nodes/Segmind/api/client';
import { contextOf, exchange, KEY, useServer } from './context';

const server = useServer();
const credential = () => ({ apiKey: KEY, baseUrl: server.url });

const respondWith = (statusCode: number, body: string): void => {
	server.respond = (_, response) => void response.writeHead(statusCode).end(body);
};

const balance = async (): Promise<unknown> =>
	await SegmindClient.open(contextOf(credential()).context).then(requestBalance);

/** n8n's older helper, by the options that the credential test passes. */
async function request({ uri, ...options }: Record<string, unknown>) {
	expect(options).toMatchObject({ simple: false, resolveWithFullResponse: true, timeout: 30_000 });
	return await exchange(String(uri), options, options.followRedirect !== false);
}

/** Tests a credential with n8n's helper, or with one that gives this response. */
async function tested(data: object | null, response?: Promise<unknown>) {
	const helpers = { request: response === undefined ? request : async () => await response };
	const context = { helpers } as unknown as ICredentialTestFunctions;
	return await testSegmindApi.call(context, { id: '1', name: 'x', type: 'segmindApi', data } as never);
}

it.each([
	[200, '{"credits": 9.5, "free-credits": 0.018}', [9.5, 0.018, 9.518], '$9.52'],
	[200, '{"credits": "0.1", "free-credits": "0.2"}', [0.1, 0.2, 0.3], '$0.30'],
	[200, '{"credits": -0.5, "free-credits": null}', [-0.5, null, -0.5], '$-0.50'],
	[404, '{"error": "No credits found for the user"}', [0, 0, 0], '$0.00'],
])('reads %i %s as the balance %j', async (statusCode, body, [credits, freeCredits, totalCredits], shown) => {
	respondWith(statusCode, body);
	expect(await balance()).toStrictEqual({ credits, freeCredits, totalCredits });
	const message = `The key works. Credits left: ${shown}`;
	expect(await tested(credential())).toStrictEqual({ status: 'OK', message });
	const sent = { url: '/v1/get-user-credits', method: 'GET', headers: { 'x-api-key': KEY } };
	expect(server.requests).toMatchObject([sent, sent]);
});

it.each([
	[200, '{"error": "No credits found for the user"}', 'endpoint', /is not a balance: No credits found/],
	[200, `<p>Hello ${KEY}</p>`, 'endpoint', /^The response is not a balance: Hello …$/],
	[302, '', 'endpoint', /redirect/],
	[401, `{"error": "No. Sent: ${KEY}..."}`, 'credential', /API key \(401\): No. Sent: …\.\.\.$/],
	[404, '{"error": "Not found"}', 'endpoint', /\(404\): Not found/],
	[500, 'Busy', 'server', /\(500\): Busy/],
	[504, 'Time-out', 'server', /\(504\): Time-out/],
])('finds no balance in %i %s', async (statusCode, body, reason, text) => {
	respondWith(statusCode, body);
	const description = reason === 'server' ? 'Try again later. Nothing was billed.' : expect.any(String);
	const error = { reason, statusCode, billed: 'no', message: expect.stringMatching(text), description };
	await expect(balance()).rejects.toMatchObject(error);
	const message = expect.stringMatching(/^((?!key-1).)*[^.…]\. [A-Z].*\. Nothing was billed\.$/);
	expect(await tested(credential())).toStrictEqual({ status: 'Error', message });
});

it('is free, so that nothing about it is uncertain', async () => {
	server.respond = (_, response) => void response.writeHead(200, { 'content-length': 9 }).destroy();
	const description = 'Try again later. Nothing was billed.';
	const error = { reason: 'server', retryable: true, billed: 'no', statusCode: null, description };
	await expect(balance()).rejects.toMatchObject(error);
	server.close();
	await expect(balance()).rejects.toMatchObject({ reason: 'network' });
	const message = expect.stringMatching(
		/^Segmind could not be reached: .* refused the connection\. Check 'Base URL' and /,
	);
	expect(await tested(credential())).toStrictEqual({ status: 'Error', message });
});

it('tests any credential, and says what is wrong without the key', async () => {
	const empty = { status: 'Error', message: expect.stringContaining("'API Key' is empty. Paste a key") };
	for (const data of [null, { ...credential(), apiKey: ' ' }])
		expect(await tested(data)).toStrictEqual(empty);
	const { message } = await tested({ apiKey: KEY, baseUrl: 'http://a.example' });
	expect(message).toContain("'Base URL' must start with https://");
	for (const thrown of [new Error(`x ${KEY}`), `x ${KEY}`]) {
		expect(await tested(credential(), Promise.reject(thrown))).toHaveProperty('message', 'x …');
	}
	const parsed = Promise.resolve({ statusCode: 200, headers: {}, body: { credits: 1 } });
	expect(await tested(credential(), parsed)).toHaveProperty('status', 'OK');
	const nothing = Promise.resolve({ statusCode: 200, headers: {} });
	expect((await tested(credential(), nothing)).message).toContain('is not a balance');
});
