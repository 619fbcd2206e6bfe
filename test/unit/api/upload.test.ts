import type { IExecuteFunctions } from 'n8n-workflow';

import { SegmindClient } from '../../../nodes/Segmind/api/client';
import { toUploadBody, uploadAsset } from '../../../nodes/Segmind/api/upload';
import { contextOf, KEY, useServer } from './context';

const server = useServer();

const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 37) % 256));

/** The bytes in pieces of these sizes, over and over. */
async function* piecesOf(bytes: Buffer, ...sizes: number[]): AsyncGenerator<Uint8Array> {
	for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
		const size = sizes[turn % sizes.length]!;
		// A view into something larger, as Node's pool of buffers gives.
		yield new Uint8Array(Buffer.concat([Buffer.alloc(7), bytes]).subarray(7 + at, 7 + at + size));
		at += size;
	}
}

it.each([[1], [2], [3], [4, 1], [7, 11, 2], [0, 5], [1000], [5000]])(
	'writes what arrives in pieces of %j as one data URL',
	async (...sizes) => {
		for (const length of [1, 2, 3, 999, 1000]) {
			const bytes = BYTES.subarray(0, length);
			const body = await toUploadBody(piecesOf(bytes, ...sizes), length, 'image/png');
			const data_urls = [`data:image/png;base64,${bytes.toString('base64')}`];
			expect(JSON.parse(body.toString())).toStrictEqual({ data_urls });
		}
	},
);

it.each([999, 1001])('refuses a file of %i bytes that has 1000', async (size) => {
	const writing = toUploadBody(piecesOf(BYTES, 64), size, 'image/png');
	await expect(writing).rejects.toThrow('The file changed while it was read');
});

const upload = async (): Promise<string> => {
	const { context } = contextOf({ apiKey: KEY, baseUrl: server.url });
	return await uploadAsset(await SegmindClient.open(context), Buffer.from('{"data_urls":[]}'));
};

const respondWith = (statusCode: number, body: unknown): void => {
	server.respond = (_, response) => void response.writeHead(statusCode).end(JSON.stringify(body));
};

it('sends the bytes of its JSON with the key', async () => {
	respondWith(200, { file_urls: ['https://images.segmind.com/assets/a b.png', 'https://a.test/2'] });
	expect(await upload()).toBe('https://images.segmind.com/assets/a%20b.png');
	expect(server.requests).toMatchObject([
		{
			...{ url: '/upload-asset', method: 'POST', body: '{"data_urls":[]}' },
			headers: { 'x-api-key': KEY, 'content-type': 'application/json', 'content-length': '16' },
		},
	]);
});

it('goes to the host for uploads with the base URL of Segmind', async () => {
	const addresses: unknown[] = [];
	const { context } = contextOf({ apiKey: KEY, baseUrl: 'https://api.segmind.com' });
	const helpers = {
		httpRequestWithAuthentication: async (_: string, { url }: { url: string }) => {
			addresses.push(url);
			throw new Error('no network in tests');
		},
	};
	const offline: IExecuteFunctions = Object.create(context, { helpers: { value: helpers } });
	const client = await SegmindClient.open(offline);
	await expect(uploadAsset(client, Buffer.from('{}'))).rejects.toMatchObject({ billed: 'no' });
	expect(addresses).toStrictEqual(['https://workflows-api.segmind.com/upload-asset']);
});

it.each([
	[{ urls: ['https://images.segmind.com/1.png'] }],
	[{ file_urls: [], urls: ['https://images.segmind.com/1.png'] }],
	[{ file_urls: null, urls: 'https://images.segmind.com/1.png' }],
	[{ file_urls: [null, 7, 'https://images.segmind.com/1.png'] }],
])('finds the address in %j', async (body) => {
	respondWith(200, body);
	expect(await upload()).toBe('https://images.segmind.com/1.png');
});

it.each([
	...[{}, [], 'https://images.segmind.com/1.png', null, { urls: {} }, { urls: [['https://a.test/1']] }],
	...[
		'',
		'a',
		'/assets/a.png',
		'http://images.segmind.com/1.png',
		'https://10.0.0.1/a',
		'file:///etc/passwd',
	].map((url) => ({ urls: [url] })),
	...[`https://a.test/${KEY}`, `https://a.test/${'a'.repeat(2000)}`].map((url) => ({ urls: [url] })),
])('finds no usable address in %j', async (body) => {
	respondWith(200, body);
	const error = await upload().catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({ reason: 'endpoint', stops: 'nothing', billed: 'no', statusCode: 200 });
	expect(String(error)).not.toContain(KEY);
});
