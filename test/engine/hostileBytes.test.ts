/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { gzipSync } from 'node:zlib';
import type { INodeExecutionData } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import { bytesOf, pngOf } from './faults';
import { errorOf } from './results';
import { CONTINUE, generate } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine();

const MIB = 1024 * 1024;

async function itemFor(fault: Fault): Promise<INodeExecutionData | undefined> {
	emulator.inject(fault);
	return (await engine.run(generate({ maxRetries: 0 }, { node: CONTINUE }))).items[0];
}

describe('a small response that decompresses to 200 MiB', () => {
	const zeros = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200 * MIB)]);
	const compressed = gzipSync(zeros);
	const bomb = bytesOf(compressed, { 'content-encoding': 'gzip' });

	test('is cut off at 64 MiB', async () => {
		expect(compressed.length).toBeLessThan(MIB);
		expect(errorOf(await itemFor(bomb))).toMatchObject({
			error: expect.stringContaining('64 MiB'),
			cause: 'response',
			billed: 'unknown',
		});
	});

	test('gives a short message if it is an error', async () => {
		const error = errorOf(await itemFor({ ...bomb, status: 422 }));
		expect(error).toMatchObject({ cause: 'request', billed: 'no' });
		expect(String(error.error).length).toBeLessThan(450);
	});
});

test('a response that is shorter than its content length is incomplete', async () => {
	const item = await itemFor({ cut: 20, headers: { 'content-length': '1099511627776' } });
	expect(errorOf(item)).toMatchObject({ cause: 'uncertain', billed: 'unknown' });
});

test.each([
	['SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
	['an HTML page', '<!DOCTYPE html><script>alert(1)</script>'],
	['PDF', '%PDF-1.7\n'],
	['a ZIP archive', 'PK\x03\x04'],
	['GIF', 'GIF89a\x01\0\x01\0'],
	['an executable', '\x7fELF'],
])('%s is not an image, whatever its content type', async (_, body) => {
	const item = await itemFor(bytesOf(body, { 'content-type': 'image/png' }));
	expect(item?.binary).toBeUndefined();
	expect(errorOf(item)).toMatchObject({ cause: 'response', billed: 'unknown' });
});

test('a picture followed by HTML has the type and name of a picture', async () => {
	const both = Buffer.concat([await pngOf(32, 16), Buffer.from('<script>alert(1)</script>')]);
	const headers = { 'content-type': 'text/html', 'content-disposition': 'inline; filename=x.html' };
	const item = await itemFor(bytesOf(both, headers));
	expect(item?.json).toMatchObject({ format: 'png', mimeType: 'image/png', width: 32, height: 16 });
	expect(item?.binary?.data).toMatchObject({
		mimeType: 'image/png',
		fileExtension: 'png',
		fileName: expect.stringMatching(/\.png$/),
	});
});
