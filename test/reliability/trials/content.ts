/* eslint-disable @n8n/community-nodes/no-restricted-imports -- bytes for a server on this machine, not part of the node */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import type { Fault } from '../../emulator/fault';
import type { Pictures } from '../pictures';
import { pngOf } from '../pictures';
import { ordered } from '../stand';
import type { Expected, Trial } from '../trial';
import { BROKEN, DELIVERED, LOST, NO_IMAGE } from './expected';

const MIB = 1024 * 1024;

const LARGE: Expected = { ...NO_IMAGE, says: 'larger than 64 MiB' };

const bytes = (body: Buffer | string, headers: Fault['headers'] = {}): Fault => ({
	bytes: Buffer.from(body).toString('base64'),
	headers,
});

const gzipped = { 'content-encoding': 'gzip' };

/** A list in a list in a list: short, and deeper than any stack. */
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Made when it is asked for, and once: the largest takes a while. */
function once(make: () => Buffer): () => Buffer {
	let made: Buffer | undefined;
	return () => (made ??= make());
}
const zeros = once(() => Buffer.alloc(100 * MIB));
const bomb = once(() => gzipSync(zeros()));
const brotliBomb = once(() => brotliCompressSync(zeros(), { params: { 1: 3 } }));

type ToFault = (pictures: Pictures) => Fault;

const notImages: ReadonlyArray<readonly [name: string, expected: Expected, toFault: ToFault]> = [
	['nothing', { ...NO_IMAGE, says: 'empty' }, () => bytes('')],
	['blanks', NO_IMAGE, () => bytes(' \r\n ')],
	['JSON: {error}', { ...NO_IMAGE, says: 'queue is full' }, () => ({ body: { error: 'queue is full' } })],
	['JSON: an image in base64', NO_IMAGE, ({ png }) => ({ body: { image: png.toString('base64') } })],
	['JSON: null', NO_IMAGE, () => bytes('null')],
	['JSON: an empty object', NO_IMAGE, () => bytes('{}')],
	[
		'JSON: a job in a queue (202)',
		{ ...NO_IMAGE, statusCode: 202 },
		() => ({ status: 202, body: { request_id: 'r', status: 'QUEUED' } }),
	],
	['JSON: prototype', NO_IMAGE, () => bytes('{"__proto__":{"cause":"none"},"constructor":{"prototype":1}}')],
	['JSON: a list 60,000 deep', NO_IMAGE, () => bytes(deep(60_000))],
	[
		'JSON: an error 60,000 deep',
		NO_IMAGE,
		() => bytes(`${'{"error":'.repeat(60_000)}1${'}'.repeat(60_000)}`),
	],
	['JSON that is cut', NO_IMAGE, () => bytes('{"image":"aGVsbG8')],
	[
		'HTML',
		{ ...NO_IMAGE, says: 'Just a moment' },
		() => ({ body: '<!DOCTYPE html><html><body>Just a moment</body></html>' }),
	],
	['plain text', { ...NO_IMAGE, says: 'hello' }, () => bytes('hello', { 'content-type': 'text/plain' })],
	['plain text of 60 MiB', NO_IMAGE, () => bytes(Buffer.alloc(60 * MIB, 'word '))],
	[
		'marks that turn the text around',
		NO_IMAGE,
		() => ({ body: { error: 'left \u202eright\u2066 \u0007\u001b[31m' } }),
	],
	[
		'random bytes',
		NO_IMAGE,
		() => bytes(Buffer.from('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c', 'hex')),
	],
	['bytes of zero', NO_IMAGE, () => bytes(Buffer.alloc(5000))],
	['a GIF', NO_IMAGE, () => bytes('GIF89a\x01\0\x01\0\0\0\0;')],
	['an SVG', NO_IMAGE, () => bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')],
	['a PDF', NO_IMAGE, () => bytes('%PDF-1.7\n%%EOF')],
	['204', { ...NO_IMAGE, statusCode: 204 }, () => ({ status: 204 })],
	[
		'206 with half of a PNG',
		{ ...BROKEN, statusCode: 206 },
		({ png }) => ({ status: 206, ...bytes(png.subarray(0, png.length / 2)) }),
	],
	['a PNG that is cut', BROKEN, ({ png }) => bytes(png.subarray(0, png.length - 14))],
	['a JPEG that is cut', BROKEN, ({ jpg }) => bytes(jpg.subarray(0, jpg.length - 20))],
	['a WebP that is cut', BROKEN, ({ webp }) => bytes(webp.subarray(0, webp.length - 8))],
	['the signature of a PNG', BROKEN, ({ png }) => bytes(png.subarray(0, 8))],
	['the signature of a JPEG', BROKEN, () => bytes(Buffer.of(0xff, 0xd8, 0xff))],
	['the signature of a WebP', BROKEN, ({ webp }) => bytes(webp.subarray(0, 12))],
	['a PNG of 0 × 0', BROKEN, () => bytes(pngOf(0, 0))],
	[
		'a JPEG of 4 MiB of markers',
		BROKEN,
		() => bytes(Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(4 * MIB, 0xff)])),
	],
	['65 MiB', LARGE, () => ({ huge: 65 * MIB })],
	['100 MiB, gzipped to 100 kB', LARGE, () => bytes(bomb(), gzipped)],
	['100 MiB, packed by Brotli', LARGE, () => bytes(brotliBomb(), { 'content-encoding': 'br' })],
	['gzip that is cut', BROKEN, ({ png }) => bytes(gzipSync(png).subarray(0, -40), gzipped)],
	['called gzip, and none', LOST, ({ png }) => bytes(png, gzipped)],
	[
		'a 503 of 100 MiB, gzipped',
		{ cause: 'server', statusCode: 503 },
		() => ({ status: 503, ...bytes(bomb(), gzipped) }),
	],
	[
		'a 503 with JSON 30,000 deep',
		{ cause: 'server', statusCode: 503 },
		() => ({ status: 503, ...bytes(deep(30_000)) }),
	],
];

const size = (width: number, height: number, format: string): Expected => ({
	...DELIVERED,
	tells: { width, height, format },
});

const images: ReadonlyArray<readonly [name: string, expected: Expected, toFault: ToFault]> = [
	['a PNG of 1 × 1', size(1, 1, 'png'), () => bytes(pngOf(1, 1))],
	[
		'a PNG that declares 100,000 × 100,000',
		size(100_000, 100_000, 'png'),
		() => bytes(pngOf(100_000, 100_000)),
	],
	[
		'a PNG that declares the largest size there is',
		size(2 ** 31 - 1, 2 ** 31 - 1, 'png'),
		() => bytes(pngOf(2 ** 31 - 1, 2 ** 31 - 1)),
	],
	['a JPEG where a WebP was asked for', size(48, 32, 'jpg'), ({ jpg }) => bytes(jpg)],
	['a PNG called image/webp', size(48, 32, 'png'), ({ png }) => bytes(png, { 'content-type': 'image/webp' })],
	[
		'a WebP called text/html',
		size(48, 32, 'webp'),
		({ webp }) => bytes(webp, { 'content-type': 'text/html' }),
	],
	['a JPEG without a type', size(48, 32, 'jpg'), ({ jpg }) => bytes(jpg, { 'content-type': null })],
	[
		'a JPEG that is HTML as well',
		size(48, 32, 'jpg'),
		({ jpg }) => bytes(Buffer.concat([jpg, Buffer.from('<html><script>1</script></html>')])),
	],
	[
		'a JPEG with a ZIP behind it',
		size(48, 32, 'jpg'),
		({ jpg }) => bytes(Buffer.concat([jpg, Buffer.from('PK\x05\x06'), Buffer.alloc(18)])),
	],
	['a PNG with a JPEG behind it', size(48, 32, 'png'), ({ png, jpg }) => bytes(Buffer.concat([png, jpg]))],
	['an image with 201', size(48, 32, 'png'), ({ png }) => ({ status: 201, ...bytes(png) })],
	['an image, gzipped', size(48, 32, 'png'), ({ png }) => bytes(gzipSync(png), gzipped)],
	[
		'an image, deflated',
		size(48, 32, 'png'),
		({ png }) => bytes(deflateSync(png), { 'content-encoding': 'deflate' }),
	],
	[
		'an image in an encoding nobody knows',
		size(48, 32, 'png'),
		({ png }) => bytes(png, { 'content-encoding': 'x-none' }),
	],
];

/** What a success brings in place of an image, and images that look like something else. */
export const contentTrials: readonly Trial[] = [...notImages, ...images].map(
	([name, expected, toFault]): Trial => ({
		name,
		group: 'content',
		expected,
		stand: ordered(({ pictures }) => toFault(pictures)),
	}),
);
