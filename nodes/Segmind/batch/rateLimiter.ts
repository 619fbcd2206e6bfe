import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { cancelledError } from '../api/cancellation';
import type { SegmindError } from '../api/errors';
import { SkippedError } from '../api/errors';
import { wait } from '../api/wait';
import type { LearnedLimit, Start } from './learnedLimit';
import type { Target } from './task';

const MINUTE = 60_000;

/** Whether a job would meet an error that another one met, which does not stop the whole batch. */
const faresAlike = ({ stops }: SegmindError, met: Target, target: Target): boolean =>
	target.endpoint === met.endpoint ||
	(stops === 'price' && (target.price ?? -Infinity) >= (met.price ?? Infinity));

/** The pace that the user set, in milliseconds since the epoch, so that it holds over the rounds of a loop. */
interface Pace {
	/** Least milliseconds between two starts, 0 for no limit. */
	readonly interval: number;
	nextStart: number;
}

/** The user's pace, which the node's context keeps for the next round of a loop. */
export function paceOf(context: IExecuteFunctions, requestsPerMinute: number): Pace {
	const pace = { interval: requestsPerMinute === 0 ? 0 : MINUTE / requestsPerMinute, nextStart: 0 };
	if (requestsPerMinute === 0) return pace;
	const kept = context.getContext('node');
	const earlier = kept.pace as Pace | undefined;
	// n8n keeps any plain data, and types it as such.
	kept.pace = Object.assign(pace, { nextStart: earlier?.nextStart ?? 0 }) as unknown as IDataObject;
	return pace;
}

/** Decides when a request may start: the user's pace, the account's rate limit, cancellation and the end of the batch. */
export class RateLimiter {
	/** Milliseconds that requests waited for the rate limit. */
	waited = 0;

	private stoppedBy: SegmindError | undefined;

	private readonly stops = new Map<string, { readonly error: SegmindError; readonly target: Target }>();

	private readonly stopped = new AbortController();

	/** Ends a wait. */
	private readonly ended: AbortSignal;

	/** Requests take their turns in the order of the jobs. */
	private lastTurn: Promise<unknown> = Promise.resolve();

	/** When the requests began to be refused of which none has passed since. */
	private refusedSince: number | undefined;

	/**
	 * @param stopsOnError whether nothing more is sent after the first error
	 * @param cancelled ends every wait
	 */
	constructor(
		private readonly pace: Pace,
		private readonly stopsOnError: boolean,
		readonly cancelled: AbortSignal | undefined,
	) {
		const { signal } = this.stopped;
		this.ended = cancelled === undefined ? signal : AbortSignal.any([signal, cancelled]);
	}

	/**
	 * Waits until the next request may start, and starts it.
	 *
	 * @throws {SkippedError} when this request may not start any more
	 */
	async waitForTurn(target: Target, limit: LearnedLimit): Promise<Start> {
		const turn = this.lastTurn.then(async () => await this.takeTurn(target, limit));
		this.lastTurn = turn.catch(() => undefined);
		return await turn;
	}

	/** Records that a request was not refused for the rate limit. */
	pass(start: Start, limit: LearnedLimit): void {
		limit.pass(start);
		this.refusedSince = undefined;
	}

	/**
	 * Records that a request was refused for the rate limit.
	 *
	 * @param retryAfter milliseconds that the server asks to wait; null when it did not say
	 * @returns milliseconds for which nothing has passed
	 */
	refuse(start: Start, limit: LearnedLimit, retryAfter: number | null): number {
		const now = performance.now();
		limit.refuse(start, now, retryAfter === null ? null : now + retryAfter);
		this.refusedSince ??= now;
		return now - this.refusedSince;
	}

	/** Waits before a retry, at most until nothing more may start. */
	async pause(milliseconds: number): Promise<void> {
		await wait(milliseconds, this.ended);
	}

	/** Starts no more requests. Only the first error counts. */
	stop(error: SegmindError): void {
		this.stoppedBy ??= error;
		this.stopped.abort();
	}

	/** Starts no more requests after an error that is final for a job, or only none that would meet it as well. */
	stopAfter(error: SegmindError, target: Target): void {
		if (this.stopsOnError || error.stops === 'batch') this.stop(error);
		else if (error.stops !== 'nothing') {
			this.stops.set(`${error.stops} ${target.endpoint}`, { error, target });
		}
	}

	private async takeTurn(target: Target, limit: LearnedLimit): Promise<Start> {
		for (;;) {
			this.throwIfStopped(target);
			const now = performance.now();
			const paced = this.pace.nextStart - Date.now();
			const limited = limit.nextStart(now) - now;
			if (paced <= 0 && limited <= 0) {
				this.pace.nextStart = Date.now() + this.pace.interval;
				return limit.start(now);
			}
			await wait(Math.ceil(Math.max(paced, limited)), this.ended);
			if (limited > paced) this.waited += performance.now() - now;
		}
	}

	/** @throws {SkippedError} when a request may not start any more */
	throwIfStopped(target: Target): void {
		if (this.cancelled?.aborted === true) throw cancelledError();
		if (this.stoppedBy !== undefined) throw SkippedError.because(this.stoppedBy);
		for (const { error, target: met } of this.stops.values()) {
			if (faresAlike(error, met, target)) throw SkippedError.because(error);
		}
	}
}
