import { createHash } from 'node:crypto';

/** Which item an entry or a job is about, and which of its images. */
export interface Place {
	readonly itemIndex: number;
	readonly imageIndex: number;
}

/** Returns the same hash for equal values, whatever the order of their fields. */
export function hash(identity: unknown): string {
	const sorted = JSON.stringify(identity, (_key, value: unknown) =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
			? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
			: value,
	);
	return createHash('sha256').update(sorted).digest('hex');
}

const placeOf = (fingerprint: string, { itemIndex, imageIndex }: Place): string =>
	`${fingerprint}:${itemIndex}:${imageIndex}`;

/**
 * Gives each entry to one job: first where item and image are the same, then wherever the same was asked for, since
 * items may have been reordered or removed.
 *
 * @returns the keys of the entries by job
 */
export function matchEntries<J extends Place>(
	entries: ReadonlyArray<readonly [key: string, entry: Place & { readonly fingerprint: string }]>,
	jobs: readonly J[],
	fingerprintOf: (job: J) => string,
): Map<J, string> {
	const matched = new Map<J, string>();
	if (entries.length === 0) return matched;
	const used = new Set<string>();
	const assign = (job: J, key: string | undefined): void => {
		if (key === undefined || used.has(key)) return;
		used.add(key);
		matched.set(job, key);
	};
	const byPlace = new Map(entries.map(([key, entry]) => [placeOf(entry.fingerprint, entry), key]));
	for (const job of jobs) assign(job, byPlace.get(placeOf(fingerprintOf(job), job)));
	const left = new Map<string, string[]>();
	for (const [key, { fingerprint }] of entries.toReversed()) {
		if (used.has(key)) continue;
		const keys = left.get(fingerprint);
		if (keys === undefined) left.set(fingerprint, [key]);
		else keys.push(key);
	}
	for (const job of jobs) {
		if (!matched.has(job)) assign(job, left.get(fingerprintOf(job))?.pop());
	}
	return matched;
}
