import { WindowTrial } from './windowTrial';

/** Milliseconds before the second look at whether a window has opened; later ones grow with the time that it was closed. */
const FIRST_STEP = 100;

/** Looks at the first window of an unknown length lie so far apart, which bounds what is lost in it to 15 %. */
const GROWTH = 1.15;

/** Share of a window's length up to which it need not be known better. */
const PRECISION = 0.03;

/** Share of a window's length by which a first look beyond it is late. The next one is twice as late. */
const LATE = 0.05;

/** Windows between two tests whether more would fit, after the last ones have failed. */
const MAX_REST = 4;

/** Milliseconds for which starts count. No rate limit of the API has a longer window. */
const MEMORY = 120_000;

/** Milliseconds within which a request is refused, if at all; the bounds of what is measured. */
const GRACE = { min: 30, max: 1000 };

/** Milliseconds by which a request starts late at least, since one that is early is refused. */
const MARGIN = 10;

/** Milliseconds that are waited without a look of one's own. */
const LONG_WAIT = 5000;

/**
 * - `normal`: fits as far as it is known.
 * - `scout`: tests whether the window has opened, and all others wait for its verdict.
 * - `probe`: tests whether one more fits into a full window.
 * - `trial`: fills a window as fast as possible, to learn what it holds.
 */
type Kind = 'normal' | 'scout' | 'probe' | 'trial';

/** A request that was started. */
export interface Start {
	readonly at: number;
	readonly kind: Kind;
	/** When the request was started whose place in the window this one takes. */
	readonly anchor: number | undefined;
	/** Whether it is the first one of a window. */
	readonly opens: boolean;
}

/** A window that is full. */
interface Filled {
	readonly at: number;
	/** Requests that passed in it. */
	readonly passed: number;
	/** How long it was thought to be, in milliseconds. */
	readonly longest: number;
	readonly isTrial: boolean;
}

/**
 * The rate limit of an account, as far as it was learned from what passed and what was refused: `size` requests in any
 * `longest` milliseconds. That holds for windows that slide, that start with a request, and that follow the clock. All
 * times are in milliseconds on one clock.
 */
export class LearnedLimit {
	/** Started and not refused, in order. */
	private starts: Start[] = [];

	private size = Infinity;

	/** The window is longer than this … */
	private shortest = 0;

	/** … and no longer than this; infinite while the window is closed and nobody knows when it opens. */
	private longest = Infinity;

	/** Whether a request has passed after `longest` milliseconds. */
	private isConfirmed = false;

	/** Whether a window has opened since the first refusal. */
	private hasOpened = false;

	private closedAt = 0;

	/** When the current window opened. */
	private openedAt: number | undefined;

	/** When a window turned out to be full that seemed to have room, and how many had passed in it. */
	private filled: Filled | undefined;

	private readonly trial = new WindowTrial();

	/** Whether the last refusal said when the next request fits. */
	private isTold = false;

	private nextLook = 0;

	private lateBy = 0;

	/** When the last refusal arrived. */
	private refusedAt = -Infinity;

	private testedAt = -Infinity;

	/** Windows to leave between two tests. */
	private rest = 1;

	private pending: Start | undefined;

	/** Whether the next request may look for itself, however long the wait would be that was learned. */
	private looksAtOnce = false;

	private firstRefusedAt: number | undefined;

	/** Milliseconds until the last refusals arrived. */
	private latency = 0;

	/** Lets the next request look for itself, where the wait that was learned is a long one. */
	lookAtOnce(): void {
		this.looksAtOnce = true;
	}

	/** Returns when the next request may start, or when to ask again; a time that has passed means at once. */
	nextStart(now: number): number {
		const next = this.nextKnownStart(now);
		return this.looksAtOnce && this.pending === undefined && next > now + LONG_WAIT ? now : next;
	}

	private nextKnownStart(now: number): number {
		const { pending } = this;
		if (pending !== undefined && now < pending.at + this.grace) return pending.at + this.grace;
		if (pending !== undefined) this.pass(pending);
		if (this.isClosed) return Math.max(now, this.nextLook);
		this.trial.checkPause(this.starts.at(-1)?.at ?? now, this.longest, now);
		if (this.trial.isRunning) return this.trial.nextStart(this.starts, this.grace, now);
		const { anchor } = this;
		if (anchor === undefined) return now;
		const due = anchor.at + this.longest + Math.max(MARGIN, this.latency);
		return this.isConfirmed ? Math.min(due, this.nextTest(anchor, due, now)) : due;
	}

	/** Records that a request starts. */
	start(now: number): Start {
		const { anchor } = this;
		const kind = this.kindAt(now, anchor);
		const opens = kind === 'scout' && (this.isClosed || this.isAfterPause(now));
		const start: Start = {
			at: now,
			kind,
			anchor: this.isClosed ? (anchor?.at ?? this.closedAt) : anchor?.at,
			opens,
		};
		if (anchor !== undefined && this.longest < Infinity && now < anchor.at + this.longest)
			this.testedAt = now;
		this.starts.push(start);
		while (this.starts[0]!.at < now - MEMORY) this.starts.shift();
		if (kind === 'scout' || kind === 'probe') this.pending = start;
		this.looksAtOnce = false;
		return start;
	}

	/** Records that a request was not refused. */
	pass(start: Start): void {
		if (start !== this.pending) return;
		this.pending = undefined;
		if (start.kind === 'probe') {
			this.size += 1;
			this.rest = 1;
			this.testedAt = -Infinity;
			return;
		}
		const span = start.at - (start.anchor ?? start.at);
		if (this.longest === Infinity) this.opensAt(start.at, start.anchor ?? start.at);
		else if (span < this.longest) {
			this.rest = 1;
			this.longest = span;
		}
		if (start.opens) this.openedAt = start.at;
		if (this.isTold) this.trial.begin(start.at, this.starts[0]!.at, this.firstRefusedAt!);
		if (this.trial.isRunning) this.openedAt = start.at;
		this.shortest = Math.min(this.shortest, this.longest);
		if (!this.isConfirmed) this.testedAt = Math.max(this.testedAt, start.at - this.longest);
		this.isConfirmed = true;
		this.hasOpened = true;
		this.lateBy = 0;
	}

	/**
	 * Records that a request was refused.
	 *
	 * @param reset when the server said that the next one fits; null when it did not
	 */
	refuse(start: Start, now: number, reset: number | null): void {
		this.latency = Math.max(now - start.at, this.latency * 0.8);
		this.firstRefusedAt ??= start.at;
		this.isTold = reset !== null;
		const isSign = start.at >= this.refusedAt;
		this.refusedAt = now;
		this.starts = this.starts.filter((each) => each !== start);
		if (start === this.pending) this.pending = undefined;
		const span = start.anchor === undefined ? 0 : start.at - start.anchor;
		if (start.kind === 'trial' && !this.trial.isRunning) return this.correct(start);
		if (this.trial.isRunning) this.fill(start.at, this.trial.refuse(start.at, this.starts));
		else if (start.kind === 'probe') this.rest = Math.min(MAX_REST, this.rest * 2);
		// One that took no place of another shows that less fits; one that took it too early, that the window is longer.
		else if (start.kind === 'normal' && span < this.longest - 1) this.shrink(start);
		else this.lengthen(start, span);
		if (reset !== null) this.setReset(start, reset);
		else if (this.isClosed) this.nextLook = this.lookAfter(start, span, isSign);
	}

	/** The request whose place in the window the next one takes; undefined while there is room. */
	private get anchor(): Start | undefined {
		return this.size === Infinity || this.trial.isRunning
			? undefined
			: this.starts[this.starts.length - this.size];
	}

	/** Milliseconds after which a request was not refused. */
	private get grace(): number {
		return Math.min(GRACE.max, Math.max(GRACE.min, 3 * this.latency));
	}

	/** Whether something was refused and nobody knows when the next request fits. */
	private get isClosed(): boolean {
		return this.size < Infinity && this.longest === Infinity;
	}

	private get isPrecise(): boolean {
		return this.longest - this.shortest <= PRECISION * this.longest;
	}

	private isAfterPause(now: number): boolean {
		return now - this.starts[this.starts.length - 1]!.at > this.longest / 4;
	}

	private kindAt(now: number, anchor: Start | undefined): Kind {
		if (this.isClosed) return 'scout';
		if (this.trial.isRunning) return 'trial';
		if (anchor === undefined) return 'normal';
		if (this.looksAtOnce && now + LONG_WAIT < anchor.at + this.longest) return 'scout';
		// The first one of a window tests for all others.
		if (!this.isConfirmed || this.isAfterPause(now)) return 'scout';
		if (now >= anchor.at + this.longest) return 'normal';
		return this.isPrecise ? 'probe' : 'scout';
	}

	/** When to test whether the window is shorter, or holds more; infinite for not now. */
	private nextTest(anchor: Start, due: number, now: number): number {
		if (!this.isPrecise) {
			const middle = anchor.at + (this.shortest + this.longest) / 2;
			return middle - this.testedAt < 0.8 * this.rest * this.longest ? Infinity : Math.max(now, middle);
		}
		if (now - this.testedAt < this.rest * this.longest) return Infinity;
		// A window is full right after its last request, once that has passed.
		const full = this.starts[this.starts.length - 1]!.at + this.grace;
		return due - full > this.longest / 2 ? Math.max(now, full) : Infinity;
	}

	private shrink(start: Start): void {
		const fitted = this.starts.filter(({ at }) => at > start.at - this.longest).length;
		if (this.size === Infinity) this.close(start.at);
		this.size = Math.min(this.size, Math.max(1, fitted));
	}

	private lengthen(start: Start, span: number): void {
		this.shortest = Math.max(this.shortest, span);
		if (span >= this.longest) this.fill(start.at);
		else if (this.longest < Infinity) this.rest = Math.min(MAX_REST, this.rest * 1.5);
	}

	/** Learns from a request of the trial whose refusal arrives after that of a later one. */
	private correct({ at }: Start): void {
		const passed = this.trial.refuse(at, this.starts);
		if (passed !== undefined) this.size = Math.min(this.size, Math.max(1, passed));
	}

	/** @param tried requests that passed in it, if that was a trial */
	private fill(at: number, tried?: number): void {
		const { openedAt } = this;
		if (openedAt !== undefined && this.longest < Infinity) {
			const passed = tried ?? this.starts.filter((each) => each.at >= openedAt).length;
			this.filled = { at, passed, longest: this.longest, isTrial: tried !== undefined };
		}
		this.close(at);
	}

	/**
	 * Learns from when the next request fits. Where that is long after the window was full, the window holds what had
	 * passed in it; otherwise a place becomes free when the request that had it has been there long enough.
	 */
	private opensAt(time: number, anchor: number): void {
		const { openedAt, filled } = this;
		this.filled = undefined;
		this.longest = time - anchor;
		if (filled === undefined || openedAt === undefined) return;
		const isFull = time - filled.at >= filled.longest / 2;
		const length = filled.isTrial
			? this.trial.lengthOf(time, filled.longest)
			: isFull
				? time - openedAt
				: undefined;
		if (length === undefined) return;
		this.size = Math.min(this.size, Math.max(1, filled.passed));
		this.longest = length;
	}

	private close(at: number): void {
		if (!this.isClosed) this.closedAt = at;
		this.longest = Infinity;
		this.isConfirmed = false;
	}

	private setReset(start: Start, reset: number): void {
		const { anchor } = this;
		if (anchor === undefined || reset <= anchor.at) {
			this.close(start.at);
			this.nextLook = reset;
			return;
		}
		const before = this.longest;
		this.opensAt(reset, anchor.at);
		if (Math.abs(this.longest - before) > PRECISION * before) this.isConfirmed = false;
		this.shortest = this.longest;
		this.rest = Math.max(this.rest, 2);
	}

	/** @param isSign whether the request started after the last refusal: those that are refused together are one sign */
	private lookAfter({ at }: Start, span: number, isSign: boolean): number {
		if (!this.hasOpened) return Math.max(at + FIRST_STEP, this.closedAt + (at - this.closedAt) * GROWTH);
		if (this.lateBy === 0) this.lateBy = LATE * span;
		else if (isSign) this.lateBy *= 2;
		return at + Math.max(this.grace, this.lateBy);
	}
}
