import fc from 'fast-check';
import { randomBytes } from 'node:crypto';

import type { Answer } from '../../nodes/Segmind/segmind/answer';
import { redactor } from '../../nodes/Segmind/segmind/answer';
import { toRefusal } from '../../nodes/Segmind/segmind/meaning';
import { Emulator } from '../emulator/emulator';
import { Engine } from '../engine/engine';
import { campaign } from './campaign';
import { smallPicture } from './samples';

const always = campaign(2);

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start({
		key: randomBytes(20).toString('base64'),
		picture: await smallPicture('webp'),
	});
});
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const HEX = '0123456789abcdef';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const drawn = (alphabet: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
	fc
		.array(fc.integer({ min: 0, max: alphabet.length - 1 }), { minLength, maxLength })
		.map((indexes) => indexes.map((index) => alphabet.charAt(index)).join(''));

/** The form of a key is not published: what is seen, and what else a header may hold. */
const key = fc.oneof(
	drawn(HEX, 16, 16).map((digits) => `SG_${digits}`),
	drawn(`${LETTERS}_`, 20, 60).map((word) => `SG_${word}`),
	drawn(`${LETTERS}-._~+/=$`, 12, 64),
	fc.uuid(),
);

const text = fc.oneof(
	fc.string({ unit: 'grapheme', maxLength: 60 }),
	fc.stringMatching(/^[ -~]{0,300}$/),
	fc
		.tuple(fc.constantFrom(' ', '<br>', 'x ', '\n', '&nbsp;', '<b>', '\u202e'), fc.nat(1200))
		.map(([each, count]) => each.repeat(count)),
);

/** Every place in an answer where words were seen, and some where none should be. */
const FORMS: ReadonlyArray<(words: string) => string> = [
	(words) => JSON.stringify({ error: words }),
	(words) => JSON.stringify({ error: { message: words, code: 1 } }),
	(words) => JSON.stringify({ message: words }),
	(words) => JSON.stringify({ detail: [{ msg: words }, { msg: words }] }),
	(words) => JSON.stringify({ error: 'code', error_description: words }),
	(words) => JSON.stringify({ error_message: { error: [words] } }),
	(words) => JSON.stringify({ headers: { 'x-api-key': words } }),
	(words) => JSON.stringify([[words]]),
	(words) => JSON.stringify({ [words]: 1 }),
	(words) => JSON.stringify(words),
	(words) => `{"error": "${words}`,
	(words) => `<html><head><title>${words}</title></head><body><h1>${words}</h1></body></html>`,
	(words) => `<!DOCTYPE html><p title="x">${words}</p><script>${words}</script>`,
	(words) => `<!-- ${words} --> ${words}`,
	(words) => words,
];

const told = fc.record({
	key,
	before: text,
	after: text,
	toBody: fc.constantFrom(...FORMS),
	status: fc.constantFrom(
		200,
		204,
		302,
		400,
		401,
		402,
		403,
		404,
		405,
		406,
		410,
		422,
		429,
		500,
		503,
		504,
		599,
	),
});

/** As many characters of a key as nobody would write by chance, and that no key is known from. */
const PIECE = 8;

/** Pieces of the key that a text shows. */
const shownOf = (secret: string, shown: string): string[] =>
	Array.from({ length: secret.length - PIECE + 1 }, (_, at) => secret.slice(at, at + PIECE)).filter((piece) =>
		shown.includes(piece),
	);

always(
	'whatever Segmind says, neither the key nor a piece of it is in a refusal',
	told,
	({ key: secret, before, after, toBody, status }) => {
		const answer: Answer = {
			statusCode: status,
			headers: { 'x-request-id': `${before}${secret}${after}`, 'retry-after': secret },
			body: Buffer.from(toBody(`${before}${secret}${after}`)),
		};
		fc.pre(shownOf(secret, `${before} ${after}`).length === 0);
		const { message, advice, requestId, stack } = toRefusal(answer, redactor(secret));
		for (const shown of [message, advice, requestId ?? '']) {
			expect([shown, shownOf(secret, shown)]).toEqual([shown, []]);
			expect(shown).not.toMatch(/SG_\w/);
		}
		expect(stack).not.toContain(secret);
	},
	// No more than the first 4,000 characters of a page are looked at, and the key may lie across their end.
	[
		{
			key: 'Zk4-'.repeat(9),
			before: '<b>'.repeat(1325),
			after: '',
			toBody: (words) => `<p>${words}</p>`,
			status: 500,
		},
	],
);

always(
	'whatever Segmind says, the key is nowhere in what n8n keeps of the run',
	fc.record({ told, onError: fc.constantFrom('continueRegularOutput' as const, 'stopWorkflow' as const) }),
	async ({ told: { key: other, before, after, toBody, status }, onError }) => {
		const { key: secret, url: baseUrl } = emulator;
		const words = toBody(`${before}${secret}${after} ${other}`);
		emulator.reset();
		emulator.order({
			status,
			bytes: Buffer.from(words).toString('base64'),
			headers: { 'x-request-id': `r-${secret}`, 'x-cost': secret, location: `${baseUrl}/?key=${secret}` },
		});
		const { run, error, hints } = await engine.run({
			credential: { apiKey: secret, baseUrl },
			node: { onError },
			parameters: { prompt: 'a fox', options: { maxRetries: 0 } },
		});
		expect(emulator.imageRequests).toHaveLength(1);
		const kept = `${JSON.stringify(run)} ${error?.stack} ${error?.message} ${error?.description} ${hints.join()}`;
		expect(kept).not.toContain(secret);
		expect(kept).not.toMatch(/SG_\w/);
	},
);
