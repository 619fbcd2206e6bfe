import type { SegmindError } from '../api/errors';
import { SkippedError } from '../api/errors';
import { wait } from '../api/wait';

/** Milliseconds over which requests spread that waited for the same moment. */
const SPREAD = 50;

/** Decides when a request may start: the user's pace, the server's rate limit, cancellation and the end of the batch. */
export class RateLimiter {
	/** Milliseconds that all requests waited for the server's rate limit. */
	waited = 0;

	private pausedUntil = 0;

	private nextStart = 0;

	private stoppedBy: SegmindError | undefined;

	/**
	 * @param interval least milliseconds between two starts, 0 for no limit
	 * @param cancelled ends every wait
	 */
	constructor(
		private readonly interval: number,
		readonly cancelled: AbortSignal | undefined,
	) {}

	/**
	 * Waits until the next request may start.
	 *
	 * @throws {SkippedError} when no more requests may start
	 */
	async waitForTurn(): Promise<void> {
		for (;;) {
			this.throwIfStopped();
			const now = performance.now();
			const turn = Math.max(this.pausedUntil, this.nextStart);
			if (turn <= now) {
				this.nextStart = now + this.interval;
				return;
			}
			await wait(turn - now + Math.random() * (turn === this.pausedUntil ? SPREAD : 0), this.cancelled);
		}
	}

	/** @throws {SkippedError} when no more requests may start */
	throwIfStopped(): void {
		if (this.cancelled?.aborted === true) {
			throw new SkippedError(
				'request',
				'The execution was cancelled',
				'Nothing was sent and nothing was billed.',
			);
		}
		if (this.stoppedBy !== undefined) throw SkippedError.because(this.stoppedBy);
	}

	/** Delays all requests. A shorter pause never shortens a longer one. */
	pause(milliseconds: number): void {
		const now = performance.now();
		const from = Math.max(now, this.pausedUntil);
		this.pausedUntil = Math.max(this.pausedUntil, now + milliseconds);
		this.waited += Math.max(0, this.pausedUntil - from);
	}

	/** Starts no more requests. Only the first error counts. */
	stop(error: SegmindError): void {
		this.stoppedBy ??= error;
	}
}
