import fc from 'fast-check';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Metadata } from 'sharp';
import sharp from 'sharp';

import { toPicture } from '../../nodes/Segmind/image/picture';
import { Engine } from '../engine/engine';
import { answerOf, isPlain, isWhole, toWire } from './answers';
import { bodyOf } from './bodies';
import { campaign } from './campaign';
import { RawServer } from './rawServer';
import { smallPictures } from './samples';

const always = campaign(2);

let engine: Engine;
let server: RawServer;
let pictures: Buffer[] = [];

beforeAll(async () => {
	engine = await Engine.start();
	server = await RawServer.start();
	pictures = await smallPictures();
});
afterAll(async () => {
	await engine.stop();
	await server.close();
});

const CAUSES = [
	...[
		'credential',
		'credits',
		'endpoint',
		'moderation',
		'network',
		'rateLimit',
		'request',
		'response',
		'server',
	],
	'uncertain',
];

const FORMATS: Readonly<Record<string, string>> = { jpg: 'jpeg', png: 'png', webp: 'webp' };

/** What sharp reads of bytes; undefined where it can't read them at all. */
const metadataOf = async (bytes: Buffer): Promise<Metadata | undefined> =>
	await sharp(bytes, { limitInputPixels: false, failOn: 'none' })
		.metadata()
		.catch(() => undefined);

async function expectToBeWhatItSays(bytes: Buffer, told: IDataObject): Promise<void> {
	const { format, width, height, mimeType, fileName, fileSize } = told;
	expect(fileSize).toBe(bytes.length);
	expect(mimeType).toBe(`image/${FORMATS[String(format)]}`);
	expect(fileName).toMatch(new RegExp(`\\.${String(format)}$`));
	const seen = await metadataOf(bytes);
	if (seen === undefined) return;
	expect([seen.format, seen.width, seen.height]).toEqual([FORMATS[String(format)], width, height]);
}

/** What a refusal may look like, whatever came over the wire. */
function expectToBeClean({ json }: INodeExecutionData): void {
	expect(Object.keys(json).sort()).toEqual(['details', 'error', 'message']);
	const { error, message, details } = json as { error: string; message: string; details: IDataObject };
	expect(CAUSES).toContain(details.cause);
	expect(['no', 'unknown']).toContain(details.billed);
	expect(details.attempts).toBe(1);
	expect(Array.from(error).length).toBeLessThan(450);
	expect(error).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]|\[object |undefined/u);
	expect(message).toMatch(/\.$/);
}

/** What a call for each level has too small a stack for. */
const nested = Buffer.from(`${'['.repeat(8000)}1${']'.repeat(8000)}`);

// Pictures are made before the first test, and arbitraries before that: they look them up.
const anyAnswer = fc.constant(null).chain(() => answerOf(bodyOf(pictures)));

always(
	'whatever comes over the wire is an image item that is what it says, or a clean refusal that says what is billed',
	anyAnswer,
	async (answer) => {
		server.answer = toWire(answer);
		server.requests = 0;
		const { items, error, run } = await engine.run({
			credential: { apiKey: 'key', baseUrl: server.url },
			node: { onError: 'continueRegularOutput' },
			parameters: { prompt: 'a fox', options: { maxRetries: 0, timeout: 5 } },
		});
		expect([error, items.length, server.requests]).toEqual([undefined, 1, 1]);
		const [item] = items as [INodeExecutionData];
		const lasted = run.stoppedAt!.getTime() - run.startedAt.getTime();
		expect(lasted).toBeLessThan(4500);
		if (item.json.error === undefined) {
			const bytes = await engine.read(item);
			if (isWhole(answer) && bytes.length === answer.body.length)
				expect(bytes.equals(answer.body)).toBe(true);
			expect(answer.status).toBeGreaterThanOrEqual(200);
			expect(answer.status).toBeLessThan(300);
			await expectToBeWhatItSays(bytes, item.json);
		} else {
			// A claim that everything is refused would hold as well.
			expect(isPlain(answer) && pictures.includes(answer.body)).toBe(false);
			expectToBeClean(item);
			const { billed } = item.json.details as IDataObject;
			// Segmind bills what it answers with 2xx: no other status may leave a doubt away.
			if (answer.status >= 200 && answer.status < 300) expect(billed).toBe('unknown');
		}
	},
	[{ status: 200, headers: [], body: nested, framing: 'length', step: 1_000_000 }],
);

always(
	'bytes that are taken for a picture are what sharp takes them for',
	fc.constant(null).chain(() => bodyOf(pictures)),
	async (bytes) => {
		const picture = toPicture(bytes);
		if (typeof picture === 'string') return;
		expect(Number.isInteger(picture.width) && picture.width > 0).toBe(true);
		expect(Number.isInteger(picture.height) && picture.height > 0).toBe(true);
		const seen = await metadataOf(bytes);
		if (seen === undefined) return;
		const { format, width, height } = picture;
		expect([seen.format, seen.width, seen.height]).toEqual([FORMATS[format], width, height]);
	},
);
