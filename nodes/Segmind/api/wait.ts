import { sleep } from 'n8n-workflow';

/** Milliseconds; a timer of n8n's sleep can't be stopped, so what a cancelled wait leaves behind is short. */
const SLICE = 1000;

/** Everything that waits on one signal, as a single listener: Node warns of more than ten. */
class Waiters {
	private static readonly bySignal = new WeakMap<AbortSignal, Waiters>();

	private readonly callbacks = new Set<() => void>();

	/** Calls back once when the signal aborts. Returns a function that undoes it. */
	static add(signal: AbortSignal, callback: () => void): () => void {
		const waiters = Waiters.bySignal.get(signal) ?? new Waiters();
		Waiters.bySignal.set(signal, waiters);
		signal.addEventListener('abort', waiters, { once: true });
		waiters.callbacks.add(callback);
		return () => {
			waiters.callbacks.delete(callback);
			if (waiters.callbacks.size === 0) signal.removeEventListener('abort', waiters);
		};
	}

	handleEvent(): void {
		for (const callback of this.callbacks) callback();
		this.callbacks.clear();
	}
}

/** Waits, at most until the execution is cancelled: then it ends at once. */
export async function wait(milliseconds: number, cancelled: AbortSignal | undefined): Promise<void> {
	const end = performance.now() + milliseconds;
	const sleepToEnd = async (): Promise<void> => {
		for (let left = milliseconds; left > 0 && cancelled?.aborted !== true; left = end - performance.now()) {
			await sleep(Math.min(left, SLICE));
		}
	};
	if (cancelled === undefined) return await sleepToEnd();
	await new Promise<void>((resolve) => {
		const remove = Waiters.add(cancelled, resolve);
		void sleepToEnd().then(resolve).finally(remove);
	});
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

/** Milliseconds that are kept for a last try. */
const LAST_TRY = 1000;

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

	/** Milliseconds to pause before another try: `wanted`, or what leaves time for a last one; null without such time. */
	pauseBefore(wanted: number): number | null {
		const spare = this.left - LAST_TRY;
		return spare > 0 ? Math.min(wanted, spare) : null;
	}

	/** Whole seconds that one request may take: what is left, at least 1 and at most `limit`. */
	secondsFor(limit = Infinity): number {
		return Math.max(1, Math.min(limit, Math.ceil(this.left / 1000)));
	}
}
