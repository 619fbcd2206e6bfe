/** Jobs at once, at first and at most, when the number adapts. */
const FIRST = 4;
const MOST = 20;

/** Milliseconds between two reductions: requests that are refused together are one sign. */
const REST = 1000;

/** How many jobs run at once: a fixed number, or one that grows while all goes well and shrinks on rate limits. */
export class Concurrency {
	private current: number;

	private shrankAt = -Infinity;

	/** @param fixed jobs at once, 0 for a number that adapts */
	constructor(private readonly fixed: number) {
		this.current = fixed === 0 ? FIRST : fixed;
	}

	get limit(): number {
		return this.current;
	}

	grow(): void {
		if (this.fixed === 0) this.current = Math.min(MOST, this.current + 1);
	}

	shrink(): void {
		const now = performance.now();
		if (this.fixed > 0 || now - this.shrankAt < REST) return;
		this.shrankAt = now;
		this.current = Math.max(1, Math.floor(this.current / 2));
	}
}

/** Calls that may be ending while as many others as allowed are under way: one, or half as many. */
const endingOf = (limit: number): number => Math.max(1, Math.floor(limit / 2));

/**
 * Maps a list with as many calls at a time as allowed. Returns the results in the order of the list.
 *
 * @param map may release its place to the next call before it ends; half as many again as allowed are under way at most
 */
export async function mapConcurrent<T, R>(
	list: readonly T[],
	concurrency: { readonly limit: number },
	map: (each: T, release: () => void) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const calls: Array<Promise<void>> = [];
	let next = 0;
	let running = 0;
	let ending = 0;
	const call = async (index: number): Promise<void> => {
		let isEnding = false;
		running += 1;
		results[index] = await map(list[index]!, () => {
			if (isEnding) return;
			isEnding = true;
			running -= 1;
			ending += 1;
			fill();
		});
		if (isEnding) ending -= 1;
		else running -= 1;
		fill();
	};
	const fill = (): void => {
		const { limit } = concurrency;
		const most = limit + endingOf(limit);
		while (running < limit && running + ending < most && next < list.length) {
			const started = call(next++);
			// It is thrown below, in its turn; until then Node would take it for unhandled.
			started.catch(() => undefined);
			calls.push(started);
		}
	};
	fill();
	for (const each of calls) await each;
	return results;
}
