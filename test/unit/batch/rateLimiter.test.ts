import { sleep } from 'n8n-workflow';

import { SegmindError, SkippedError } from '../../../nodes/Segmind/api/errors';
import { RateLimiter } from '../../../nodes/Segmind/batch/rateLimiter';
import { errorOf, now, settle, settleError, useFakeTime } from './setup';

const TARGET = { endpoint: 'flux', price: 0.05 };

beforeEach(() => useFakeTime(0.5));

/** When each of some requests starts that ask at the same time. */
const starts = async (limiter: RateLimiter, count: number): Promise<number[]> =>
	await settle(
		Promise.all(Array.from({ length: count }, async () => await limiter.waitForTurn(TARGET).then(now))),
	);

test('starts requests at the pace of the user', async () => {
	const limiter = new RateLimiter(150, false, undefined);
	expect(await starts(limiter, 4)).toEqual([0, 150, 300, 450]);
	expect(await starts(limiter, 1)).toEqual([600]);
	expect(limiter.waited).toBe(0);
});

test('all wait for the rate limit together, and start within 50 ms after it', async () => {
	const limiter = new RateLimiter(0, false, undefined);
	limiter.pause(1000);
	limiter.pause(200);
	jest.advanceTimersByTime(600);
	limiter.pause(600);
	jest.mocked(Math.random).mockReturnValueOnce(0).mockReturnValueOnce(0.9);
	expect(await starts(limiter, 3)).toEqual([1200, 1245, 1225]);
	// From 600 on somebody waited; what nobody waits for does not count.
	expect(limiter.waited).toBe(645);
	limiter.pause(300);
	expect(limiter.waited).toBe(645);
});

test('a cancelled wait ends', async () => {
	const cancellation = new AbortController();
	const limiter = new RateLimiter(0, false, cancellation.signal);
	limiter.pause(60_000);
	void sleep(250).then(() => cancellation.abort());
	const error = await settleError(limiter.waitForTurn(TARGET));
	expect(now()).toBe(250);
	expect(error).toBeInstanceOf(SkippedError);
	expect(error).toMatchObject({ message: 'The execution was cancelled', reason: 'request', billed: 'no' });
	expect(error.description).toBe('Nothing was sent and nothing was billed.');
});

test('starts nothing more once it is stopped, and says why with the first error', async () => {
	const limiter = new RateLimiter(100, false, undefined);
	await limiter.waitForTurn(TARGET);
	const waiting = settleError(limiter.waitForTurn(TARGET));
	limiter.stop(errorOf('credential'));
	limiter.stop(errorOf('credits'));
	expect(await waiting).toBeInstanceOf(SkippedError);
	expect((await waiting).message).toBe('Not sent because another request failed: It failed: credential');
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
])('an error that stops the same %s skips %s at %s: %s', async (stops, endpoint, price, skipped) => {
	const limiter = new RateLimiter(0, false, undefined);
	limiter.stopAfter(new SegmindError('endpoint', 'Gone', 'Look.', { stops }), TARGET);
	const turn = limiter.waitForTurn({ endpoint, price });
	if (skipped) await expect(turn).rejects.toBeInstanceOf(SkippedError);
	else await turn;
});

test('starts nothing more after any error in a workflow that stops on errors', async () => {
	const limiter = new RateLimiter(0, true, undefined);
	limiter.stopAfter(errorOf('request'), TARGET);
	await expect(limiter.waitForTurn({ endpoint: 'other', price: 0.01 })).rejects.toBeInstanceOf(SkippedError);
});
