/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import type { RequestListener } from 'node:http';
import type { Readable } from 'node:stream';
import { sleep } from 'n8n-workflow';

import { SegmindClient } from '../../../nodes/Segmind/api/client';
import { contextOf, KEY, useServer } from './context';

const MEBIBYTE = 1024 * 1024;

const server = useServer();

async function open(path = '', cancelled?: AbortSignal) {
	const { context, sent } = contextOf({ apiKey: ` ${KEY}\n`, baseUrl: `${server.url}${path}` }, cancelled);
	return { client: await SegmindClient.open(context), sent };
}

it.each([
	['', 'https://a.example', 'credential', "'API Key' is empty", 'Enter it in the Segmind credential.'],
	[KEY, 'http://a.example', 'endpoint', "'Base URL' must start with https", 'Enter https://api.'],
])('sends nothing with the key %j and the base URL %s', async (apiKey, baseUrl, reason, problem, advice) => {
	const description = expect.stringMatching(`^${advice}.* Nothing was sent\\.$`);
	const cause = reason === 'endpoint' ? expect.any(Error) : undefined;
	const error = { reason, billed: 'no', message: expect.stringContaining(problem), description, cause };
	await expect(SegmindClient.open(contextOf({ apiKey, baseUrl }).context)).rejects.toMatchObject(error);
});

it('checks that each item has the credential of the first, since n8n signs every request with that', async () => {
	const baseUrl = 'https://a.example';
	const first = { apiKey: KEY, baseUrl };
	const others = [
		{ apiKey: 'key-2', baseUrl },
		{ apiKey: KEY, baseUrl: 'https://b.example' },
	];
	const items = [first, { apiKey: `${KEY}\n`, baseUrl: ` ${baseUrl}/ ` }, ...others];
	const getCredentials = async (_: string, index: number) => items[index];
	const client = await SegmindClient.open(Object.assign(contextOf(first).context, { getCredentials }));
	await client.checkCredential(0);
	await client.checkCredential(1);
	const error = { reason: 'credential', billed: 'no', stops: 'nothing' };
	for (const index of [2, 3]) await expect(client.checkCredential(index)).rejects.toMatchObject(error);
});

it('sends a body as JSON with the key, or no body at all', async () => {
	const { client } = await open('/base/');
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
});

it('tells a download that the network policy of n8n forbids from a connection that broke', async () => {
	const { context } = contextOf({ apiKey: KEY, baseUrl: server.url });
	const client = await SegmindClient.open(context);
	const download = async (message: string) => {
		context.helpers.httpRequest = jest
			.fn()
			.mockRejectedValue(new Error('n8n', { cause: new Error(message) }));
		await client.download('https://files.example/1', 7);
	};
	const forbidden = {
		reason: 'response',
		billed: 'unknown',
		message: expect.stringContaining('network policy'),
	};
	await expect(download('restricted IP address')).rejects.toMatchObject(forbidden);
	await expect(download('socket hang up')).rejects.toMatchObject({ reason: 'uncertain' });
});

it('tells accounts apart, without the key', async () => {
	const accounts = [KEY, 'key-2'].flatMap((apiKey) =>
		['https://a.example', 'https://b.example'].map(
			async (baseUrl) => (await SegmindClient.open(contextOf({ apiKey, baseUrl }).context)).account,
		),
	);
	expect(new Set(await Promise.all(accounts)).size).toBe(4);
	expect((await Promise.all(accounts)).join(' ')).not.toContain(KEY);
});

const tooLarge = (limit: number) => ({
	reason: 'response',
	billed: 'unknown',
	statusCode: 200,
	message: `The response is larger than ${limit} MiB`,
});

/** Responds with the first byte of a file that promises more of them. */
const promise =
	(size: number): RequestListener =>
	(_, response) =>
		void response.writeHead(200, { 'content-length': size }).write('x');

/** The two ways in which a request goes out. */
const WAYS: Readonly<Record<string, (client: SegmindClient, timeout?: number) => Promise<unknown>>> = {
	request: async (client, timeout = 7) => await client.send({ method: 'GET', path: '/x', timeout }),
	download: async (client, timeout = 7) => await client.download(`${server.url}/x`, timeout),
};

describe.each(Object.entries(WAYS))('the response to a %s', (_, send) => {
	it.each([200, 302, 404, 503])(
		'is returned whatever its status, and not followed: %i',
		async (statusCode) => {
			const headers = { 'x-cost': '0.05', location: `${server.url}/other` };
			server.respond = (_request, response) => response.writeHead(statusCode, headers).end('abc');
			const response = { statusCode, headers: expect.objectContaining(headers), body: Buffer.from('abc') };
			expect(await send((await open()).client)).toMatchObject(response);
			expect(server.requests).toHaveLength(1);
		},
	);

	it('is read up to 64 MiB, or 64 KiB when it is an error', async () => {
		const { client } = await open();
		server.respond = (_request, response) => response.end(Buffer.alloc(64 * MEBIBYTE));
		expect(await send(client)).toHaveProperty('body.length', 64 * MEBIBYTE);
		server.respond = (_request, response) => {
			response.write('x');
			response.end(Buffer.alloc(64 * MEBIBYTE));
		};
		await expect(send(client)).rejects.toMatchObject(tooLarge(64));
		server.respond = (_request, response) => response.writeHead(500).end('x'.repeat(MEBIBYTE));
		expect(await send(client)).toHaveProperty('body.length', 64 * 1024);
	});

	it('is not read when it promises more than 512 MiB', async () => {
		server.respond = promise(512 * MEBIBYTE + 1);
		await expect(send((await open()).client)).rejects.toMatchObject(tooLarge(512));
	});

	it.each([
		['silence', 0],
		['a body that drips', 30],
	])('is given up at the deadline, or when the execution is cancelled: %s', async (_name, writes) => {
		server.respond = async (_request, response) => {
			for (let count = 0; count < writes && response.write('x'); count += 1) await sleep(20);
		};
		const { client, sent } = await open();
		const late = { reason: 'uncertain', message: 'No whole response within 0.2 seconds' };
		await expect(send(client, 0.2)).rejects.toMatchObject(late);
		expect(sent[0]?.timeout).toBe(5200);
		const cancel = new AbortController();
		void sleep(50).then(() => cancel.abort());
		const cancelled = { reason: 'uncertain', message: expect.stringContaining('execution was cancelled') };
		const { client: cancellable } = await open('', cancel.signal);
		await expect(send(cancellable)).rejects.toMatchObject(cancelled);
		await expect(send(cancellable)).rejects.toMatchObject(cancelled);
		expect(cancellable.cancelled).toBe(cancel.signal);
	});

	it('is uncertain when it breaks off, unless it is an error, and is none where nobody listens', async () => {
		const { client } = await open();
		server.respond = (_request, response) => {
			const statusCode = server.requests.length === 1 ? 500 : 200;
			response.writeHead(statusCode, { 'content-length': 9 }).write('abc', () => response.destroy());
		};
		expect(await send(client)).toMatchObject({ statusCode: 500, body: Buffer.alloc(0) });
		const broken = { reason: 'uncertain', message: expect.stringContaining('connection broke') };
		await expect(send(client)).rejects.toMatchObject(broken);
		server.close();
		const message = expect.stringMatching(/^Segmind could not be reached: the host 127\.0\.0\.1:\d+ refused/);
		await expect(send(client)).rejects.toMatchObject({ reason: 'network', billed: 'no', message });
	});
});

describe('a file of more than 64 MiB', () => {
	const SIZE = 64 * MEBIBYTE + 1;

	it('is a stream, downloaded or requested, and no response to a request that expects none', async () => {
		const { client } = await open();
		server.respond = (_request, response) => response.end(Buffer.alloc(SIZE));
		const request = { method: 'GET', path: '/x', timeout: 7 } as const;
		for (const { statusCode, headers, body } of [
			await client.download(`${server.url}/x`, 7),
			await client.sendForFile(request),
		]) {
			expect([statusCode, headers['content-length']]).toEqual([200, `${SIZE}`]);
			let size = 0;
			for await (const chunk of body as Readable) size += (chunk as Buffer).length;
			expect(size).toBe(SIZE);
		}
		await expect(client.send(request)).rejects.toMatchObject(tooLarge(64));
	});

	it('breaks at the deadline', async () => {
		server.respond = promise(SIZE);
		const { body } = await (await open()).client.download(`${server.url}/x`, 0.2);
		await expect((body as Readable).toArray()).rejects.toThrow();
	});
});
