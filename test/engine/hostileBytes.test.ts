/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { Ran } from './engine';
import { Engine } from './engine';

let emulator: Emulator;
let engine: Engine;
let picture: Buffer;

beforeAll(async () => {
	picture = await sharp({ create: { width: 32, height: 16, channels: 3, background: '#123456' } })
		.png()
		.toBuffer();
	emulator = await Emulator.start({ credits: 1, picture });
	engine = await Engine.start();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const run = async (): Promise<Ran> =>
	await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		node: { onError: 'continueRegularOutput' },
		parameters: { prompt: 'a fox', options: { maxRetries: 0 } },
	});

const bytesOf = (body: Buffer, headers: Fault['headers'] = {}): Fault => ({
	status: 200,
	bytes: body.toString('base64'),
	headers,
});

const MIB = 1024 * 1024;

describe('bytes from elsewhere', () => {
	const bomb = gzipSync(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200 * MIB)]));

	test('a small answer that unpacks to 200 MiB is cut off at 64', async () => {
		expect(bomb.length).toBeLessThan(MIB);
		emulator.order(bytesOf(bomb, { 'content-encoding': 'gzip' }));
		const { items } = await run();
		expect(items[0]?.json).toMatchObject({
			error: 'The answer is larger than 64 MiB and was cut off',
			details: { cause: 'response', billed: 'unknown' },
		});
	});

	test('a refusal that unpacks to 200 MiB is read no further than its words', async () => {
		emulator.order({ ...bytesOf(bomb, { 'content-encoding': 'gzip' }), status: 422 });
		const { items } = await run();
		expect(items[0]?.json).toMatchObject({ details: { cause: 'request', billed: 'no' } });
		expect(String(items[0]?.json.error).length).toBeLessThan(450);
	});

	test('a length of a terabyte that never comes is no whole answer', async () => {
		emulator.order({ cut: 20, headers: { 'content-length': '1099511627776' } });
		const { items } = await run();
		expect(items[0]?.json.details).toMatchObject({ cause: 'uncertain', billed: 'unknown' });
	});

	test.each([
		['SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
		['a page', '<!DOCTYPE html><script>alert(1)</script>'],
		['PDF', '%PDF-1.7\n'],
		['an archive', 'PK\x03\x04'],
		['GIF', 'GIF89a\x01\0\x01\0'],
		['a program', '\x7fELF'],
	])('%s is no image, whatever type it claims', async (_, body) => {
		emulator.order(bytesOf(Buffer.from(body, 'latin1'), { 'content-type': 'image/png' }));
		const { items } = await run();
		expect(items[0]?.binary).toBeUndefined();
		expect(items[0]?.json.details).toMatchObject({ cause: 'response', billed: 'unknown' });
	});

	test('a picture with a page behind it keeps the type and the name of a picture', async () => {
		const both = Buffer.concat([picture, Buffer.from('<script>alert(1)</script>')]);
		emulator.order(
			bytesOf(both, { 'content-type': 'text/html', 'content-disposition': 'inline; filename=x.html' }),
		);
		const { items } = await run();
		expect(items[0]?.json).toMatchObject({ format: 'png', mimeType: 'image/png', width: 32, height: 16 });
		expect(items[0]?.binary?.data).toMatchObject({ mimeType: 'image/png', fileExtension: 'png' });
		expect(items[0]?.binary?.data?.fileName).toMatch(/\.png$/);
	});
});
