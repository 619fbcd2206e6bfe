import { PendingError, SkippedError } from '../../../nodes/Segmind/api/errors';
import { LearnedLimit } from '../../../nodes/Segmind/batch/learnedLimit';
import { Concurrency } from '../../../nodes/Segmind/batch/mapConcurrent';
import { RateLimiter } from '../../../nodes/Segmind/batch/rateLimiter';
import { retryFreeCall, sendWithRetries } from '../../../nodes/Segmind/batch/retry';
import { SpendingLimit } from '../../../nodes/Segmind/batch/spendingLimit';
import { toJobOptions } from '../../../nodes/Segmind/jobs/options';
import { errorOf, now, settle, settleError, useFakeTime, usageOf } from './setup';

beforeEach(() => useFakeTime());

const TARGET = { endpoint: 'flux', price: 0.1 };
const TEN_MINUTES = 600_000;
const LONGER = TEN_MINUTES + 1;
const risky = { retryUncertain: true };
const server = (retryAfter?: number) => errorOf('server', retryAfter);
const servers = (count: number) => Array.from({ length: count }, () => server());

/** A batch with credits for some images, in which each request fails with the next error while there are any. */
function batchOf(errors: readonly Error[], images = 3, stopsOnError = false) {
	const times: number[] = [];
	const limiter = new RateLimiter({ interval: 0, nextStart: 0 }, stopsOnError, undefined);
	const concurrency = new Concurrency(0);
	const limit = new LearnedLimit();
	const spending = new SpendingLimit(1, 0, 0, async () => 1 + images * 0.1);
	const send = async (onSent: () => void) => {
		onSent();
		const error = errors[times.length];
		times.push(now());
		if (error !== undefined) throw error;
		return { usage: usageOf(0.1) };
	};
	/** Runs a job and returns what became of it after how many requests. */
	const run = async (options = {}): Promise<string> =>
		await sendWithRetries(send, toJobOptions(options), TARGET, limit, {
			limiter,
			spending,
			concurrency,
		}).then(
			({ attempts }) => `paid ${attempts}`,
			({ attempts, reason }) => `${reason} ${attempts}`,
		);
	return { times, limiter, concurrency, run };
}

test.each([
	['retries a 503 and pays once', [server(), errorOf('network')], {}, [0, 500, 1500], 'paid', 2],
	[
		'waits as long as the server asks',
		[server(3000), server(TEN_MINUTES)],
		{},
		[0, 3000, 603_000],
		'paid',
		2,
	],
	['does not wait longer than ten minutes', [server(LONGER)], {}, [0], 'server', 3],
	['retries as often as the user set', servers(3), { maxRetries: 2 }, [0, 500, 1500], 'server', 3],
	['does not resend a request that may have been billed', [errorOf('uncertain')], {}, [0], 'uncertain', 2],
	['resends it when the user takes the risk', [errorOf('uncertain')], risky, [0, 500], 'paid', 1],
	['does not resend after a response without an image', [errorOf('response')], risky, [0], 'response', 2],
	['does not resend a rejected request', [errorOf('request')], risky, [0], 'request', 3],
	['does not resend a queued request', [new PendingError('Not ready', 'id')], risky, [0], 'uncertain', 2],
	['does not send what was held back', [SkippedError.because(server())], {}, [0], 'server', 3],
	[
		'waits for the rate limit, whatever the retries',
		[errorOf('rateLimit', 5000)],
		{ maxRetries: 0 },
		[0, 5000],
		'paid',
		2,
	],
])('%s', async (_name, errors, options, times, outcome, imagesLeft) => {
	const batch = batchOf(errors);
	expect(await settle(batch.run(options))).toBe(`${outcome} ${times.length}`);
	expect(batch.times).toEqual(times);
	for (let count = 0; count < imagesLeft; count += 1) expect(await settle(batch.run())).toBe('paid 1');
	expect(await settle(batch.run())).toBe('credits 0');
});

test.each([
	[0, [0, 500, 1500, 3500, 7500, 15_500, 30_500, 45_500]],
	[1, [0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000]],
])('waits longer before each retry, up to 30 s, with chance %s', async (random, times) => {
	useFakeTime(random);
	const batch = batchOf(servers(7));
	await settle(batch.run({ maxRetries: 7 }));
	expect(batch.times).toEqual(times);
});

test('all jobs wait for the rate limit that one met', async () => {
	const batch = batchOf([errorOf('rateLimit', 5000)]);
	expect(await settle(Promise.all([batch.run(), batch.run()]))).toEqual(['paid 2', 'paid 1']);
	expect(batch.times[2]).toBeGreaterThanOrEqual(5000);
	expect(batch.limiter.waited).toBeGreaterThanOrEqual(4900);
	expect(batch.concurrency.limit).toBe(2);
});

test('a server that asks to wait for more than ten minutes stops the batch', async () => {
	const batch = batchOf([errorOf('rateLimit', LONGER)], 1);
	expect(await settle(Promise.all([batch.run(), batch.run()]))).toEqual(['rateLimit 1', 'rateLimit 0']);
	expect(batch.times).toEqual([0]);
	const stopped = settleError(batch.limiter.waitForTurn(TARGET, new LearnedLimit()));
	expect((await stopped).message).toMatch(
		/: It failed: rateLimit\. It asks to wait until 1970-01-01 00:10 UTC$/,
	);
});

test('a rate limit that lets nothing pass for ten minutes stops the batch', async () => {
	const batch = batchOf(Array.from({ length: 1000 }, () => errorOf('rateLimit')));
	expect(await settle(Promise.all([batch.run(), batch.run()]))).toEqual([
		expect.stringMatching(/^rateLimit \d+$/),
		expect.stringMatching(/^rateLimit \d+$/),
	]);
	const stopped = settleError(batch.limiter.waitForTurn(TARGET, new LearnedLimit()));
	expect((await stopped).message).toMatch(/: It failed: rateLimit$/);
	expect(now()).toBeGreaterThan(TEN_MINUTES);
	expect(now()).toBeLessThan(2 * TEN_MINUTES);
});

test('a job that waits for the spending limit is not sent after an error that stops the batch', async () => {
	const batch = batchOf([errorOf('request')], 1, true);
	expect(await settle(Promise.all([batch.run(), batch.run()]))).toEqual(['request 1', 'request 0']);
});

test.each<[string, Error]>([
	['the minimum holds back the retry', SkippedError.because(errorOf('credits'))],
	['the retry was not billed', errorOf('request')],
])('an attempt that may have been billed is reported when %s', async (_name, last) => {
	const batch = batchOf([errorOf('uncertain'), last]);
	expect(await settle(batch.run(risky))).toBe('uncertain 2');
});

test.each([
	['is retried twice', servers(3), 3, 1500, undefined],
	['waits as long as the server asks, up to 30 s', [server(3000), server(LONGER)], 3, 33_000, undefined],
	['is not retried when that can not help', [errorOf('credential')], 1, 0, undefined],
	['is not retried when the execution is cancelled', [server()], 1, 0, AbortSignal.abort()],
])('a free call %s', async (_name, errors, calls, milliseconds, cancelled) => {
	const call = jest.fn<Promise<never>, []>();
	for (const error of errors) call.mockRejectedValueOnce(error);
	call.mockRejectedValue(errorOf('request'));
	const error = await settleError(retryFreeCall(call, cancelled));
	expect(error).toBeInstanceOf(SkippedError);
	expect(error.message).toMatch(/^Not sent because another request failed: It failed/);
	expect([call.mock.calls.length, now()]).toEqual([calls, milliseconds]);
	expect(await retryFreeCall(async () => 'balance', cancelled)).toBe('balance');
});
