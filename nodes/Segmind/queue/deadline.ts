/** How long a whole delivery may take, from now. */
export class Deadline {
	private readonly at: number;

	/** @param seconds from now */
	constructor(readonly seconds: number) {
		this.at = performance.now() + seconds * 1000;
	}

	/** Milliseconds, below 0 when it is over. */
	get left(): number {
		return this.at - performance.now();
	}

	/** Whole seconds that one request may take of what is left, and of so many. */
	secondsFor(limit = Infinity): number {
		return Math.max(1, Math.min(limit, Math.ceil(this.left / 1000)));
	}
}
