import type { Sharp } from 'sharp';
import sharp from 'sharp';

import { readImage } from '../../nodes/Segmind/files/image';

/** What the node reads in bytes: an image, 'broken' for a damaged one, 'unknown' for anything else. */
function read(bytes: Buffer): [format: string, width: number, height: number] | 'broken' | 'unknown' {
	const header = readImage(bytes);
	if (header === undefined) return 'unknown';
	const { format, mimeType, size } = header;
	expect(mimeType).toBe(format === 'jpg' ? 'image/jpeg' : `image/${format}`);
	return size === undefined ? 'broken' : [format, size.width, size.height];
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const plain = (width: number, height: number, background = '#c60'): Sharp =>
	sharp({ create: { width, height, channels: 3, background } });

const draw = (width: number, height: number, channels: 3 | 4 = 3): Sharp => {
	let state = 42;
	const pixels = Buffer.alloc(width * height * channels).map(() => {
		state = (state * 1103515245 + 12345) % 2147483648;
		return state >>> 16;
	});
	return sharp(pixels, { raw: { width, height, channels } });
};

const tagged = (width: number, height: number): Sharp =>
	plain(width, height)
		.withIccProfile('p3')
		.withExif({ IFD0: { Copyright: 'IEND IHDR' } });

/** A JPEG with a whole smaller JPEG, end marker and all, in an application segment. */
async function withThumbnail(): Promise<Sharp | Buffer> {
	const image = await draw(50, 30).jpeg().toBuffer();
	const data = Buffer.concat([Buffer.from('a thumbnail:'), await draw(8, 8).jpeg().toBuffer()]);
	const segment = Buffer.of(0xff, 0xe1, (data.length + 2) >> 8, (data.length + 2) & 0xff);
	return Buffer.concat([image.subarray(0, 2), segment, data, image.subarray(2)]);
}

async function animation(): Promise<Sharp> {
	const frames = ['#f00', '#00f'].map(async (colour) => await plain(26, 14, colour).png().toBuffer());
	return sharp(await Promise.all(frames), { join: { animated: true } }).webp();
}

type Sample = [
	name: string,
	expected: [format: string, width: number, height: number],
	/** Bytes that show that the file is the case it is named after. */
	holds: string,
	encoded: () => Sharp | Buffer | Promise<Sharp | Buffer>,
];

const SAMPLES: Sample[] = [
	['png', ['png', 31, 17], 'IHDR', () => plain(31, 17).png()],
	['16-bit png', ['png', 12, 9], '\0\0\0\x09\x10\x02', () => draw(12, 9).toColourspace('rgb16').png()],
	['png with a palette', ['png', 33, 12], 'PLTE', () => plain(33, 12).png({ palette: true })],
	['interlaced png', ['png', 18, 11], '\x08\x06\0\0\x01', () => draw(18, 11, 4).png({ progressive: true })],
	['png with EXIF', ['png', 14, 15], 'iCCP', () => tagged(14, 15).png()],
	['jpg', ['jpg', 40, 25], '\xff\xc0', () => draw(40, 25).jpeg()],
	['progressive jpg', ['jpg', 41, 26], '\xff\xc2', () => draw(41, 26).jpeg({ progressive: true })],
	['jpg with EXIF', ['jpg', 16, 48], 'ICC_PROFILE', () => tagged(16, 48).jpeg()],
	['jpg with a thumbnail', ['jpg', 50, 30], 'a thumbnail:\xff\xd8\xff', withThumbnail],
	['grey jpg', ['jpg', 9, 7], '\x08\0\x07\0\x09\x01', () => plain(9, 7).toColourspace('b-w').jpeg()],
	['webp', ['webp', 37, 22], 'WEBPVP8 ', () => draw(37, 22).webp({ quality: 40 })],
	['lossless webp', ['webp', 19, 23], 'WEBPVP8L', () => draw(19, 23).webp({ lossless: true })],
	['webp with alpha', ['webp', 21, 13], 'WEBPVP8X', () => draw(21, 13, 4).webp()],
	['webp with EXIF', ['webp', 24, 10], 'WEBPVP8X', () => tagged(24, 10).webp()],
	['animated webp', ['webp', 26, 14], 'ANIM', animation],
	['large lossless webp', ['webp', 1440, 800], 'WEBPVP8L', () => plain(1440, 800).webp({ lossless: true })],
];

const drawn = new Map<string, Buffer>();

beforeAll(async () => {
	for (const [name, , , encode] of SAMPLES) {
		const encoded = await encode();
		drawn.set(name, Buffer.isBuffer(encoded) ? encoded : await encoded.toBuffer());
	}
});

describe.each(SAMPLES)('a %s', (name, expected, holds) => {
	it('is read with its format and size, also with bytes behind it', async () => {
		const bytes = drawn.get(name)!;
		expect(bytes.includes(latin1(holds))).toBe(true);
		const { width, height, pageHeight } = await sharp(bytes).metadata();
		expect([width, pageHeight ?? height]).toEqual(expected.slice(1));
		expect(read(bytes)).toEqual(expected);
		expect(read(Buffer.concat([bytes, latin1('\r\n')]))).toEqual(expected);
	});

	it('is broken or unknown if it is cut short anywhere', () => {
		const bytes = drawn.get(name)!;
		const results = new Set([...bytes.keys()].map((length) => read(bytes.subarray(0, length))));
		expect(results).toEqual(new Set(['unknown', 'broken']));
		expect(read(bytes.subarray(0, 2))).toBe('unknown');
		expect(read(bytes.subarray(0, -1))).toBe('broken');
	});

	it('is unknown behind anything else', () => {
		for (const prefix of [
			'\n',
			' ',
			'\0',
			'\xef\xbb\xbf',
			'HTTP/1.1 200 OK\r\n\r\n',
			'<html>',
			'{"image":"',
		]) {
			expect(read(Buffer.concat([latin1(prefix), drawn.get(name)!]))).toBe('unknown');
		}
	});
});

it.each([
	['nothing', ''],
	['text', 'OK'],
	['a RIFF of sound', 'RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00'],
	['an avif', '\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miafMA1B'],
	['the base64 of a png', 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ'],
	['a png with changed line ends', '\x89PNG\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01'],
])('%s is unknown', (_, text) => {
	expect(read(latin1(text))).toBe('unknown');
});

const FRAME = '\xff\xc0';
const LARGEST = [255, 255, 255, 255, 255, 255, 255, 255];

it.each<[what: string, sample: string, after: string, offset: number, bytes: number[], expected: unknown]>([
	['the largest png', 'png', 'IHDR', 0, LARGEST, ['png', 4294967295, 4294967295]],
	['the largest webp', 'webp with alpha', 'VP8X', 8, LARGEST.slice(2), ['webp', 16777216, 16777216]],
	['a png without width', 'png', 'IHDR', 0, [0, 0, 0, 0], 'broken'],
	['a png without height', 'png', 'IHDR', 4, [0, 0, 0, 0], 'broken'],
	['a webp without width', 'webp', 'VP8 ', 10, [0, 0], 'broken'],
	['a jpg without height', 'jpg', FRAME, 3, [0, 0], 'broken'],
	['a jpg without width', 'jpg', FRAME, 5, [0, 0], 'broken'],
	['a webp that claims more bytes than it has', 'webp', 'RIFF', 0, [0xff, 0xff, 0xff, 0xff], 'broken'],
	['a png whose chunk claims more bytes than it has', 'png', 'IDAT', -8, [0xff, 0xff, 0xff, 0xff], 'broken'],
	['a jpg whose segment has no length', 'jpg', '\xff\xd8', 2, [0, 0], 'broken'],
	['a jpg whose segment claims more bytes than it has', 'jpg', '\xff\xd8', 2, [0xff, 0xff], 'broken'],
])('reads the size, or none where there is none: %s', (_, sample, after, offset, bytes, expected) => {
	const changed = Buffer.from(drawn.get(sample)!);
	changed.set(bytes, changed.indexOf(latin1(after)) + after.length + offset);
	expect(read(changed)).toEqual(expected);
});
