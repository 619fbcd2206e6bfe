/** Maps a list with at most `limit` calls at a time. Returns the results in the order of the list. */
export async function mapConcurrent<T, R>(
	list: readonly T[],
	limit: number,
	map: (each: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const entries = list.entries();
	const work = async (): Promise<void> => {
		for (const [index, each] of entries) results[index] = await map(each);
	};
	await Promise.all(Array.from({ length: Math.min(limit, list.length) }, work));
	return results;
}
