import { PendingError, SegmindError, SkippedError } from '../api/errors';
import type { Usage } from '../api/response';
import { wait } from '../api/wait';
import type { JobOptions } from '../jobs/optionTable';
import type { LearnedLimit, Start } from './learnedLimit';
import type { Concurrency } from './mapConcurrent';
import type { RateLimiter } from './rateLimiter';
import type { Reservation, SpendingLimit } from './spendingLimit';
import type { Target } from './task';

/** Milliseconds before the first retry. Each further one waits twice as long. */
const FIRST_WAIT = 1000;

/** Milliseconds; waits of our own grow no longer. */
const LONGEST_WAIT = 30_000;

/** Milliseconds; a server that asks to wait longer is not waited for, and neither is one that lets nothing pass. */
export const LONGEST_RATE_LIMIT = 10 * 60_000;

/** Retries of a free call. */
const FREE_RETRIES = 2;

/** Milliseconds: growing with each retry, and random so that jobs don't retry at the same moment. */
function backoff(attempts: number): number {
	const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1));
	return longest / 2 + (Math.random() * longest) / 2;
}

/** Whether resending can't pay twice, or the user takes that risk. */
const mayResend = ({ retryable, reason }: SegmindError, { retryUncertain }: JobOptions): boolean =>
	retryable || (reason === 'uncertain' && retryUncertain);

const isFinal = (error: SegmindError, options: JobOptions): boolean =>
	error instanceof SkippedError ||
	error instanceof PendingError ||
	(error.retryAfter ?? 0) > LONGEST_RATE_LIMIT ||
	!mayResend(error, options);

/**
 * Whether there is no use in waiting for the rate limit.
 *
 * @param refused milliseconds for which nothing has passed
 */
const isHopeless = ({ retryAfter }: SegmindError, refused: number): boolean =>
	(retryAfter ?? 0) > LONGEST_RATE_LIMIT || refused > LONGEST_RATE_LIMIT;

/**
 * Retries a free call.
 *
 * @param rateLimitWait milliseconds for which a rate limit is waited for without counting as a failed attempt
 * @throws {SegmindError} the last one
 */
export async function retryFree<T>(
	call: () => Promise<T>,
	cancelled: AbortSignal | undefined,
	rateLimitWait = 0,
): Promise<T> {
	const start = performance.now();
	let failed = 0;
	for (let attempts = 1; ; attempts += 1) {
		try {
			return await call();
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			const waited = performance.now() - start + (error.retryAfter ?? 0);
			if (error.reason !== 'rateLimit' || waited >= rateLimitWait) failed += 1;
			const isLast = failed > FREE_RETRIES || cancelled?.aborted === true;
			if (isLast || !error.retryable) throw error;
			await wait(Math.min(error.retryAfter ?? backoff(attempts), LONGEST_WAIT), cancelled);
		}
	}
}

/**
 * Retries a free call.
 *
 * @throws {SkippedError} when it keeps failing, so that paid requests that depend on it are not sent
 */
export const retryFreeCall = async <T>(
	call: () => Promise<T>,
	cancelled: AbortSignal | undefined,
): Promise<T> =>
	await retryFree(call, cancelled).catch((error: unknown) => {
		throw SkippedError.because(SegmindError.from(error));
	});

/** Says until when the server asks to wait. */
function withTime(error: SegmindError): SegmindError {
	if (error.retryAfter === null) return error;
	const time = new Date(Date.now() + error.retryAfter).toISOString().slice(0, 16).replace('T', ' ');
	return Object.assign(error, { message: `${error.message}. It asks to wait until ${time} UTC` });
}

/** What a batch shares between its requests. */
interface Shared {
	readonly limiter: RateLimiter;
	readonly spending: SpendingLimit;
	readonly concurrency: Concurrency;
}

/**
 * Sends a paid request, with retries as long as resending can't pay twice. To wait for the rate limit is no retry.
 *
 * @param limit of the account that pays
 * @param send counts an attempt when the request goes out
 * @throws {SegmindError} the last one, or the last one that may have been billed, with the number of requests sent
 */
export async function sendWithRetries<T extends { readonly usage: Usage }>(
	send: (onSent: () => void) => Promise<T>,
	options: JobOptions,
	target: Target,
	limit: LearnedLimit,
	{ limiter, spending, concurrency }: Shared,
): Promise<{ readonly result: T; readonly attempts: number }> {
	let attempts = 0;
	let failed = 0;
	/** An earlier error after which the request may have been billed. */
	let uncertain: SegmindError | undefined;
	for (;;) {
		let reservation: Reservation | undefined;
		let start: Start | undefined;
		let result: T;
		try {
			reservation = await spending.reserve(target);
			start = await limiter.waitForTurn(target, limit);
			result = await send(() => {
				attempts += 1;
			});
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			error.attempts = attempts;
			const isRateLimit = start !== undefined && error.reason === 'rateLimit';
			if (!isRateLimit) failed += 1;
			const isLast = isRateLimit
				? isHopeless(error, limiter.refuse(start!, limit, error.retryAfter))
				: failed > options.maxRetries || isFinal(error, options);
			if (isRateLimit) concurrency.shrink();
			else if (start !== undefined) limiter.pass(start, limit);
			// Before the job that waits for this one's money goes on.
			if (isLast && isRateLimit) limiter.stop(withTime(error));
			else if (isLast) limiter.stopAfter(error, target);
			spending.settle(reservation, { billed: error.billed });
			if (error.billed === 'unknown') uncertain = error;
			if (isLast) throw Object.assign(uncertain ?? error, { attempts });
			if (!isRateLimit) await limiter.pause(error.retryAfter ?? backoff(failed));
			continue;
		}
		limiter.pass(start, limit);
		spending.settle(reservation, { billed: 'yes', usage: result.usage });
		return { result, attempts };
	}
}
