/** What makes two jobs the same. */
export interface Identity {
	/** Hash of what the job asks for. */
	readonly fingerprint: string;
	readonly itemIndex: number;
	readonly imageIndex: number;
	/** Hash of the node's parameters, before expressions are resolved, and of the input item; null where they tell nothing. */
	readonly place: string | null;
}

const atItem = ({ fingerprint, itemIndex, imageIndex }: Identity): string =>
	`${fingerprint}:${itemIndex}:${imageIndex}`;

/**
 * Gives each entry to one job:
 * 1. where the same was asked for, for the same item and image number;
 * 2. for the same input in the same node, since an expression that changes from try to try asks for nothing new;
 * 3. wherever the same was asked for, since items may have been reordered or removed.
 *
 * @returns the keys of the entries by job
 */
export function matchEntries<J>(
	entries: ReadonlyArray<readonly [key: string, entry: Identity]>,
	jobs: readonly J[],
	identify: (job: J) => Identity,
): Map<J, string> {
	const matched = new Map<J, string>();
	const used = new Set<string>();
	const matchBy = (keyOf: (identity: Identity) => string | null): void => {
		const left = new Map<string, string[]>();
		for (const [key, entry] of entries.toReversed()) {
			const group = keyOf(entry);
			if (used.has(key) || group === null) continue;
			const keys = left.get(group);
			if (keys === undefined) left.set(group, [key]);
			else keys.push(key);
		}
		for (const job of jobs) {
			const key = matched.has(job) ? undefined : left.get(keyOf(identify(job)) ?? '')?.pop();
			if (key === undefined) continue;
			used.add(key);
			matched.set(job, key);
		}
	};
	matchBy(atItem);
	matchBy(({ place, itemIndex, imageIndex }) => place && `${place}:${itemIndex}:${imageIndex}`);
	matchBy(({ fingerprint }) => fingerprint);
	return matched;
}
