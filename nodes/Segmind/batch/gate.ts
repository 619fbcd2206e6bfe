import type { Refusal } from '../segmind/refusal';
import { Unsent } from '../segmind/refusal';
import { wait } from '../segmind/wait';

/** Milliseconds by which those that waited together set out one after the other, so that they are no stampede. */
const SPREAD = 50;

/** What every request of a run passes: the pace that the user set, the server's pauses, and the end of the run. */
export class Gate {
	/** Milliseconds that the run stood still for the rate limit. */
	paused = 0;

	private pausedUntil = 0;

	private nextStart = 0;

	private halted: Refusal | undefined;

	/**
	 * @param interval milliseconds between two starts at least, 0 for none
	 * @param cancelled ends every wait
	 */
	constructor(
		private readonly interval: number,
		readonly cancelled: AbortSignal | undefined,
	) {}

	/**
	 * Waits for this request's turn.
	 *
	 * @throws {Unsent} when nothing is to be sent any more
	 */
	async enter(): Promise<void> {
		for (;;) {
			this.check();
			const now = performance.now();
			const turn = Math.max(this.pausedUntil, this.nextStart);
			if (turn <= now) {
				this.nextStart = now + this.interval;
				return;
			}
			await wait(turn - now + Math.random() * (turn === this.pausedUntil ? SPREAD : 0), this.cancelled);
		}
	}

	/** @throws {Unsent} when nothing is to be sent any more */
	check(): void {
		if (this.cancelled?.aborted === true) {
			throw new Unsent('request', 'The execution was cancelled', 'Nothing was sent and nothing was billed.');
		}
		if (this.halted !== undefined) throw this.halted.forUnsent();
	}

	/** Holds every request back for so many milliseconds; a shorter pause never shortens a longer one. */
	pause(milliseconds: number): void {
		const now = performance.now();
		const from = Math.max(now, this.pausedUntil);
		this.pausedUntil = Math.max(this.pausedUntil, now + milliseconds);
		this.paused += Math.max(0, this.pausedUntil - from);
	}

	/** Sends nothing from now on: every other image would meet this refusal, too, or the run must stop at it. */
	halt(refusal: Refusal): void {
		this.halted ??= refusal;
	}
}
