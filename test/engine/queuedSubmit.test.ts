import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { Engine } from './engine';
import type { Batch } from './queue';
import { asked, CONTINUE, itemsOf, queued, refusalIn, RETRY_ON_FAIL, runAll, submits } from './queue';

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const runOf = (options: object = {}, rest: RunOptions = {}): RunOptions => ({
	credential: { apiKey: emulator.key, baseUrl: emulator.url },
	items: itemsOf('a'),
	...rest,
	parameters: queued({ ...options }),
});
const polls = () => asked(emulator, /\/requests\//);
const page = '<html><h1>Welcome</h1></html>';

describe('a submit that is refused', () => {
	test.each<[Fault, string, string]>([
		[{ status: 400, body: { error: 'prompt missing' } }, 'request', 'prompt missing'],
		[{ status: 401, body: { error: 'expired' } }, 'credential', 'expired'],
		[{ status: 402, body: { error: 'You have 0.0 credits.' } }, 'credits', '0.0 credits'],
		[{ status: 403, body: { error: 'not for this team' } }, 'credential', 'team'],
		[{ status: 404, body: { error: 'no such model' } }, 'endpoint', 'no such model'],
		[{ status: 406, body: { error: 'Insufficient credits' } }, 'credits', 'Insufficient'],
		[{ status: 422, body: { error: 'Flagged as NSFW' } }, 'moderation', 'NSFW'],
		[{ status: 429, body: { error: 'slow down' } }, 'rateLimit', 'slow down'],
		[{ status: 500, body: { error: 'oops' } }, 'server', 'oops'],
		[{ status: 502, body: page }, 'server', 'Welcome'],
		[{ status: 302, headers: { location: '/elsewhere' } }, 'endpoint', '302'],
	])('by %j is %s, not billed, and nothing is polled', async (fault, cause, words) => {
		emulator.order(fault);
		const { items } = await engine.run(runOf({ maxRetries: 0 }, { node: CONTINUE }));
		const told = refusalIn(items[0]);
		expect(told).toMatchObject({ cause, billed: 'no', attempts: 1 });
		expect(told.error).toContain(words);
		expect([submits(emulator).length, polls().length, emulator.paid]).toEqual([1, 0, 0]);
	});

	test('for an empty account stops the others unsent', async () => {
		emulator.credits = 0;
		const { items } = await engine.run(
			runOf({ concurrency: 1 }, { items: itemsOf('a', 'b', 'c'), node: CONTINUE }),
		);
		expect(items.map((item) => refusalIn(item).attempts)).toEqual([1, 0, 0]);
		expect(items[0]?.json.error).toBe(
			'The account has too few credits (402): Insufficient credits. You have 0.0 credits.',
		);
		expect(submits(emulator)).toHaveLength(1);
	});

	test('for the rate limit is sent again when the limit is over', async () => {
		const reset = new Date(Date.now() + 1200).toISOString();
		emulator.order({ status: 429, headers: { 'x-rate-limit-reset-at-utc': reset } });
		const { items, hints } = await engine.run(runOf());
		expect(items[0]?.json).toMatchObject({ attempts: 2, cost: 0.05 });
		expect(hints.join()).toMatch(/Waited [12] s/);
		expect(emulator.paid).toBe(1);
	});

	test.each([500, 502, 503])('by %i is sent again', async (status) => {
		emulator.order({ status, body: { error: 'busy' } });
		const { items } = await engine.run(runOf());
		expect(items[0]?.json).toMatchObject({ attempts: 2 });
		expect([submits(emulator).length, emulator.paid]).toEqual([2, 1]);
	});
});

/** Each may have been taken into the queue and billed. */
const LOST: ReadonlyArray<[string, Fault]> = [
	['a reset', { reset: true }],
	['an answer cut short', { cut: 20 }],
	['a 504', { status: 504, body: page, billed: true }],
	['a page as 200', { status: 200, body: page }],
	['an empty 200', { status: 200, bytes: '' }],
	['JSON without an id', { status: 200, body: { status: 'QUEUED' } }],
	['an empty id', { status: 200, body: { request_id: '' } }],
	['an id that leads elsewhere', { status: 200, body: { request_id: '../../v1/get-user-credits' } }],
	['an id that is two points', { status: 200, body: { request_id: '..' } }],
	['an id with a query', { status: 200, body: { request_id: 'a?b=c' } }],
	['an id that is a number', { status: 200, body: { request_id: 7 } }],
	[
		'an address without an id',
		{ status: 200, body: { poll_url: 'https://api.segmind.com/workflows/request/' } },
	],
];

describe('a submit whose answer is lost is in doubt, and Retry On Fail sends it no second time', () => {
	let batch: Batch;
	beforeAll(async () => {
		const cases = LOST.map(([prompt, fault]) => ({ prompt, faults: [{ ...fault, times: -1 }] }));
		batch = await runAll(engine, emulator, cases, {}, RETRY_ON_FAIL);
	});

	test.each(LOST)('%s', (prompt) => {
		expect(refusalIn(batch.itemOf(prompt))).toMatchObject({ billed: 'unknown', attempts: 1 });
		expect(batch.itemOf(prompt)?.json.message).toMatch(/may have been made and billed/);
		expect(batch.submitsOf(prompt)).toHaveLength(1);
	});
});

test('the doubt is told as an item, too', async () => {
	emulator.order({ reset: true });
	const { items } = await engine.run(runOf({}, { node: CONTINUE }));
	expect(refusalIn(items[0])).toMatchObject({ cause: 'uncertain', billed: 'unknown', attempts: 1 });
});

test('a 200 that is a refusal is shown in its own words', async () => {
	emulator.order({ status: 200, body: { error: 'The queue is closed today' } });
	const { items } = await engine.run(runOf({}, { node: CONTINUE }));
	expect(refusalIn(items[0])).toMatchObject({ billed: 'unknown' });
	expect(items[0]?.json.error).toContain('The queue is closed today');
});

test('a person who runs it again gets the image, and Retry When Billing Is Uncertain does not ask', async () => {
	emulator.order({ reset: true });
	const options = runOf();
	const failed = await engine.run(options);
	expect(failed.error).toBeDefined();
	expect((await engine.retry(failed, options)).error).toBeUndefined();
	expect([submits(emulator).length, emulator.paid]).toEqual([2, 2]);
	emulator.reset();
	emulator.order({ reset: true });
	const { items } = await engine.run(runOf({ retryUncertain: true }));
	expect(items[0]?.json).toMatchObject({ attempts: 2 });
});

test.each<[string, NonNullable<Fault['fields']>]>([
	['only its result address', { request_id: null, status_url: null, poll_url: null }],
	['only its status address', { request_id: null, response_url: null, poll_url: null }],
	['only its poll address', { request_id: null, response_url: null, status_url: null }],
	['addresses of another host', { status_url: 'https://evil.example/x', response_url: 'http://10.0.0.1/' }],
	['no state', { status: null }],
])('an answer with %s is enough, and nobody else is asked', async (_, fields) => {
	emulator.order({ fields });
	const { items, error } = await engine.run(runOf());
	expect(error).toBeUndefined();
	expect(items[0]?.json).toMatchObject({ width: 256, cost: 0.05 });
	expect(emulator.paid).toBe(1);
});

test('a submit that never answers ends at the deadline, in doubt', async () => {
	emulator.order({ hang: true });
	const started = Date.now();
	const { items } = await engine.run(runOf({ timeout: 5 }, { node: CONTINUE }));
	expect(refusalIn(items[0])).toMatchObject({ cause: 'uncertain', billed: 'unknown' });
	expect(Date.now() - started).toBeLessThan(8000);
});
