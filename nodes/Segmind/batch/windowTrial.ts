/** Share of the time until the first window opened within which all its requests were sent, if they were fast. */
const FAST = 0.25;

/** Requests without a verdict at a time: more would be refused together. */
const AT_ONCE = 4;

/** Bounds of a window's length, as a share of what it was thought to be. A shorter one is a place that became free. */
const LENGTH = { min: 0.45, max: 3 };

/** Share of a window's length without requests after which a trial is given up. */
const PAUSE = 0.5;

/** A request, by when it was started in milliseconds. */
interface Sent {
	readonly at: number;
}

/**
 * Fills the first window that opens as fast as possible, to learn what a window holds. It is needed where requests are slow
 * compared to the window: those before the first refusal may have been in several windows, none of which was full.
 */
export class WindowTrial {
	private state: 'due' | 'running' | 'over' = 'due';

	private openedAt = 0;

	/** When the first request was started that was refused. */
	private refusedAt = Infinity;

	/** Whether it has told what a window holds. */
	private hasTold = false;

	get isRunning(): boolean {
		return this.state === 'running';
	}

	/**
	 * Begins with the request that opens the first window, unless one window may well have held all before it.
	 *
	 * @param sent when the first request was sent
	 * @param refused when the first request was sent that was refused
	 */
	begin(opened: number, sent: number, refused: number): void {
		if (this.state !== 'due') return;
		this.state = refused - sent < FAST * (opened - sent) ? 'over' : 'running';
		this.openedAt = opened;
	}

	/**
	 * Returns when the next request of a running trial may start.
	 *
	 * @param grace milliseconds after which a request was not refused
	 */
	nextStart(starts: readonly Sent[], grace: number, now: number): number {
		const recent = starts[starts.length - AT_ONCE];
		return recent === undefined ? now : recent.at + grace;
	}

	/** Gives up when nobody has asked for a while: it may be in another window by now. */
	checkPause(last: number, longest: number, now: number): void {
		if (this.isRunning && now - last > PAUSE * longest) this.state = 'over';
	}

	/**
	 * Ends with the first request that is refused, or corrects what was learned when an earlier one is refused later.
	 *
	 * @returns how many fitted; undefined when that is known already
	 */
	refuse(at: number, starts: readonly Sent[]): number | undefined {
		if (!this.isRunning && (!this.hasTold || at > this.refusedAt)) return undefined;
		this.state = 'over';
		this.refusedAt = at;
		// Those that were started later are refused as well.
		return starts.filter((start) => start.at >= this.openedAt && start.at < at).length;
	}

	/**
	 * Returns the length of the window in milliseconds, when the next one opens at this time; undefined when it was no window.
	 *
	 * @param longest what it was thought to be
	 */
	lengthOf(time: number, longest: number): number | undefined {
		const length = time - this.openedAt;
		this.hasTold = length >= LENGTH.min * longest && length <= LENGTH.max * longest;
		return this.hasTold ? length : undefined;
	}
}
