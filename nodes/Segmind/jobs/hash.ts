import { createHash } from 'node:crypto';

/** Returns the same hash for equal values, whatever the order of their fields. */
export function hash(value: unknown): string {
	const sorted = JSON.stringify(value, (_key, field: unknown) =>
		typeof field === 'object' && field !== null && !Array.isArray(field)
			? Object.fromEntries(Object.entries(field).sort(([one], [other]) => (one < other ? -1 : 1)))
			: field,
	);
	return createHash('sha256').update(sorted).digest('hex').slice(0, 32);
}
