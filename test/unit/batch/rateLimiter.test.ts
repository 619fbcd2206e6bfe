import { sleep } from 'n8n-workflow';

import { SkippedError } from '../../../nodes/Segmind/api/errors';
import { RateLimiter } from '../../../nodes/Segmind/batch/rateLimiter';
import { errorOf, now, settle, settleError, useFakeTime } from './setup';

beforeEach(() => useFakeTime(0.5));

/** When each of some requests starts that ask at the same time. */
const starts = async (limiter: RateLimiter, count: number): Promise<number[]> =>
	await settle(Promise.all(Array.from({ length: count }, async () => await limiter.waitForTurn().then(now))));

test('starts requests at the pace of the user', async () => {
	const limiter = new RateLimiter(150, undefined);
	expect(await starts(limiter, 4)).toEqual([0, 150, 300, 450]);
	expect(await starts(limiter, 1)).toEqual([600]);
	expect(limiter.waited).toBe(0);
});

test('all wait for the rate limit together, and start within 50 ms after it', async () => {
	const limiter = new RateLimiter(0, undefined);
	limiter.pause(1000);
	limiter.pause(200);
	expect(limiter.waited).toBe(1000);
	jest.advanceTimersByTime(600);
	limiter.pause(600);
	expect(limiter.waited).toBe(1200);
	jest.mocked(Math.random).mockReturnValueOnce(0).mockReturnValueOnce(0.9);
	expect(await starts(limiter, 3)).toEqual([1200, 1245, 1225]);
	limiter.pause(300);
	expect(limiter.waited).toBe(1500);
});

test('a cancelled wait ends', async () => {
	const cancellation = new AbortController();
	const limiter = new RateLimiter(0, cancellation.signal);
	limiter.pause(60_000);
	void sleep(250).then(() => cancellation.abort());
	const error = await settleError(limiter.waitForTurn());
	expect(now()).toBe(300);
	expect(error).toBeInstanceOf(SkippedError);
	expect(error).toMatchObject({ message: 'The execution was cancelled', reason: 'request', billed: 'no' });
	expect(error.description).toBe('Nothing was sent and nothing was billed.');
});

test('starts nothing more once it is stopped, and says why with the first error', async () => {
	const limiter = new RateLimiter(100, undefined);
	await limiter.waitForTurn();
	const waiting = settleError(limiter.waitForTurn());
	limiter.stop(errorOf('credential'));
	limiter.stop(errorOf('credits'));
	expect(await waiting).toBeInstanceOf(SkippedError);
	expect((await waiting).message).toBe('Not sent because another request failed: It failed: credential');
});
