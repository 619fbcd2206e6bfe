import type { Fault } from '../emulator/fault';
import { jsonError, PAGE } from './faults';
import { runCases } from './queuedCases';
import { errorOf, requestsTo, submissions } from './results';
import { CONTINUE, itemsOf, queued, RETRY_ON_FAIL } from './runs';
import { emulator, engine, itemsFrom, useEngine } from './setup';

useEngine();

describe('a rejected submission', () => {
	test.each<[Fault, cause: string, words: string]>([
		[jsonError(400, 'prompt missing'), 'request', 'prompt missing'],
		[jsonError(401, 'expired'), 'credential', 'expired'],
		[jsonError(402, 'You have 0.0 credits.'), 'credits', '0.0 credits'],
		[jsonError(403, 'not for this team'), 'credential', 'team'],
		[jsonError(404, 'no such model'), 'endpoint', 'no such model'],
		[jsonError(406, 'Insufficient credits'), 'credits', 'Insufficient'],
		[jsonError(422, 'Flagged as NSFW'), 'moderation', 'NSFW'],
		[jsonError(429, 'slow down'), 'rateLimit', 'slow down'],
		[jsonError(500, 'oops'), 'server', 'oops'],
		[{ status: 502, body: PAGE }, 'server', 'Just a moment'],
		[{ status: 302, headers: { location: '/elsewhere' } }, 'endpoint', '302'],
	])('with %j is a %s error, is not billed and not polled', async (fault, cause, words) => {
		emulator.inject(fault);
		const { items } = await engine.run(queued({ maxRetries: 0 }, { node: CONTINUE }));
		const error = errorOf(items[0]);
		expect(error).toMatchObject({ cause, billed: 'no', attempts: 1 });
		expect(error.error).toContain(words);
		expect(submissions()).toHaveLength(1);
		expect(requestsTo(/\/requests\//)).toHaveLength(0);
		expect(emulator.paid).toBe(0);
	});

	test('for missing credits stops the batch', async () => {
		emulator.credits = 0;
		const options = queued({ concurrency: 1 }, { items: itemsOf('a', 'b', 'c'), node: CONTINUE });
		const { items } = await engine.run(options);
		expect(items.map((item) => errorOf(item).attempts)).toEqual([1, 0, 0]);
		expect(items[0]?.json.error).toContain('Insufficient credits. You have 0.0 credits.');
		expect(submissions()).toHaveLength(1);
	});

	test('for the rate limit is repeated after the limit', async () => {
		const reset = new Date(Date.now() + 1200).toISOString();
		emulator.inject({ status: 429, headers: { 'x-rate-limit-reset-at-utc': reset } });
		const { items, hints } = await engine.run(queued());
		expect(items[0]?.json).toMatchObject({ attempts: 2, cost: 0.05 });
		expect(hints.join()).toMatch(/\b[12] s.*rate limit/);
		expect(emulator.paid).toBe(1);
	});

	test.each([500, 502, 503])('with a %i is repeated', async (status) => {
		emulator.inject(jsonError(status, 'busy'));
		const { items } = await engine.run(queued());
		expect(items[0]?.json).toMatchObject({ attempts: 2 });
		expect([submissions().length, emulator.paid]).toEqual([2, 1]);
	});
});

describe('a submission that may have been billed is not repeated by Retry On Fail after', () => {
	const rows: ReadonlyArray<[string, Fault]> = [
		['a reset', { reset: true }],
		['a response cut short', { cut: 20 }],
		['a 504', { status: 504, body: PAGE, billed: true }],
		['a page with a 200', { status: 200, body: PAGE }],
		['an empty 200', { status: 200, bytes: '' }],
		['JSON without an id', { status: 200, body: { status: 'QUEUED' } }],
		['an empty id', { status: 200, body: { request_id: '' } }],
		['an id with a path', { status: 200, body: { request_id: '../../v1/get-user-credits' } }],
		['an id of two periods', { status: 200, body: { request_id: '..' } }],
		['an id with a query', { status: 200, body: { request_id: 'a?b=c' } }],
		['an id that is a number', { status: 200, body: { request_id: 7 } }],
		[
			'a URL without an id',
			{ status: 200, body: { poll_url: 'https://api.segmind.com/workflows/request/' } },
		],
	];
	const casesOf = () => rows.map(([prompt, fault]) => ({ prompt, faults: [{ ...fault, times: -1 }] }));
	const results = runCases(casesOf, {}, RETRY_ON_FAIL);

	test.each(rows)('%s', (prompt) => {
		const error = errorOf(results.itemOf(prompt));
		expect(error).toMatchObject({ billed: 'unknown', attempts: 1 });
		expect(error.message).toMatch(/billed/);
		expect(results.submissionsOf(prompt)).toHaveLength(1);
	});
});

test('a submission without a response is uncertain', async () => {
	emulator.inject({ reset: true });
	const { items } = await engine.run(queued({}, { node: CONTINUE }));
	expect(errorOf(items[0])).toMatchObject({ cause: 'uncertain', billed: 'unknown', attempts: 1 });
});

test("an error with a 200 is reported in Segmind's words", async () => {
	emulator.inject(jsonError(200, 'The queue is closed today'));
	const { items } = await engine.run(queued({}, { node: CONTINUE }));
	expect(errorOf(items[0])).toMatchObject({ billed: 'unknown' });
	expect(items[0]?.json.error).toContain('The queue is closed today');
});

test('Retry execution repeats an uncertain submission', async () => {
	emulator.inject({ reset: true });
	const options = queued();
	const failed = await engine.run(options);
	expect(failed.error).toBeDefined();
	expect((await engine.retry(failed, options)).error).toBeUndefined();
	expect([submissions().length, emulator.paid]).toEqual([2, 2]);
});

test('Retry When Billing Is Uncertain repeats an uncertain submission', async () => {
	emulator.inject({ reset: true });
	const { items } = await engine.run(queued({ retryUncertain: true }));
	expect(items[0]?.json).toMatchObject({ attempts: 2 });
});

test.each<[string, NonNullable<Fault['fields']>]>([
	['only a result URL', { request_id: null, status_url: null, poll_url: null }],
	['only a status URL', { request_id: null, response_url: null, poll_url: null }],
	['only a poll URL', { request_id: null, response_url: null, status_url: null }],
	['URLs of another host', { status_url: 'https://evil.example/x', response_url: 'http://10.0.0.1/' }],
	['no status', { status: null }],
])('a response with %s is enough, and no other host gets a request', async (_, fields) => {
	emulator.inject({ fields });
	const items = await itemsFrom(queued());
	expect(items[0]?.json).toMatchObject({ width: 256, cost: 0.05 });
	expect(emulator.paid).toBe(1);
});

test('a submission that hangs ends at the timeout and is uncertain', async () => {
	emulator.inject({ hang: true });
	const started = Date.now();
	const { items } = await engine.run(queued({ timeout: 5 }, { node: CONTINUE }));
	expect(errorOf(items[0])).toMatchObject({ cause: 'uncertain', billed: 'unknown' });
	expect(Date.now() - started).toBeLessThan(8000);
});
