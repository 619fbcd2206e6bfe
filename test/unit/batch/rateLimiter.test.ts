import { sleep } from 'n8n-workflow';

import { SegmindError, SkippedError } from '../../../nodes/Segmind/api/errors';
import { LearnedLimit } from '../../../nodes/Segmind/batch/learnedLimit';
import { paceOf, RateLimiter } from '../../../nodes/Segmind/batch/rateLimiter';
import { FakeN8n } from '../context';
import { errorOf, now, settle, settleError, useFakeTime } from './setup';

const TARGET = { endpoint: 'flux', price: 0.05 };

beforeEach(() => useFakeTime(0.5));

const noPace = () => ({ interval: 0, nextStart: 0 });

let limit: LearnedLimit;

beforeEach(() => {
	limit = new LearnedLimit();
});

/** When each of some requests starts that ask at the same time. */
const starts = async (limiter: RateLimiter, count: number): Promise<number[]> =>
	await settle(
		Promise.all(
			Array.from({ length: count }, async () => await limiter.waitForTurn(TARGET, limit).then(now)),
		),
	);

test('starts requests at the pace of the user, also in the next round of a loop', async () => {
	const pace = { interval: 150, nextStart: 0 };
	expect(await starts(new RateLimiter(pace, false, undefined), 4)).toEqual([0, 150, 300, 450]);
	const next = new RateLimiter(pace, false, undefined);
	expect(await starts(next, 1)).toEqual([600]);
	expect(next.waited).toBe(0);
});

test('keeps the pace of the user over the rounds of a loop, and nothing where there is none', async () => {
	const { context } = Object.assign(new FakeN8n(), { nodeContext: {} });
	const round = async (requestsPerMinute: number, count: number): Promise<number[]> =>
		await starts(new RateLimiter(paceOf(context, requestsPerMinute), false, undefined), count);
	expect(await round(0, 2)).toEqual([0, 0]);
	expect(context.getContext('node')).toEqual({});
	expect(await round(600, 2)).toEqual([0, 100]);
	expect(await round(60, 2)).toEqual([200, 1200]);
	expect(await round(600, 1)).toEqual([2200]);
});

test('all wait for the rate limit together, in their order, and the time counts once', async () => {
	const limiter = new RateLimiter(noPace(), false, undefined);
	const order: number[] = [];
	const turns = [0, 1, 2].map(
		async (index) => await limiter.waitForTurn(TARGET, limit).then(() => order.push(index)),
	);
	await settle(Promise.all(turns));
	limiter.pass(limit.start(0), limit);
	expect(limiter.refuse(limit.start(0), limit, 1000)).toBe(0);
	const [first, second] = await starts(limiter, 2);
	expect(order).toEqual([0, 1, 2]);
	expect(first).toBeGreaterThanOrEqual(1000);
	expect(second).toBeGreaterThan(first ?? 0);
	expect(limiter.waited).toBe(second);
});

test('knows how long nothing has passed', () => {
	const limiter = new RateLimiter(noPace(), false, undefined);
	const refuse = (): number => limiter.refuse(limit.start(now()), limit, null);
	expect(refuse()).toBe(0);
	jest.advanceTimersByTime(700);
	expect(refuse()).toBe(700);
	limiter.pass(limit.start(now()), limit);
	expect(refuse()).toBe(0);
});

test('a cancelled wait ends', async () => {
	const cancellation = new AbortController();
	const limiter = new RateLimiter({ interval: 1, nextStart: 60_000 }, false, cancellation.signal);
	void sleep(250).then(() => cancellation.abort());
	const error = await settleError(limiter.waitForTurn(TARGET, limit));
	expect(now()).toBe(250);
	expect(error).toBeInstanceOf(SkippedError);
	expect(error).toMatchObject({ message: 'The execution was cancelled', reason: 'request', billed: 'no' });
	expect(error.description).toBe('Nothing was sent and nothing was billed.');
});

test('a batch that stops ends every wait, and says why with the first error', async () => {
	const limiter = new RateLimiter({ interval: 1, nextStart: 60_000 }, false, undefined);
	const waiting = settleError(limiter.waitForTurn(TARGET, limit));
	void sleep(250).then(() => {
		limiter.stop(errorOf('credential'));
		limiter.stop(errorOf('credits'));
	});
	expect(await waiting).toBeInstanceOf(SkippedError);
	expect((await waiting).message).toBe('Not sent because another request failed: It failed: credential');
	expect(now()).toBe(250);
});

test.each<[scope: SegmindError['stops'], endpoint: string, price: number | undefined, skipped: boolean]>([
	['endpoint', 'flux', 0.01, true],
	['endpoint', 'other', 0.05, false],
	['price', 'other', 0.05, true],
	['price', 'other', 0.06, true],
	['price', 'other', 0.04, false],
	['price', 'other', undefined, false],
	['price', 'flux', undefined, true],
	['batch', 'other', 0.01, true],
	['nothing', 'flux', 0.05, false],
	['nothing', 'flux', undefined, false],
])('an error that stops the same %s skips %s at %s: %s', async (stops, endpoint, price, skipped) => {
	const limiter = new RateLimiter(noPace(), false, undefined);
	limiter.stopAfter(new SegmindError('endpoint', 'Gone', 'Look.', { stops }), TARGET);
	const turn = limiter.waitForTurn({ endpoint, price }, limit);
	if (skipped) await expect(turn).rejects.toBeInstanceOf(SkippedError);
	else await turn;
});

test('remembers each endpoint and price that failed', async () => {
	const limiter = new RateLimiter(noPace(), false, undefined);
	const scopes = { flux: 'endpoint', other: 'endpoint', video: 'price' } as const;
	for (const [endpoint, stops] of Object.entries(scopes)) {
		limiter.stopAfter(new SegmindError('endpoint', endpoint, 'Look.', { stops }), { endpoint, price: 3 });
	}
	for (const endpoint of ['flux', 'other', 'video']) {
		const error = await settleError(limiter.waitForTurn({ endpoint, price: 1 }, limit));
		expect(error.message).toBe(`Not sent because another request failed: ${endpoint}`);
	}
	await expect(limiter.waitForTurn({ endpoint: 'dear', price: 3 }, limit)).rejects.toThrow('video');
	await limiter.waitForTurn({ endpoint: 'cheap', price: 2.99 }, limit);
});

test('starts nothing more after any error in a workflow that stops on errors', async () => {
	const limiter = new RateLimiter(noPace(), true, undefined);
	limiter.stopAfter(errorOf('request'), TARGET);
	await expect(limiter.waitForTurn({ endpoint: 'other', price: 0.01 }, limit)).rejects.toBeInstanceOf(
		SkippedError,
	);
});
