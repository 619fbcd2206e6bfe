import { SkippedError } from '../../../nodes/Segmind/api/errors';
import { RateLimiter } from '../../../nodes/Segmind/batch/rateLimiter';
import { after, errorOf, now, settle, settleError, useFakeTime } from './setup';

let limiter: RateLimiter;

beforeEach(() => {
	useFakeTime(0.5);
	limiter = new RateLimiter(0, undefined);
});

/** When each of some requests starts that ask at the same time. */
const starts = async (count: number): Promise<number[]> =>
	await settle(Promise.all(Array.from({ length: count }, async () => await limiter.waitForTurn().then(now))));

test('starts requests at the pace of the user, and at once without one', async () => {
	expect(await starts(3)).toEqual([0, 0, 0]);
	limiter = new RateLimiter(150, undefined);
	expect(await starts(4)).toEqual([0, 150, 300, 450]);
	expect(await starts(1)).toEqual([600]);
	expect(limiter.waited).toBe(0);
});

test('all wait for the rate limit together and start within 50 ms after it', async () => {
	limiter.pause(1000);
	jest.mocked(Math.random).mockReturnValueOnce(0).mockReturnValueOnce(0.9);
	expect(await starts(3)).toEqual([1000, 1045, 1025]);
	expect(limiter.waited).toBe(1000);
});

test('a shorter pause never shortens a longer one, and no time is counted twice', async () => {
	limiter.pause(1000);
	limiter.pause(200);
	expect(limiter.waited).toBe(1000);
	jest.advanceTimersByTime(600);
	limiter.pause(600);
	expect(limiter.waited).toBe(1200);
	expect(await starts(1)).toEqual([1225]);
	limiter.pause(300);
	expect(limiter.waited).toBe(1500);
});

test('a cancelled wait ends', async () => {
	const cancellation = new AbortController();
	limiter = new RateLimiter(0, cancellation.signal);
	limiter.pause(60_000);
	after(250, () => cancellation.abort());
	const error = await settleError(limiter.waitForTurn());
	expect(now()).toBe(300);
	expect(error).toBeInstanceOf(SkippedError);
	expect(error).toMatchObject({ message: 'The execution was cancelled', reason: 'request', billed: 'no' });
	expect(error.description).toBe('Nothing was sent and nothing was billed.');
});

test('starts nothing more once it is stopped, and says why with the first error', async () => {
	limiter.pause(1000);
	const waiting = settleError(limiter.waitForTurn());
	limiter.stop(errorOf('credential'));
	limiter.stop(errorOf('credits'));
	const error = await waiting;
	expect(error).toBeInstanceOf(SkippedError);
	expect(error.message).toBe('Not sent because another request failed: It failed: credential');
});
