import { PendingError, SegmindError, SkippedError } from '../api/errors';
import type { Usage } from '../api/response';
import { wait } from '../api/wait';
import type { JobOptions } from '../jobs/optionTable';
import type { RateLimiter } from './rateLimiter';
import type { Reservation, SpendingLimit } from './spendingLimit';
import type { Target } from './task';

/** Milliseconds before the first retry. Each further one waits twice as long. */
const FIRST_WAIT = 1000;

/** Milliseconds; waits of our own grow no longer. */
const LONGEST_WAIT = 30_000;

/** Milliseconds; a server that asks to wait longer is not waited for. */
const LONGEST_PAUSE = 10 * 60_000;

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
	error.attempts > options.maxRetries ||
	(error.retryAfter ?? 0) > LONGEST_PAUSE ||
	!mayResend(error, options);

/**
 * Retries a free call.
 *
 * @throws {SkippedError} when it keeps failing, so that paid requests that depend on it are not sent
 */
export async function retryFreeCall<T>(
	call: () => Promise<T>,
	cancelled: AbortSignal | undefined,
): Promise<T> {
	for (let attempts = 1; ; attempts += 1) {
		try {
			return await call();
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			const isLast = attempts > FREE_RETRIES || cancelled?.aborted === true;
			if (isLast || !error.retryable) throw SkippedError.because(error);
			await wait(Math.min(error.retryAfter ?? backoff(attempts), LONGEST_WAIT), cancelled);
		}
	}
}

/**
 * Sends a paid request, with retries as long as resending can't pay twice.
 *
 * @param send counts an attempt when the request goes out
 * @throws {SegmindError} the last one, or the last one that may have been billed, with the number of requests sent
 */
export async function sendWithRetries<T extends { readonly usage: Usage }>(
	send: (onSent: () => void) => Promise<T>,
	options: JobOptions,
	target: Target,
	limiter: RateLimiter,
	spending: SpendingLimit,
): Promise<{ readonly result: T; readonly attempts: number }> {
	let attempts = 0;
	/** An earlier error after which the request may have been billed. */
	let uncertain: SegmindError | undefined;
	for (;;) {
		let reservation: Reservation | undefined;
		try {
			await limiter.waitForTurn(target);
			reservation = await spending.reserve(target);
			// The batch may have stopped while this job waited for the spending limit.
			limiter.throwIfStopped(target);
			const result = await send(() => {
				attempts += 1;
			});
			spending.settle(reservation, { billed: 'yes', usage: result.usage });
			return { result, attempts };
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			error.attempts = attempts;
			const milliseconds = error.retryAfter ?? backoff(attempts);
			// The rate limit is the account's: all jobs wait for it, also when this one's attempts are used up.
			if (error.reason === 'rateLimit') pauseAll(limiter, error, milliseconds);
			const isLast = isFinal(error, options);
			// Before the job that waits for this one's money goes on.
			if (isLast) limiter.stopAfter(error, target);
			spending.settle(reservation, { billed: error.billed });
			if (error.billed === 'unknown') uncertain = error;
			if (isLast) throw Object.assign(uncertain ?? error, { attempts });
			if (error.reason !== 'rateLimit') await wait(milliseconds, limiter.cancelled);
		}
	}
}

function pauseAll(limiter: RateLimiter, error: SegmindError, milliseconds: number): void {
	if (milliseconds <= LONGEST_PAUSE) limiter.pause(milliseconds);
	else limiter.stop(error);
}
