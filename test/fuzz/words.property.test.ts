import fc from 'fast-check';

import { always, useServers } from './setup';

const characters = (alphabet: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
	fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The form of a key is not published: forms that were seen, and others that a header can hold. */
const key = fc.oneof(
	characters('0123456789abcdef', 16, 16).map((digits) => `SG_${digits}`),
	characters(`${LETTERS}_`, 20, 60).map((word) => `SG_${word}`),
	characters(`${LETTERS}-._~+/=$`, 12, 64),
	fc.uuid(),
);

const text = fc.oneof(
	fc.string({ unit: 'grapheme', maxLength: 60 }),
	fc.stringMatching(/^[ -~]{0,300}$/),
	fc.tuple(fc.constantFrom(' ', '<br>', '\n', '<b>', '\u202e'), fc.nat(1200)).map(([it, n]) => it.repeat(n)),
);

/** Places in a body where words were seen, and some where none should be. */
const BODIES: ReadonlyArray<(words: string) => string> = [
	(words) => JSON.stringify({ error: words }),
	(words) => JSON.stringify({ error: { message: words, code: 1 }, error_description: words }),
	(words) => JSON.stringify({ detail: [{ msg: words }, { msg: words }] }),
	(words) => JSON.stringify({ error_message: { error: [words] } }),
	(words) => JSON.stringify({ headers: { 'x-api-key': words }, message: words }),
	(words) => JSON.stringify({ [words]: 1 }),
	(words) => `{"error": "${words}`,
	(words) => `<html><head><title>${words}</title></head><body><h1>${words}</h1></body></html>`,
	(words) => `<!DOCTYPE html><p title="x">${words}</p><script>${words}</script>`,
	(words) => words,
];

const STATUSES = [200, 204, 302, 400, 401, 402, 403, 404, 405, 406, 410, 422, 429, 500, 503, 504, 599];

/** Parts of the key that a text contains; nobody writes as many of its characters by chance. */
function partsOf(secret: string, shown: string): string[] {
	const parts = Array.from({ length: secret.length - 7 }, (_, start) => secret.slice(start, start + 8));
	return parts.filter((part) => shown.includes(part));
}

/** Names that fast-check likes to put into strings, and which stand in what n8n keeps. */
const NAMES = Object.getOwnPropertyNames(Object.prototype).join(' ');

const servers = useServers();

always(
	'the key is nowhere in what n8n keeps of the run, whatever Segmind says',
	fc.record({
		secret: key,
		other: key,
		before: text,
		after: text,
		toBody: fc.constantFrom(...BODIES),
		status: fc.constantFrom(...STATUSES),
		onError: fc.constantFrom('continueRegularOutput' as const, 'stopWorkflow' as const),
	}),
	async ({ secret, other, before, after, toBody, status, onError }) => {
		fc.pre(partsOf(secret, `${before} ${after} ${other} ${NAMES}`).length === 0);
		const { engine, raw } = servers;
		const inHeader = `${before.replace(/[^ -~]/g, '')}${secret}`;
		const head = `HTTP/1.1 ${status} x\r\nx-request-id: ${inHeader}\r\nx-cost: ${secret}\r\nretry-after: ${status === 429 ? '601' : secret}\r\n`;
		const location = `location: ${raw.url}/?key=${secret}\r\nconnection: close\r\n\r\n`;
		const body = toBody(`${before}${secret}${after} ${other}`);
		Object.assign(raw, { requests: 0, bytes: Buffer.from(`${head}${location}${body}`) });
		const { run, error, hints } = await engine.run({
			credential: { apiKey: secret, baseUrl: raw.url },
			node: { onError },
			parameters: { prompt: 'a fox', options: { maxRetries: 0 } },
		});
		expect(raw.requests).toBe(1);
		const kept = `${JSON.stringify(run)} ${error?.stack} ${error?.message} ${error?.description} ${hints.join()}`;
		expect(partsOf(secret, kept)).toEqual([]);
		expect(kept).not.toMatch(/SG_\w/);
	},
	{
		share: 0.5,
		// Only the first 4,000 characters of a page are read; here the key lies across their end.
		examples: [
			{
				secret: 'Zk4-'.repeat(9),
				other: 'SG_0123456789abcdef',
				before: '<b>'.repeat(1325),
				after: '',
				toBody: (words) => `<p>${words}</p>`,
				status: 500,
				onError: 'stopWorkflow',
			},
		],
	},
);
