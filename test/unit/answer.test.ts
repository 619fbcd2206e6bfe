import type { Answer } from '../../nodes/Segmind/segmind/answer';
import { isSuccess, redactor, toldBy, wordsOf } from '../../nodes/Segmind/segmind/answer';
import { neverSent, noImage, toRefusal, uncertain, unpaid } from '../../nodes/Segmind/segmind/meaning';
import type { Refusal } from '../../nodes/Segmind/segmind/refusal';
import { AVOIDED_WORDS } from './refused';

/** Built, so that no scanner takes it for a real one. */
const KEY = `SG_${'0123456789abcdef'}`;

const asIs = (text: string): string => text;

const answerOf = (statusCode: number, body: string, headers: Answer['headers'] = {}): Answer => ({
	statusCode,
	headers,
	body: Buffer.from(body),
});

const refusalOf = (statusCode: number, body: string, headers: Answer['headers'] = {}): Refusal =>
	toRefusal(answerOf(statusCode, body, headers), asIs);

const json = (body: unknown): string => JSON.stringify(body);

/** Every form in which words were seen to come. */
const FORMS: ReadonlyArray<[form: string, toBody: (words: string) => string]> = [
	['an error text', (words) => json({ error: words })],
	['an error with a message', (words) => json({ error: { message: words, code: 7 } })],
	['a message', (words) => json({ message: words, status: 'failed' })],
	['a list of details', (words) => json({ detail: [{ loc: ['body'], msg: words, type: 'value' }] })],
	['a detail', (words) => json({ detail: words })],
	['a description', (words) => json({ error: 'code', error_description: words, status_code: 1 })],
	['a JSON string', (words) => json(words)],
	[
		'a page',
		(words) =>
			`<!DOCTYPE html><html>\r\n<head><title>x</title><style>p {}</style></head>\r\n<body><h1>${words}</h1><script>run()</script></body></html>`,
	],
	['plain text', (words) => words],
];

interface Meaning {
	readonly cause: string;
	readonly billed: 'no' | 'unknown';
	readonly retryable: boolean;
	readonly shared: boolean;
}

const THIS_ITEM = { billed: 'no', retryable: false, shared: false } as const;
const ALL_ITEMS = { billed: 'no', retryable: false, shared: true } as const;
const AGAIN = { billed: 'no', retryable: true, shared: false } as const;
const IN_DOUBT = { billed: 'unknown', retryable: false, shared: false } as const;

/** The table "What an answer means for money", as far as a status shows it. */
const TABLE: ReadonlyArray<[statusCode: number, words: string, meaning: Meaning]> = [
	[200, 'queued', { cause: 'response', ...IN_DOUBT }],
	[201, 'queued', { cause: 'response', ...IN_DOUBT }],
	[301, 'Moved Permanently', { cause: 'endpoint', ...ALL_ITEMS }],
	[302, 'Found', { cause: 'endpoint', ...ALL_ITEMS }],
	[307, 'Temporary Redirect', { cause: 'endpoint', ...ALL_ITEMS }],
	[308, 'Permanent Redirect', { cause: 'endpoint', ...ALL_ITEMS }],
	[400, 'Missing required field: prompt', { cause: 'request', ...THIS_ITEM }],
	[401, 'Missing Authorization or x-api-key in header', { cause: 'credential', ...ALL_ITEMS }],
	[401, 'Unauthorized. API key is invalid or may have expired...', { cause: 'credential', ...ALL_ITEMS }],
	[402, 'Insufficient credits. You have 0.0 credits.', { cause: 'credits', ...ALL_ITEMS }],
	[403, 'Model not permitted for this team', { cause: 'credential', ...ALL_ITEMS }],
	[404, 'The requested URL does not exist', { cause: 'endpoint', ...ALL_ITEMS }],
	[405, '405 Method Not Allowed', { cause: 'endpoint', ...ALL_ITEMS }],
	[406, 'Invalid content type', { cause: 'endpoint', ...ALL_ITEMS }],
	[
		406,
		'Insufficient credits. You have 0.02 credits but this request needs 0.05 credits.',
		{ cause: 'credits', ...ALL_ITEMS },
	],
	[406, 'Not enough credits', { cause: 'credits', ...ALL_ITEMS }],
	[406, 'Team spend limit reached', { cause: 'credits', ...ALL_ITEMS }],
	[406, 'Spending limit of the team exceeded', { cause: 'credits', ...ALL_ITEMS }],
	[406, 'width must be an integer between 256 and 1440', { cause: 'request', ...THIS_ITEM }],
	[406, 'safety_tolerance must be between 1 and 5', { cause: 'request', ...THIS_ITEM }],
	[400, 'safety_tolerance must be between 1 and 5', { cause: 'request', ...THIS_ITEM }],
	[422, 'safety tolerance must be an integer', { cause: 'request', ...THIS_ITEM }],
	[422, 'seed is no integer', { cause: 'request', ...THIS_ITEM }],
	[400, 'Prompt violates the content policy', { cause: 'moderation', ...THIS_ITEM }],
	[406, 'Rejected by the content filter', { cause: 'moderation', ...THIS_ITEM }],
	[406, 'Blocked by safety system', { cause: 'moderation', ...THIS_ITEM }],
	[422, 'NSFW content detected', { cause: 'moderation', ...THIS_ITEM }],
	[422, 'The prompt was blocked', { cause: 'moderation', ...THIS_ITEM }],
	[500, 'Request Moderated', { cause: 'moderation', ...THIS_ITEM }],
	[410, 'This model is retired', { cause: 'endpoint', ...ALL_ITEMS }],
	[429, 'Too Many Requests', { cause: 'rateLimit', ...AGAIN }],
	[500, 'Internal Polling Error', { cause: 'server', ...AGAIN }],
	[502, 'Bad Gateway', { cause: 'server', ...AGAIN }],
	[503, 'Service Unavailable', { cause: 'server', ...AGAIN }],
	[504, 'Gateway Time-out', { cause: 'uncertain', ...IN_DOUBT }],
];

describe.each(TABLE)('a %i that says "%s"', (statusCode, words, meaning) => {
	it.each(FORMS)('means the same in the form of %s, in its own words', (_, toBody) => {
		const refusal = refusalOf(statusCode, toBody(words));
		expect(refusal).toMatchObject({ ...meaning, statusCode });
		expect(refusal.message).toContain(words);
		expect(refusal.message).toContain(`(${statusCode})`);
		expect(refusal.message).not.toMatch(/[<>{}\n\r]/);
		expect(refusal.advice).toMatch(/\.$/);
		expect(refusal.attempts).toBe(0);
	});
});

describe('an answer without words', () => {
	const BY_STATUS: ReadonlyArray<[statusCode: number, meaning: Meaning]> = [
		[200, { cause: 'response', ...IN_DOUBT }],
		[204, { cause: 'response', ...IN_DOUBT }],
		[302, { cause: 'endpoint', ...ALL_ITEMS }],
		[400, { cause: 'request', ...THIS_ITEM }],
		[401, { cause: 'credential', ...ALL_ITEMS }],
		[402, { cause: 'credits', ...ALL_ITEMS }],
		[403, { cause: 'credential', ...ALL_ITEMS }],
		[404, { cause: 'endpoint', ...ALL_ITEMS }],
		[405, { cause: 'endpoint', ...ALL_ITEMS }],
		[406, { cause: 'request', ...THIS_ITEM }],
		[410, { cause: 'endpoint', ...ALL_ITEMS }],
		[422, { cause: 'request', ...THIS_ITEM }],
		[429, { cause: 'rateLimit', ...AGAIN }],
		[500, { cause: 'server', ...AGAIN }],
		[502, { cause: 'server', ...AGAIN }],
		[503, { cause: 'server', ...AGAIN }],
		[504, { cause: 'uncertain', ...IN_DOUBT }],
	];

	it.each(BY_STATUS)('is judged by its status alone: %i', (statusCode, meaning) => {
		for (const body of ['', ' \r\n', 'null', '{}', '[]', '<html></html>', '{"error":"","message":null}']) {
			expect(refusalOf(statusCode, body)).toMatchObject({ ...meaning, statusCode });
		}
	});

	it('ends with its status', () => {
		for (const body of [' \r\n', 'null', '<html><body></body></html>', '<!-- x -->']) {
			expect(refusalOf(503, body).message).toMatch(/ \(503\)$/);
		}
	});
});

describe('money', () => {
	const refusals = TABLE.map(([statusCode, words]) => refusalOf(statusCode, words));

	it('is said not to be spent exactly where it was not', () => {
		for (const { advice, billed } of refusals) {
			expect(advice.includes('Nothing was billed.')).toBe(billed === 'no');
			expect(advice.includes('may have been made and billed')).toBe(billed === 'unknown');
		}
	});

	it('is never spent by an answer of 300 to 499, and may be by those of 2xx and 504', () => {
		for (let statusCode = 200; statusCode <= 499; statusCode += 1) {
			expect([statusCode, refusalOf(statusCode, '').billed]).toStrictEqual([
				statusCode,
				statusCode < 300 ? 'unknown' : 'no',
			]);
		}
		expect(refusalOf(504, '').billed).toBe('unknown');
		expect(refusalOf(524, '').billed).toBe('unknown');
	});

	it('is asked for again only when it was not spent', () => {
		for (let statusCode = 100; statusCode <= 599; statusCode += 1) {
			const { billed, retryable } = refusalOf(statusCode, 'x');
			expect([statusCode, billed === 'unknown' && retryable]).toStrictEqual([statusCode, false]);
		}
	});

	it('comes only with 2xx', () => {
		const paid = Array.from({ length: 500 }, (_, index) => 100 + index).filter(isSuccess);
		expect(paid).toHaveLength(100);
		expect([paid.at(0), paid.at(-1)]).toStrictEqual([200, 299]);
	});
});

describe('the node’s own messages', () => {
	it('have no errors, problems, failures and mistakes, whatever the status', () => {
		const refusals = [
			...Array.from({ length: 500 }, (_, index) => refusalOf(100 + index, ' ')),
			uncertain('The connection broke'),
			neverSent('The host is unknown', 'Check the network.'),
			noImage('The answer is empty', 200),
			unpaid('The answer is not a balance', 200),
		];
		const texts = [
			...refusals.map(({ message, advice }) => `${message} ${advice}`),
			...TABLE.map(([statusCode, words]) => {
				const { message, advice } = refusalOf(statusCode, words);
				return `${message.replace(words, '')} ${advice}`;
			}),
		];
		expect(texts.filter((text) => AVOIDED_WORDS.test(text))).toStrictEqual([]);
	});

	it.each([
		[401, 'x', 'Segmind credential'],
		[402, 'x', 'Add credits'],
		[403, 'x', 'owner of the Segmind team'],
		[404, 'x', "'Base URL'"],
		[405, 'x', "'Base URL'"],
		[302, 'x', "'Base URL'"],
		[406, 'Invalid content type', 'proxy'],
		[406, 'Team spend limit reached', 'Raise the limit'],
		[406, 'Insufficient credits', 'Add credits'],
		[406, 'seed must be an integer', 'Change the value'],
		[422, 'Blocked by the content filter', "'Safety Tolerance'"],
		[410, 'x', 'update of this node'],
		[429, 'x', 'later'],
		[503, 'x', 'Run again later'],
		[504, 'x', 'usage page'],
		[200, 'x', 'usage page'],
	])('name the next step for a %i that says "%s"', (statusCode, words, step) => {
		expect(refusalOf(statusCode, words).advice).toContain(step);
	});
});

describe('refusals without an answer', () => {
	it.each([
		['that may have been made', uncertain('It broke'), { cause: 'uncertain', ...IN_DOUBT, statusCode: null }],
		['that never left', neverSent('No host', 'Look'), { cause: 'network', ...AGAIN, statusCode: null }],
		['that was paid and is none', noImage('Empty', 200), { cause: 'response', ...IN_DOUBT, statusCode: 200 }],
		['that was not asked for', unpaid('No balance', 200), { cause: 'server', ...AGAIN, statusCode: 200 }],
	])('an image %s says so', (_, refusal, meaning) => {
		expect(refusal).toMatchObject(meaning);
		expect(refusal.advice.includes('Nothing was billed.')).toBe(meaning.billed === 'no');
	});

	it('a paid answer without an image keeps what its headers told', () => {
		const told = { cost: 0.05, remainingCredits: 9.95, requestId: 'r-1', generationTime: 2 };
		expect(noImage('Empty', 200, told)).toMatchObject({ remainingCredits: 9.95, requestId: 'r-1' });
	});
});

describe('the key', () => {
	const OTHER_KEY = `${'f3a9'.repeat(4)}-team+eu.$&`;
	const redact = redactor(OTHER_KEY);

	it.each(FORMS)('is taken out of %s', (_, toBody) => {
		const refusal = toRefusal(answerOf(401, toBody(`Key ${KEY} is unknown`)), redact);
		expect(refusal.message).toContain('Key SG_… is unknown');
		expect(refusal.message).not.toContain('0123456789');
	});

	it.each(FORMS)('of another shape is taken out of %s', (_, toBody) => {
		const refusal = toRefusal(answerOf(401, toBody(`Key ${OTHER_KEY} is unknown, ${OTHER_KEY}!`)), redact);
		expect(refusal.message).toContain('Key … is unknown, …!');
		expect(refusal.message).not.toContain('f3a9');
	});

	it('is taken out of a body that is shown as it is, and of a request id', () => {
		const refusal = toRefusal(
			answerOf(500, json({ sent: { key: KEY, other: OTHER_KEY } }), { 'x-request-id': `${KEY}-7` }),
			redact,
		);
		expect(refusal.message).toContain('{"sent":{"key":"SG_…","other":"…"}}');
		expect(refusal.requestId).toBe('SG_…-7');
	});

	it('is taken out where a cut would have left half of it', () => {
		const words = wordsOf(answerOf(500, `${'x'.repeat(290)} ${KEY}`), redact);
		expect(words).not.toContain('0123');
	});

	it('that is empty takes nothing out but what looks like a key', () => {
		expect(redactor('')('all stays')).toBe('all stays');
		expect(redactor('')(`not ${KEY}, though`)).toBe('not SG_…, though');
	});
});

describe('headers', () => {
	const told = (headers: Answer['headers']) => toldBy({ statusCode: 200, headers, body: Buffer.of() }, asIs);

	it.each<[shown: unknown, number: number | null]>([
		[undefined, null],
		['', null],
		['  ', null],
		['NaN', null],
		['none', null],
		['Infinity', null],
		['1,5', null],
		['0.05 USD', null],
		['0', 0],
		['0.0', 0],
		['12.345', 12.345],
		[' 7 ', 7],
		['1e-3', 0.001],
		[['1', '2'], null],
	])('of %j are the number %j', (header, number) => {
		expect(
			told({ 'x-cost': header, 'x-remaining-credits': header, 'x-generation-time': header }),
		).toStrictEqual({ cost: number, remainingCredits: number, generationTime: number, requestId: null });
	});

	it('of a cost below 0 are no cost, and of a balance below 0 are what is owed', () => {
		expect(told({ 'x-cost': '-0.2', 'x-remaining-credits': '-0.2' })).toMatchObject({
			cost: null,
			remainingCredits: -0.2,
		});
	});

	it('that are missing are null, never 0', () => {
		expect(told({})).toStrictEqual({
			cost: null,
			remainingCredits: null,
			requestId: null,
			generationTime: null,
		});
	});

	it('tell each its own', () => {
		const headers = {
			'x-cost': '0.05',
			'x-remaining-credits': '9.95',
			'x-request-id': 'b6b2-7',
			'x-generation-time': '14.2',
		};
		expect(told(headers)).toStrictEqual({
			cost: 0.05,
			remainingCredits: 9.95,
			requestId: 'b6b2-7',
			generationTime: 14.2,
		});
		expect(refusalOf(503, 'busy', headers)).toMatchObject({ remainingCredits: 9.95, requestId: 'b6b2-7' });
	});

	it('with a request id of any length give one short line', () => {
		const { requestId } = told({ 'x-request-id': `a\tb ${'x'.repeat(5000)}` });
		expect(requestId).toMatch(/^a b x+…$/);
		expect(requestId?.length).toBeLessThanOrEqual(100);
		expect(told({ 'x-request-id': '' }).requestId).toBeNull();
		expect(told({ 'x-request-id': ['a', 'b'] }).requestId).toBeNull();
	});
});

describe("Segmind's own words", () => {
	const words = (body: string): string => wordsOf(answerOf(500, body), asIs);

	it.each([
		['several lines', 'one\ntwo\r\n\tthree', 'one two three'],
		['several details', json({ detail: [{ msg: 'first' }, { msg: 'second' }] }), 'first; second'],
		['details without words among them', json({ detail: [{ loc: [] }, { msg: 'second' }] }), 'second'],
		['a description beside a code', json({ error: 'invalid_token', error_description: 'No' }), 'No'],
		['a message beside an empty error', json({ error: '', message: 'Busy' }), 'Busy'],
		['an error of a flow', json({ error_message: { message: 'Deep' } }), 'Deep'],
		['JSON without words', json({ status: 'QUEUED', id: 7 }), '{"status":"QUEUED","id":7}'],
		['a number', '42', '42'],
		['null', 'null', ''],
		['broken JSON', '{"error":', '{"error":'],
		['control characters', 'a\0b\u0007c\u202ed', 'a b c d'],
		['another alphabet', json({ error: 'Недостаточно средств' }), 'Недостаточно средств'],
		[
			'a page of a gateway',
			'<html>\r\n<head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>',
			'502 Bad Gateway',
		],
	])('are read from %s', (_, body, expected) => {
		expect(words(body)).toBe(expected);
	});

	it.each([
		['text', 'word '.repeat(5000)],
		['JSON', json({ error: 'line\n'.repeat(5000) })],
		['a page', `<html><body>${'<p>line</p>\r\n'.repeat(5000)}</body></html>`],
		['one word', 'x'.repeat(64 * 1024)],
	])('are cut to one line when they come as a long %s', (_, body) => {
		const line = words(body);
		expect(line).not.toMatch(/[\n\r\t]/);
		expect(line.length).toBeGreaterThan(250);
		expect(line.length).toBeLessThanOrEqual(300);
		expect(line).toMatch(/\S…$/);
	});

	it('of 300 characters stay whole', () => {
		expect(words('x'.repeat(300))).toBe('x'.repeat(300));
		expect(words('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
	});

	it('survive bytes that are no text', () => {
		const body = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x41, 0xc3]);
		const line = wordsOf({ statusCode: 500, headers: {}, body }, asIs);
		expect(line).toContain('A');
		expect(line).not.toMatch(/\p{Cc}/u);
	});
});

describe('words are told as they were written', () => {
	it.each([
		[
			'signs of comparison in JSON',
			json({ error: 'width must be <= 1440 and >= 256' }),
			'width must be <= 1440 and >= 256',
		],
		['entities of a page', '<p>Don&#39;t &amp; won&quot;t &lt;3</p>', 'Don\'t & won"t <3'],
		['joiners of a script', json({ error: 'می\u200cخواهم' }), 'می\u200cخواهم'],
		['an empty text', '""', ''],
		['an empty body', '', ''],
		['an empty object', '{}', ''],
	])('%s', (_, body, words) => {
		expect(wordsOf(answerOf(406, body), asIs)).toBe(words);
	});

	it('and cut between characters, not within one', () => {
		const words = wordsOf(answerOf(406, json({ error: '🦊'.repeat(400) })), asIs);
		expect(words).toBe(`${'🦊'.repeat(299)}…`);
	});

	it.each(['<', '<script ', '< '])('a body of nothing but %j is read at once', (piece) => {
		const started = performance.now();
		wordsOf(answerOf(500, piece.repeat(65_536 / piece.length)), asIs);
		expect(performance.now() - started).toBeLessThan(500);
	});

	it('without a mark that turns the direction of the rest', () => {
		expect(wordsOf(answerOf(406, json({ error: 'a\u202eb' })), asIs)).toBe('a b');
	});
});
