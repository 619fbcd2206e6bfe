import type { Sample } from './sample';

/** A figure, and what it must not exceed; null where it is told only. */
export interface Figure {
	readonly name: string;
	readonly value: number;
	readonly limit: number | null;
	readonly unit: string;
}

const MB = 1_000_000;

/**
 * MB that the heap may be larger in the last third of the executions than in the first. V8 compiles and caches as it
 * goes, which is below 1 MB here; two large images that nobody gives back are above, and so are 3 kB with each of 2,000.
 */
const HEAP_GROWTH = 4;

/**
 * MB, likewise: what no heap shows. Allocators keep what they once had, so it is twenty large images. The young
 * generation is held at 4 MB (`--max-semi-space-size`), since V8 widens it by as much as this bound as it goes.
 */
const RESIDENT_GROWTH = 40;

const inMB = (bytes: number): number => Number((bytes / MB).toFixed(1));

const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much larger something is in the last third of the samples than in the first, on the average. */
function growth(samples: readonly Sample[], of: (sample: Sample) => number): number {
	const third = Math.floor(samples.length / 3);
	return mean(samples.slice(-third).map(of)) - mean(samples.slice(0, third).map(of));
}

/** What the samples of a run come to. */
export function figuresOf(before: Sample, samples: readonly Sample[], after: Sample): Figure[] {
	const heap = ({ heap: bytes }: Sample): number => bytes;
	const rss = ({ rss: bytes }: Sample): number => bytes;
	return [
		{
			name: 'heap, last third over first',
			value: inMB(growth(samples, heap)),
			limit: HEAP_GROWTH,
			unit: 'MB',
		},
		{ name: 'heap before the first image', value: inMB(before.heap), limit: null, unit: 'MB' },
		{ name: 'heap after the last image', value: inMB(after.heap), limit: null, unit: 'MB' },
		{
			name: 'resident memory, last third over first',
			value: inMB(growth(samples, rss)),
			limit: RESIDENT_GROWTH,
			unit: 'MB',
		},
		{ name: 'resident memory at most', value: inMB(Math.max(...samples.map(rss))), limit: null, unit: 'MB' },
		{ name: 'files, more than before', value: after.files - before.files, limit: 0, unit: '' },
	];
}
