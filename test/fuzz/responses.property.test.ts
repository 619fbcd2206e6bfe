import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { checkFile } from '../../nodes/Segmind/files/fileType';
import { readImage } from '../../nodes/Segmind/files/image';
import { always, useServers } from './setup';

/** Real images in the encodings that each format has. */
const images: Buffer[] = [];

beforeAll(async () => {
	const pixels = Buffer.alloc(48 * 32 * 4).map((_, index) => (index * 7 + (index >> 5)) % 256);
	const draw = (channels: 3 | 4) => sharp(pixels, { raw: { width: 48, height: 32, channels } });
	const [plain, clear] = [draw(3), draw(4)];
	const jpegs = [plain.clone().jpeg(), plain.clone().jpeg({ progressive: true })];
	const webps = [plain.clone().webp(), plain.clone().webp({ lossless: true }), clear.webp()];
	const encoded = [...jpegs, ...webps, plain.clone().png(), plain.png({ palette: true, progressive: true })];
	for (const each of encoded) images.push(await each.toBuffer());
});

const servers = useServers();

// Images are drawn after arbitraries are made, so they are looked up when a value is.
const image = fc.nat(6).map((index) => images[index]!);

/** Replaces some bytes; half of all changes are in the header, where most can go wrong. */
const change = fc.tuple(
	fc.oneof(fc.nat(64), fc.nat(4000)),
	fc.oneof(fc.nat(4), fc.nat(4000)),
	fc.uint8Array({ maxLength: 4 }),
);

function changed(bytes: Buffer, [start, removed, inserted]: [number, number, Uint8Array]): Buffer {
	const at = start % (bytes.length + 1);
	return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

const changedImage = fc
	.tuple(image, fc.array(change, { minLength: 1, maxLength: 4 }))
	.map(([bytes, changes]) => changes.reduce(changed, bytes));

/** First bytes of an image, and then any. */
const almostImage = fc
	.tuple(image, fc.constantFrom(0, 3, 12, 16), fc.uint8Array({ maxLength: 400 }))
	.map(([bytes, length, random]) => Buffer.concat([bytes.subarray(0, length), random]));

const nest = (depth: number): string => `${'{"error":['.repeat(depth)}1${']}'.repeat(depth)}`;

const words = fc.oneof(
	fc.json(),
	fc.record({ error: fc.jsonValue() }).map((json) => JSON.stringify(json)),
	fc.constantFrom('error', 'message', 'detail', '__proto__').map((name) => `{"${name}":"busy"}`),
	fc.string({ unit: 'binary', maxLength: 500 }),
	fc.stringMatching(/^<html>(<[a-z]{0,6}>|[^<>]){0,60}$/),
	fc.constantFrom('', '{}', 'null', '[]', '<', '{"error":', '\0', 'data:image/png;base64,AAAA'),
	fc.nat(20_000).map(nest),
);

const bytes = fc.oneof(
	{ weight: 2, arbitrary: image },
	{ weight: 6, arbitrary: changedImage },
	{ weight: 3, arbitrary: words.map((text) => Buffer.from(text)) },
	almostImage,
	fc.tuple(image, image).map((both) => Buffer.concat(both)),
);

/** Ways to say where a body ends, the last two of them wrong. */
const FRAMINGS: ReadonlyArray<(length: number) => [header: string, before?: string, after?: string]> = [
	(length) => [`content-length: ${length}`],
	() => ['connection: close'],
	(length) => ['transfer-encoding: chunked', `${length.toString(16)}\r\n`, `${length && '\r\n0'}\r\n\r\n`],
	(length) => [`content-length: ${length + 7}`],
	(length) => ['transfer-encoding: chunked', `${length.toString(16)}\r\n`, '\r\nxyz'],
];

const HEADERS =
	'x-cost x-remaining-credits x-request-id x-generation-time x-rate-limit-reset-at-utc retry-after date location content-type content-encoding set-cookie vary etag connection trailer __proto__';

const VALUES = `|0|-1|NaN|1e309|0.05|\u00ff|${'x'.repeat(9000)}|gzip|br|image/png`;

const value = fc.oneof(
	fc.constantFrom(...VALUES.split('|')),
	fc.stringMatching(/^[ -~]{0,40}$/),
	fc.double().map(String),
);

const header = fc.tuple(fc.constantFrom(...HEADERS.split(' ')), value);

const status = fc.constantFrom(400, 401, 402, 403, 404, 405, 406, 410, 422, 429, 500, 502, 503, 504);

const response = fc.record({
	status: fc.oneof({ weight: 2, arbitrary: fc.constant(200) }, status, fc.integer({ min: 0, max: 999 })),
	headers: fc.array(header, { maxLength: 4 }),
	body: bytes,
	framing: fc.oneof(fc.nat(2), fc.nat(4)),
});

const formatOf = (mimeType: unknown): string => String(mimeType).replace('image/', '');

/** Expects that sharp reads the same in the bytes, or nothing. */
async function expectImage(file: Buffer, { mimeType, width, height }: IDataObject): Promise<void> {
	for (const size of [width, height]) expect(Number.isInteger(size) && Number(size) > 0).toBe(true);
	const metadata = sharp(file, { limitInputPixels: false, failOn: 'none' }).metadata();
	const read = await metadata.catch(() => ({ format: formatOf(mimeType), width, height }));
	expect(read).toMatchObject({ format: formatOf(mimeType), width, height });
}

/** Expects an image as sharp reads it, or a file without a size and of a type that does not run where it is opened. */
async function expectFile(file: Buffer, json: IDataObject): Promise<void> {
	if (/^image\/(jpeg|png|webp)$/.test(String(json.mimeType))) return await expectImage(file, json);
	expect(readImage(file)).toBeUndefined();
	expect([json.width, json.height]).toEqual([null, null]);
	expect(json.mimeType).toMatch(/^(application|audio|font|image|model|video)\/(?!.*(html|script|json))/);
	expect(file.toString('utf8')).not.toMatch(/^\s*(<|$)/);
}

const CAUSES =
	'credential credits endpoint moderation network rateLimit request response server uncertain'.split(' ');

/** Expects a clean error item, whatever was received. */
function expectError({ error, message, details, ...more }: IDataObject): void {
	expect([more, (details as IDataObject).attempts]).toEqual([{}, 1]);
	expect(CAUSES).toContain((details as IDataObject).cause);
	expect(['no', 'unknown']).toContain((details as IDataObject).billed);
	expect(error).toMatch(/^.{1,450}$/u);
	expect(error).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]|\[object |undefined/u);
	expect(message).toMatch(/\.$/);
}

always(
	'whatever is received becomes a file that is what it says, or an error that says what was billed',
	response,
	async ({ status, headers, body, framing }) => {
		const { engine, raw } = servers;
		const [end, before = '', after = ''] = FRAMINGS[framing]!(body.length);
		// A rate limit is waited for, unless the wait is too long.
		const wait = status === 429 ? ['retry-after: 601'] : [];
		const head = [
			`HTTP/1.1 ${status} x`,
			...wait,
			...headers.map((pair) => pair.join(': ')),
			end,
			'',
			before,
		];
		const parts = [Buffer.from(head.join('\r\n'), 'latin1'), body, Buffer.from(after)];
		Object.assign(raw, { requests: 0, bytes: Buffer.concat(parts) });
		const { items, error, run } = await engine.run({
			credential: { apiKey: 'key', baseUrl: raw.url },
			node: { onError: 'continueRegularOutput' },
			parameters: { prompt: 'a fox', options: { maxRetries: 0, timeout: 5 } },
		});
		expect([error, items.length, raw.requests]).toEqual([undefined, 1, 1]);
		expect(run.stoppedAt!.getTime() - run.startedAt.getTime()).toBeLessThan(4500);
		const json = items[0]!.json;
		const isWhole = framing < 3;
		const isSuccess = status >= 200 && status < 300;
		if (json.error === undefined) {
			const file = await engine.read(items[0]);
			expect([isSuccess, json.fileSize]).toEqual([true, file.length]);
			expect(json.fileName).toMatch(new RegExp(`\\.${String(json.format)}$`));
			if (isWhole && file.length === body.length) expect(file.equals(body)).toBe(true);
			await expectFile(file, json);
			return;
		}
		expect(status === 200 && isWhole && headers.length === 0 && images.includes(body)).toBe(false);
		expectError(json);
		// Segmind bills 2xx, so an error with such a status is never free for sure.
		if (isSuccess) expect(json.details).toMatchObject({ billed: 'unknown' });
	},
	// Too deep for a recursive function.
	{
		share: 0.4,
		examples: [{ status: 200, headers: [], body: Buffer.from(nest(8000)), framing: 0 }],
	},
);

always('bytes that pass for an image are what sharp reads in them', bytes, async (file) => {
	if (readImage(file) === undefined) return;
	const found = checkFile(file, undefined).file;
	if (found !== undefined) await expectImage(file, { ...found });
});
