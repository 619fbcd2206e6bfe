import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import { Engine } from './engine';

let emulator: Emulator;
let elsewhere: Emulator;
let engine: Engine;
let credential: { apiKey: string; baseUrl: string };

beforeAll(async () => {
	emulator = await Emulator.start();
	elsewhere = await Emulator.start();
	engine = await Engine.start();
	credential = { apiKey: emulator.key, baseUrl: emulator.url };
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
	await elsewhere.close();
});

const parameters = {
	prompt: 'a fox',
	aspectRatio: 'custom',
	width: 256,
	height: 256,
	options: { maxRetries: 0 },
};
const items = [{ json: { row: 7 } }];

/** One row for each line of the table of what an answer means for money. */
const ANSWERS: ReadonlyArray<[Fault, cause: string, billed: string, words: string | null]> = [
	[{ status: 400, body: { error: 'prompt missing' } }, 'request', 'no', 'prompt missing'],
	[
		{ status: 401, body: { error: 'invalid_token', error_description: 'Unauthorized.' } },
		'credential',
		'no',
		'Unauthorized.',
	],
	[{ status: 402, body: { error: 'You have 0.0 credits.' } }, 'credits', 'no', 'You have 0.0 credits.'],
	[{ status: 403, body: { message: 'not for this team' } }, 'credential', 'no', 'not for this team'],
	[{ status: 404, body: { error: 'unknown model' } }, 'endpoint', 'no', 'unknown model'],
	[
		{ status: 405, body: '<html><h1>405 Method Not Allowed</h1></html>' },
		'endpoint',
		'no',
		'405 Method Not Allowed',
	],
	[{ status: 406, body: { error: 'Invalid content type' } }, 'endpoint', 'no', 'Invalid content type'],
	[{ status: 406, body: { error: 'Insufficient credits' } }, 'credits', 'no', 'Insufficient credits'],
	[{ status: 406, body: { error: 'Team spend limit reached' } }, 'credits', 'no', 'Team spend limit reached'],
	[{ status: 406, body: { error: 'width must be <= 1440' } }, 'request', 'no', 'width must be <= 1440'],
	[{ status: 406, body: { error: 'Flagged as NSFW' } }, 'moderation', 'no', 'Flagged as NSFW'],
	[{ status: 410, body: { error: 'gone' } }, 'endpoint', 'no', 'gone'],
	[{ status: 422, body: { detail: [{ msg: 'seed too large' }] } }, 'request', 'no', 'seed too large'],
	[{ status: 429, body: { error: 'slow down' } }, 'rateLimit', 'no', 'slow down'],
	[{ status: 500, body: { error: 'Internal Polling Error' } }, 'server', 'no', 'Internal Polling Error'],
	[
		{ status: 500, body: { error: 'blocked by content policy' } },
		'moderation',
		'no',
		'blocked by content policy',
	],
	[{ status: 502, body: '<html><h1>502 Bad Gateway</h1></html>' }, 'server', 'no', '502 Bad Gateway'],
	[{ status: 503, body: 'try later' }, 'server', 'no', 'try later'],
	[
		{ status: 504, body: '<html><h1>504 Gateway Time-out</h1></html>' },
		'uncertain',
		'unknown',
		'504 Gateway Time-out',
	],
	[{ status: 307, headers: { location: '/elsewhere' } }, 'endpoint', 'no', null],
	[{ status: 200, body: { error: 'something went wrong' } }, 'response', 'unknown', 'something went wrong'],
	[{ status: 200, body: '<html>hello</html>' }, 'response', 'unknown', 'hello'],
	[{ status: 200, bytes: '' }, 'response', 'unknown', null],
	[{ status: 200, bytes: 'iVBORw0KGgoAAAANSUhEUgAA' }, 'response', 'unknown', 'cut short or malformed'],
	[{ cut: 300 }, 'uncertain', 'unknown', null],
	[{ reset: true }, 'uncertain', 'unknown', null],
];

describe.each(ANSWERS)('%j', (fault, cause, billed, words) => {
	test(`is ${cause}, billed ${billed}, and reaches the error output with the fields of its input`, async () => {
		emulator.order(fault);
		const ran = await engine.run({ credential, parameters, items, node: { onError: 'continueErrorOutput' } });
		expect(ran.items).toHaveLength(0);
		expect(ran.routed).toHaveLength(1);
		const [{ json, pairedItem }] = ran.routed as [{ json: Record<string, unknown>; pairedItem: unknown }];
		expect(Object.keys(json).sort()).toEqual(['details', 'error', 'message', 'row']);
		expect(json).toMatchObject({ row: 7, details: { cause, billed, attempts: 1 } });
		if (words !== null) expect(json.error).toContain(words);
		expect(json.error).not.toMatch(/\n|<[a-z/]|undefined|\[object/);
		expect(String(json.message).length).toBeGreaterThan(20);
		expect(pairedItem).toMatchObject({ item: 0 });
	});
});

test('stopped, the refusal is raised with its status and its way out', async () => {
	emulator.order({ status: 402, body: { error: 'You have 0.0 credits.' } });
	const { error } = await engine.run({ credential, parameters });
	expect(error).toMatchObject({
		name: 'NodeApiError',
		message: 'The account has too few credits (402): You have 0.0 credits.',
		description: expect.stringMatching(/^Add credits .* Nothing was billed\.$/),
		httpCode: '402',
	});
});

test('a redirect is not followed, so that the key goes nowhere else', async () => {
	for (const status of [301, 302, 303, 307, 308]) {
		emulator.order({ status, headers: { location: `${elsewhere.url}/v1/flux-1.1-pro` } });
		await engine.run({ credential, parameters, node: { onError: 'continueRegularOutput' } });
	}
	expect(emulator.requests).toHaveLength(5);
	expect(elsewhere.requests).toHaveLength(0);
});

test('an answer of more than 64 MiB is cut off and not kept', async () => {
	emulator.order({ huge: 70 * 1024 * 1024 });
	const { routed } = await engine.run({
		credential,
		parameters,
		node: { onError: 'continueErrorOutput' },
	});
	expect(routed[0]?.json).toMatchObject({
		error: 'The answer is larger than 64 MiB and was cut off',
		details: { cause: 'response', billed: 'unknown' },
	});
});

test('a refused key is sent once, and shown nowhere', async () => {
	const key = `SG_${'f'.repeat(16)}`;
	emulator.order({ status: 401, body: { error: 'invalid_token', error_description: `No such key: ${key}` } });
	const ran = await engine.run({ credential: { ...credential, apiKey: key }, parameters });
	expect(emulator.requests).toHaveLength(1);
	expect(emulator.requests[0]?.headers['x-api-key']).toBe(key);
	expect(JSON.stringify(ran.run)).not.toContain(key);
	expect(`${ran.error?.stack}${ran.error?.message}`).not.toContain(key);
});

test('an expression that can not be resolved is the refusal of its item alone', async () => {
	const ran = await engine.run({
		credential,
		items: [{ json: { p: 'fox' } }, { json: {} }],
		parameters: { ...parameters, prompt: '={{ $json.p.trim() }}' },
		node: { onError: 'continueRegularOutput' },
	});
	expect(ran.items.map(({ json }) => json.error === undefined)).toEqual([true, false]);
	expect(ran.items[1]?.json).toMatchObject({ details: { cause: 'request', billed: 'no', attempts: 0 } });
	expect(emulator.paid).toBe(1);
});

test.each([
	['https where http answers', () => emulator.url.replace('http:', 'https:')],
	['an unknown host', () => 'https://nowhere.invalid'],
])('%s is no connection: nothing was sent, so nothing is in doubt', async (_, baseUrl) => {
	const { routed } = await engine.run({
		credential: { ...credential, baseUrl: baseUrl() },
		parameters,
		node: { onError: 'continueErrorOutput' },
	});
	expect(routed[0]?.json.details).toMatchObject({ cause: 'network', billed: 'no', retryable: true });
	expect(emulator.requests).toHaveLength(0);
});
