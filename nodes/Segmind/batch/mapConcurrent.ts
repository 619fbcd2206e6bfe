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

/** Maps a list with as many calls at a time as allowed. Returns the results in the order of the list. */
export async function mapConcurrent<T, R>(
	list: readonly T[],
	concurrency: { readonly limit: number },
	map: (each: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const workers: Array<Promise<void>> = [];
	let running = 0;
	let next = 0;
	const work = async (): Promise<void> => {
		while (next < list.length && running <= concurrency.limit) {
			const index = next++;
			results[index] = await map(list[index]!);
			addWorkers();
		}
		running -= 1;
	};
	const addWorkers = (): void => {
		while (running < concurrency.limit && next < list.length) {
			running += 1;
			workers.push(work());
		}
	};
	addWorkers();
	for (const worker of workers) await worker;
	return results;
}
