import { sleep } from 'n8n-workflow';

/** Milliseconds within which a cancelled wait ends. */
const SLICE = 100;

/** Waits, at most until the execution is cancelled: n8n's own sleep can't be interrupted. */
export async function wait(milliseconds: number, cancelled: AbortSignal | undefined): Promise<void> {
	const end = performance.now() + milliseconds;
	for (let left = milliseconds; left > 0 && cancelled?.aborted !== true; left = end - performance.now()) {
		await sleep(Math.min(left, SLICE));
	}
}

/** Milliseconds that a loop may keep n8n from doing anything else. */
const LONGEST_BLOCK = 50;

/** Returns a function for loops over many items. It lets n8n do other work when the loop has blocked it long enough. */
export function createYielder(): () => Promise<void> {
	let resumed = performance.now();
	return async () => {
		if (performance.now() - resumed < LONGEST_BLOCK) return;
		await sleep(0);
		resumed = performance.now();
	};
}

/** The time that one attempt may take, from now on. */
export class Deadline {
	private readonly end: number;

	constructor(readonly seconds: number) {
		this.end = performance.now() + seconds * 1000;
	}

	/** Milliseconds; below 0 when it has passed. */
	get left(): number {
		return this.end - performance.now();
	}

	/** Whole seconds that one request may take: what is left, at least 1 and at most `limit`. */
	secondsFor(limit = Infinity): number {
		return Math.max(1, Math.min(limit, Math.ceil(this.left / 1000)));
	}
}
