/** A piece of work in two parts: the first one counts against the number at once, the second one is its finish. */
export type Begin<T, R> = (each: T) => Promise<() => Promise<R>>;

/**
 * Works through a list with so many at a time, and gives the results in the order of the list. While the first
 * part of a piece is under way, the one before it may still be finished; never more than one for each at a time,
 * so that what they hold in memory is bounded.
 */
export async function mapAtOnce<T, R>(list: readonly T[], atOnce: number, begin: Begin<T, R>): Promise<R[]> {
	const results: R[] = [];
	const entries = list.entries();
	const worker = async (): Promise<void> => {
		let finished: Promise<void> = Promise.resolve();
		for (const [index, each] of entries) {
			const finish = await begin(each);
			await finished;
			finished = finish().then((result) => {
				results[index] = result;
			});
		}
		await finished;
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, list.length) }, worker));
	return results;
}
