import fc from 'fast-check';
import type { Sharp } from 'sharp';
import sharp from 'sharp';

import { toPicture } from '../../nodes/Segmind/image/picture';

type Rgb = { r: number; g: number; b: number };

const canvas = (width: number, height: number, background: Rgb = { r: 200, g: 80, b: 30 }): Sharp =>
	sharp({ create: { width, height, channels: 3, background } });

/** A file with as much variety inside as a photo, so that its data is not all alike. */
function noise(width: number, height: number, channels: 3 | 4 = 3): Sharp {
	const bytes = Buffer.alloc(width * height * channels);
	let state = 42;
	for (const index of bytes.keys()) {
		state = (state * 1103515245 + 12345) % 2147483648;
		bytes[index] = state >>> 16;
	}
	return sharp(bytes, { raw: { width, height, channels } });
}

interface Sample {
	readonly name: string;
	readonly format: 'jpg' | 'png' | 'webp';
	readonly width: number;
	readonly height: number;
	/** What the file must hold to be the case that its name says. */
	readonly holds?: string;
	readonly draw: () => Promise<Buffer>;
}

const SAMPLES: readonly Sample[] = [
	{
		name: 'a plain png',
		format: 'png',
		width: 31,
		height: 17,
		draw: async () => await canvas(31, 17).png().toBuffer(),
	},
	{
		name: 'a png of noise',
		format: 'png',
		width: 20,
		height: 24,
		draw: async () => await noise(20, 24).png().toBuffer(),
	},
	{
		name: 'a png with 16 bits per channel',
		format: 'png',
		width: 12,
		height: 9,
		holds: '\x00\x00\x00\x0c\x00\x00\x00\x09\x10\x02',
		draw: async () => await noise(12, 9).toColourspace('rgb16').png().toBuffer(),
	},
	{
		name: 'a png with a palette',
		format: 'png',
		width: 33,
		height: 12,
		holds: 'PLTE',
		draw: async () => await canvas(33, 12).png({ palette: true }).toBuffer(),
	},
	{
		name: 'an interlaced png with alpha',
		format: 'png',
		width: 18,
		height: 11,
		holds: '\x00\x00\x00\x12\x00\x00\x00\x0b\x08\x06\x00\x00\x01',
		draw: async () => await noise(18, 11, 4).png({ progressive: true }).toBuffer(),
	},
	{
		name: 'a png with EXIF and a colour profile',
		format: 'png',
		width: 14,
		height: 15,
		holds: 'iCCP',
		draw: async () =>
			await canvas(14, 15)
				.withIccProfile('p3')
				.withExif({ IFD0: { Copyright: 'IEND IHDR' } })
				.png()
				.toBuffer(),
	},
	{
		name: 'a baseline jpg',
		format: 'jpg',
		width: 40,
		height: 25,
		holds: '\xff\xc0',
		draw: async () => await noise(40, 25).jpeg().toBuffer(),
	},
	{
		name: 'a progressive jpg',
		format: 'jpg',
		width: 41,
		height: 26,
		holds: '\xff\xc2',
		draw: async () => await noise(41, 26).jpeg({ progressive: true }).toBuffer(),
	},
	{
		name: 'a jpg with EXIF and a colour profile',
		format: 'jpg',
		width: 16,
		height: 48,
		holds: 'ICC_PROFILE',
		draw: async () =>
			await canvas(16, 48)
				.withIccProfile('p3')
				.withExif({ IFD0: { Copyright: 'nobody', ImageDescription: 'a jpg' } })
				.jpeg()
				.toBuffer(),
	},
	{
		name: 'a jpg with a thumbnail of another size inside',
		format: 'jpg',
		width: 50,
		height: 30,
		holds: 'a thumbnail:\xff\xd8\xff',
		draw: async () =>
			withThumbnail(await noise(50, 30).jpeg().toBuffer(), await noise(8, 8).jpeg().toBuffer()),
	},
	{
		name: 'a grey jpg',
		format: 'jpg',
		width: 9,
		height: 7,
		holds: '\xff\xc0\x00\x0b\x08\x00\x07\x00\x09\x01',
		draw: async () => await canvas(9, 7).toColourspace('b-w').jpeg().toBuffer(),
	},
	{
		name: 'a lossy webp',
		format: 'webp',
		width: 37,
		height: 22,
		holds: 'WEBPVP8 ',
		draw: async () => await noise(37, 22).webp({ quality: 40 }).toBuffer(),
	},
	{
		name: 'a lossless webp',
		format: 'webp',
		width: 19,
		height: 23,
		holds: 'WEBPVP8L',
		draw: async () => await noise(19, 23).webp({ lossless: true }).toBuffer(),
	},
	{
		name: 'a lossy webp with alpha',
		format: 'webp',
		width: 21,
		height: 13,
		holds: 'WEBPVP8X',
		draw: async () => await noise(21, 13, 4).webp().toBuffer(),
	},
	{
		name: 'a webp with EXIF and a colour profile',
		format: 'webp',
		width: 24,
		height: 10,
		holds: 'WEBPVP8X',
		draw: async () =>
			await canvas(24, 10)
				.withIccProfile('p3')
				.withExif({ IFD0: { Copyright: 'nobody' } })
				.webp()
				.toBuffer(),
	},
	{
		name: 'an animated webp',
		format: 'webp',
		width: 26,
		height: 14,
		holds: 'ANIM',
		draw: async () => {
			const frames = await Promise.all(
				[
					{ r: 255, g: 0, b: 0 },
					{ r: 0, g: 0, b: 255 },
				].map(async (colour) => await canvas(26, 14, colour).png().toBuffer()),
			);
			return await sharp(frames, { join: { animated: true } })
				.webp()
				.toBuffer();
		},
	},
];

const MIME_TYPES = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;

/** A JPEG with another whole JPEG, end marker and all, in an application segment. */
function withThumbnail(jpeg: Buffer, thumbnail: Buffer): Buffer {
	const data = Buffer.concat([Buffer.from('a thumbnail:'), thumbnail]);
	const segment = Buffer.alloc(4);
	segment.writeUInt16BE(0xffe1, 0);
	segment.writeUInt16BE(data.length + 2, 2);
	return Buffer.concat([jpeg.subarray(0, 2), segment, data, jpeg.subarray(2)]);
}

const bytesOf = new Map<string, Buffer>();

function drawn(name: string): Buffer {
	const bytes = bytesOf.get(name);
	if (bytes === undefined) throw new Error(`${name} was not drawn`);
	return bytes;
}

beforeAll(async () => {
	for (const { name, draw } of SAMPLES) bytesOf.set(name, await draw());
});

describe.each(SAMPLES)('$name', ({ name, format, width, height, holds }) => {
	it('is told by its bytes, with its size and type', async () => {
		const bytes = drawn(name);
		if (holds !== undefined) expect(bytes.includes(Buffer.from(holds, 'latin1'))).toBe(true);
		const metadata = await sharp(bytes).metadata();
		expect([metadata.width, metadata.pageHeight ?? metadata.height]).toStrictEqual([width, height]);

		expect(toPicture(bytes)).toStrictEqual({ format, mimeType: MIME_TYPES[format], width, height, bytes });
	});

	it('is no picture when it is cut short anywhere', () => {
		const bytes = drawn(name);
		const lengths = [...bytes.keys()];
		expect(lengths.length).toBeGreaterThan(40);
		const verdicts = lengths.map((length) => toPicture(bytes.subarray(0, length)));
		expect(verdicts.findIndex((verdict) => typeof verdict !== 'string')).toBe(-1);
		expect(new Set(verdicts.slice(0, 3))).toStrictEqual(new Set(['unknown']));
		expect(verdicts.at(-1)).toBe('broken');
	});

	it('is unknown behind something else, and known before it', () => {
		const bytes = drawn(name);
		for (const prefix of [
			'\n',
			' ',
			'\0',
			'\xef\xbb\xbf',
			'HTTP/1.1 200 OK\r\n\r\n',
			'<html>',
			'{"image":"',
		]) {
			expect(toPicture(Buffer.concat([Buffer.from(prefix, 'latin1'), bytes]))).toBe('unknown');
		}
		expect(toPicture(Buffer.concat([bytes, Buffer.from('\r\n')]))).toMatchObject({ format, width, height });
	});
});

it('reads the size of an image as large as the API makes them', async () => {
	for (const [width, height] of [
		[1440, 1440],
		[256, 1440],
		[1344, 768],
	] as const) {
		const picture = canvas(width, height);
		expect(toPicture(await picture.clone().png().toBuffer())).toMatchObject({ width, height });
		expect(toPicture(await picture.clone().jpeg().toBuffer())).toMatchObject({ width, height });
		expect(toPicture(await picture.clone().webp().toBuffer())).toMatchObject({ width, height });
		expect(toPicture(await picture.clone().webp({ lossless: true }).toBuffer())).toMatchObject({
			width,
			height,
		});
	}
});

it.each([
	['nothing', ''],
	['JSON', '{"error":"busy"}'],
	['a page', '<!DOCTYPE html><html></html>'],
	['text', 'OK'],
	['a gif', 'GIF89a\x01\x00\x01\x00\x00\x00\x00;'],
	['a bitmap', 'BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00'],
	['a RIFF of sound', 'RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00'],
	['an avif', '\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miafMA1B'],
	['a pdf', '%PDF-1.7\n'],
	['the base64 of a png', 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ'],
	[
		'a png whose lines ends were changed',
		'\x89PNG\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01',
	],
])('%s is unknown', (_, bytes) => {
	expect(toPicture(Buffer.from(bytes, 'latin1'))).toBe('unknown');
});

describe('bytes that nobody drew', () => {
	const STARTS = [
		'\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR',
		'\xff\xd8\xff',
		'RIFF\0\0\0\0WEBPVP8 ',
		'RIFF\0\0\0\0WEBPVP8X',
	];

	it('never crash the reader, and are no picture without its first bytes', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (random) => {
				expect(toPicture(Buffer.from(random))).toBe('unknown');
			}),
			{ numRuns: 300, seed: 20260917 },
		);
	});

	it('never crash the reader behind the first bytes of a picture', () => {
		fc.assert(
			fc.property(fc.constantFrom(...STARTS), fc.uint8Array({ maxLength: 400 }), (start, random) => {
				const picture = toPicture(Buffer.concat([Buffer.from(start, 'latin1'), random]));
				expect(picture).not.toBe('unknown');
				if (picture === 'broken' || picture === 'unknown') return;
				expect(picture.width).toBeGreaterThan(0);
				expect(picture.height).toBeGreaterThan(0);
			}),
			{ numRuns: 300, seed: 20260917 },
		);
	});

	it('never crash the reader inside of a real picture', () => {
		const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
		fc.assert(
			fc.property(fc.constantFrom(...SAMPLES), fc.array(change, { minLength: 1 }), ({ name }, changes) => {
				const bytes = Buffer.from(drawn(name));
				for (const [at, value] of changes) bytes[at % bytes.length] = value;
				const picture = toPicture(bytes);
				if (picture === 'broken' || picture === 'unknown') return;
				expect(picture.bytes).toBe(bytes);
				expect(Number.isInteger(picture.width) && picture.width > 0).toBe(true);
				expect(Number.isInteger(picture.height) && picture.height > 0).toBe(true);
			}),
			{ numRuns: 300, seed: 20260917 },
		);
	});
});

describe('absurd sizes', () => {
	/** A sample whose bytes from `at` on are others. */
	function changed(name: string, at: number, ...values: number[]): Buffer {
		const bytes = Buffer.from(drawn(name));
		bytes.set(values, at);
		return bytes;
	}

	it('reads the largest numbers that a png and a webp can state', () => {
		expect(
			toPicture(changed('a plain png', 16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
		).toMatchObject({
			width: 4294967295,
			height: 4294967295,
		});
		const webp = changed('a lossy webp with alpha', 24, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
		expect(toPicture(webp)).toMatchObject({ width: 16777216, height: 16777216 });
	});

	it('takes no picture without any pixels', () => {
		expect(toPicture(changed('a plain png', 16, 0, 0, 0, 0))).toBe('broken');
		expect(toPicture(changed('a plain png', 20, 0, 0, 0, 0))).toBe('broken');
		expect(toPicture(changed('a lossy webp', 26, 0, 0))).toBe('broken');
		const jpeg = drawn('a baseline jpg');
		const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0));
		expect(toPicture(changed('a baseline jpg', frame + 5, 0, 0))).toBe('broken');
		expect(toPicture(changed('a baseline jpg', frame + 7, 0, 0))).toBe('broken');
	});

	it('takes no webp that states more bytes than came', () => {
		expect(toPicture(changed('a lossy webp', 4, 0xff, 0xff, 0xff, 0xff))).toBe('broken');
	});

	it('takes no png whose chunk states more bytes than came', () => {
		const png = drawn('a plain png');
		const data = png.indexOf('IDAT');
		expect(toPicture(changed('a plain png', data - 4, 0xff, 0xff, 0xff, 0xff))).toBe('broken');
	});

	it('takes no jpg whose segments have no length', () => {
		expect(toPicture(changed('a baseline jpg', 4, 0, 0))).toBe('broken');
		expect(toPicture(changed('a baseline jpg', 4, 0xff, 0xff))).toBe('broken');
	});
});
