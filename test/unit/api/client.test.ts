/* eslint-disable @n8n/community-nodes/no-restricted-globals -- controls the time of a server, not part of the node */
import { SegmindClient } from '../../../nodes/Segmind/api/client';
import { contextOf, KEY, useServer } from './context';

const MEBIBYTE = 1024 * 1024;

const server = useServer();

async function open(cancelled?: AbortSignal, baseUrl: string = server.url) {
	const { context, sent } = contextOf({ apiKey: ` ${KEY}\n`, baseUrl }, cancelled);
	return { client: await SegmindClient.open(context), sent };
}

it.each([
	['', 'https://a.example', 'credential', "'API Key' is empty", 'Enter it in the Segmind credential.'],
	[null, 'https://a.example', 'credential', "'API Key' is empty", 'Enter it in the Segmind credential.'],
	[KEY, 'http://a.example', 'endpoint', "'Base URL' must start with https", 'Enter https://api.'],
])('sends nothing with the key %j and the base URL %s', async (apiKey, baseUrl, reason, message, advice) => {
	const opened = SegmindClient.open(contextOf({ apiKey, baseUrl }).context);
	const error = { reason, billed: 'no', message: expect.stringContaining(message) };
	await expect(opened).rejects.toMatchObject(error);
	const description = expect.stringMatching(new RegExp(`^${advice}.* Nothing was sent\\.$`));
	await expect(opened).rejects.toHaveProperty('description', description);
	if (reason === 'endpoint') await expect(opened).rejects.toHaveProperty('cause.name', 'InvalidBaseUrlError');
});

it('sends a body as JSON with the key, or no body at all', async () => {
	const { client } = await open(undefined, `${server.url}/base/`);
	await client.send({ method: 'POST', path: '/v1/x', body: { seed: 0 }, timeout: 7 });
	await client.send({ method: 'GET', path: '/v1/x', timeout: 7 });
	const headers = { 'content-type': 'application/json', 'x-api-key': KEY };
	expect(server.requests).toMatchObject([
		{ url: '/base/v1/x', method: 'POST', body: '{"seed":0}', headers },
		{ url: '/base/v1/x', method: 'GET', body: '', headers: { 'x-api-key': KEY } },
	]);
	expect(server.requests[1]?.headers).not.toHaveProperty('content-type');
});

it('sends no key with a download, and nothing to a blocked address', async () => {
	const { client } = await open();
	await client.download(`${server.url}/a b?c=1`, 7);
	const error = { reason: 'response', billed: 'unknown', message: expect.stringContaining('https') };
	await expect(client.download('http://files.example/1', 7)).rejects.toMatchObject(error);
	expect(server.requests).toMatchObject([{ url: '/a%20b?c=1', method: 'GET', body: '' }]);
	expect(JSON.stringify(server.requests)).not.toContain(KEY);
	expect(client.blockedReason(`https://${KEY}.local/1`)).toMatch(/: ….local$/);
	expect(client.blockedReason(`https://${'x'.repeat(400)}.local/1`)).toHaveLength(300);
	expect(client.blockedReason('https://files.example/1')).toBeUndefined();
});

/** The two ways in which a request goes out. */
const WAYS: ReadonlyArray<[way: string, send: (client: SegmindClient, timeout: number) => Promise<unknown>]> =
	[
		['a request', async (client, timeout) => await client.send({ method: 'GET', path: '/v1/x', timeout })],
		['a download', async (client, timeout) => await client.download(`${server.url}/v1/x`, timeout)],
	];

describe.each(WAYS)('the response to %s', (_, send) => {
	it.each([200, 302, 404, 503])(
		'is returned whatever its status, and no redirect is followed: %i',
		async (statusCode) => {
			const headers = { 'x-cost': '0.05', location: `${server.url}/other` };
			server.respond = (_request, response) => response.writeHead(statusCode, headers).end('abc');
			const response = { statusCode, headers: expect.objectContaining(headers), body: Buffer.from('abc') };
			expect(await send((await open()).client, 7)).toStrictEqual(response);
			expect(server.requests).toHaveLength(1);
		},
	);

	it('is read up to 64 MiB, or 64 KiB when it is an error', async () => {
		const { client } = await open();
		server.respond = (_request, response) => response.end(Buffer.alloc(64 * MEBIBYTE));
		expect(await send(client, 7)).toHaveProperty('body.length', 64 * MEBIBYTE);
		server.respond = (_request, response) => response.end(Buffer.alloc(64 * MEBIBYTE + 1));
		const message = 'The response is larger than 64 MiB and was cut off';
		await expect(send(client, 7)).rejects.toMatchObject({ reason: 'response', statusCode: 200, message });
		server.respond = (_request, response) => response.writeHead(500).end('x'.repeat(MEBIBYTE));
		expect(await send(client, 7)).toHaveProperty('body.length', 64 * 1024);
	});

	it('is uncertain when it breaks off, except for an error', async () => {
		const breakOff = (statusCode: number) => {
			server.respond = (_request, response) =>
				void response.writeHead(statusCode, { 'content-length': 9 }).write('abc', () => response.destroy());
		};
		const { client } = await open();
		breakOff(200);
		const error = { reason: 'uncertain', message: expect.stringContaining('connection broke') };
		await expect(send(client, 7)).rejects.toMatchObject(error);
		breakOff(500);
		expect(await send(client, 7)).toMatchObject({ statusCode: 500, body: Buffer.alloc(0) });
	});

	it.each([
		['no response', () => {}],
		['a body that drips', (drip: () => void) => void setInterval(drip, 20).unref()],
	])('is given up at the deadline: %s', async (_name, start) => {
		server.respond = (_request, response) => start(() => response.write('x'));
		const { client, sent } = await open();
		const error = { reason: 'uncertain', message: 'No whole response within 0.2 seconds' };
		await expect(send(client, 0.2)).rejects.toMatchObject(error);
		expect(sent[0]?.timeout).toBe(5200);
	});

	it.each([0, 50])('is given up when the execution is cancelled after %i ms', async (delay) => {
		server.respond = (_request, response) => response.writeHead(200).write('x');
		const cancel = new AbortController();
		const { client } = await open(cancel.signal);
		expect(client.cancelled).toBe(cancel.signal);
		if (delay === 0) cancel.abort();
		else setTimeout(() => cancel.abort(), delay);
		const error = { reason: 'uncertain', message: expect.stringContaining('execution was cancelled') };
		await expect(send(client, 7)).rejects.toMatchObject(error);
	});

	it('is none where nobody listens, and nothing was billed', async () => {
		const { client } = await open();
		server.close();
		const message = 'Segmind could not be reached: the connection was refused';
		await expect(send(client, 7)).rejects.toMatchObject({ reason: 'network', billed: 'no', message });
	});
});
