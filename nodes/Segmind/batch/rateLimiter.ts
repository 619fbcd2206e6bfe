import type { SegmindError } from '../api/errors';
import { SkippedError } from '../api/errors';
import { wait } from '../api/wait';
import type { Target } from './task';

/** Milliseconds over which requests spread that waited for the same moment. */
const SPREAD = 50;

/** Whether a job would meet the error that another one met. */
function faresAlike({ stops }: SegmindError, met: Target, target: Target): boolean {
	switch (stops) {
		case 'batch':
			return true;
		case 'endpoint':
			return target.endpoint === met.endpoint;
		case 'price':
			if (target.endpoint === met.endpoint) return true;
			return target.price !== undefined && met.price !== undefined && target.price >= met.price;
		case 'nothing':
			return false;
	}
}

/** The error of a request that was not sent because the execution was cancelled. */
export const cancelledError = (): SkippedError =>
	new SkippedError('request', 'The execution was cancelled', 'Nothing was sent and nothing was billed.');

/** Decides when a request may start: the user's pace, the server's rate limit, cancellation and the end of the batch. */
export class RateLimiter {
	/** Milliseconds that requests waited for the server's rate limit. */
	waited = 0;

	private waitedUntil = 0;

	private pausedUntil = 0;

	private nextStart = 0;

	private stoppedBy: SegmindError | undefined;

	private readonly stops = new Map<string, { readonly error: SegmindError; readonly target: Target }>();

	/**
	 * @param interval least milliseconds between two starts, 0 for no limit
	 * @param stopsOnError whether nothing more is sent after the first error
	 * @param cancelled ends every wait
	 */
	constructor(
		private readonly interval: number,
		private readonly stopsOnError: boolean,
		readonly cancelled: AbortSignal | undefined,
	) {}

	/**
	 * Waits until the next request may start.
	 *
	 * @throws {SkippedError} when this request may not start any more
	 */
	async waitForTurn(target: Target): Promise<void> {
		for (;;) {
			this.throwIfStopped(target);
			const now = performance.now();
			const turn = Math.max(this.pausedUntil, this.nextStart);
			if (turn <= now) {
				this.nextStart = now + this.interval;
				return;
			}
			const isPause = turn === this.pausedUntil;
			await wait(turn - now + Math.random() * (isPause ? SPREAD : 0), this.cancelled);
			if (isPause) this.countWait(now);
		}
	}

	/** @throws {SkippedError} when this request may not start any more */
	throwIfStopped(target: Target): void {
		if (this.cancelled?.aborted === true) throw cancelledError();
		if (this.stoppedBy !== undefined) throw SkippedError.because(this.stoppedBy);
		for (const { error, target: met } of this.stops.values()) {
			if (faresAlike(error, met, target)) throw SkippedError.because(error);
		}
	}

	/** Delays all requests. A shorter pause never shortens a longer one. */
	pause(milliseconds: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, performance.now() + milliseconds);
	}

	/** Starts no more requests. Only the first error counts. */
	stop(error: SegmindError): void {
		this.stoppedBy ??= error;
	}

	/** Starts no more requests after an error that is final for a job, or only none that would meet it as well. */
	stopAfter(error: SegmindError, target: Target): void {
		if (this.stopsOnError || error.stops === 'batch') this.stop(error);
		else if (error.stops !== 'nothing') {
			this.stops.set(`${error.stops} ${target.endpoint}`, { error, target });
		}
	}

	/** Requests wait side by side: time counts once. */
	private countWait(from: number): void {
		const now = performance.now();
		this.waited += Math.max(0, now - Math.max(from, this.waitedUntil));
		this.waitedUntil = now;
	}
}
