import type { Contender, Result } from './job';
import type { Runner, Task } from './runner';

/** Where the contenders are compared. */
export interface Cell {
	readonly items: number;
	readonly pictureBytes: number;
	/** Milliseconds until an answer starts. */
	readonly delay: number;
	/** Requests in flight; all where a contender can't be told, and undici is given as many. */
	readonly atOnce: number | 'all';
}

/** One contender in one cell. */
export interface Row extends Cell {
	readonly contender: Contender;
	readonly milliseconds: number;
	/** Time as a multiple of undici's in the same cell. */
	readonly toFloor: number;
	/** Time as a multiple of the answers' own; null where they take none. */
	readonly toIdeal: number | null;
	/** Bytes of peak memory over an empty flow; null for undici, which runs without n8n. */
	readonly memory: number | null;
	readonly maxInFlight: number;
	/** Milliseconds of processor time for an image. */
	readonly cpu: number;
	readonly connections: number;
	readonly requests: number;
	readonly paid: number;
	readonly delivered: number;
}

/** The cell that the README tells of. */
export const HEADLINE: Cell = { items: 64, pictureBytes: 2_000_000, delay: 200, atOnce: 4 };

/** A cell that takes longer than this at its best is left out. */
const LONGEST = 15_000;

const countOf = ({ items, atOnce }: Cell): number => (atOnce === 'all' ? items : atOnce);

const idealOf = (cell: Cell): number => Math.ceil(cell.items / countOf(cell)) * cell.delay;

/** Cells with so many items; with one item nothing is at once. */
function cellsWith(items: number): Cell[] {
	const atOnces: ReadonlyArray<Cell['atOnce']> = items === 1 ? [1] : [1, 4, 8, 'all'];
	return [200_000, 2_000_000].flatMap((pictureBytes) =>
		[0, 200].flatMap((delay) => atOnces.map((atOnce) => ({ items, pictureBytes, delay, atOnce }))),
	);
}

/** The whole matrix. */
export const MATRIX: readonly Cell[] = [1, 16, 64, 256]
	.flatMap(cellsWith)
	.filter((cell) => idealOf(cell) <= LONGEST);

/** Who can do what the cell asks for; the floor comes first. */
export function contendersIn({ items, atOnce }: Cell): readonly Contender[] {
	if (items === 1) return ['floor', 'node', 'http', 'declarative'];
	if (atOnce === 'all') return ['floor', 'http', 'declarative'];
	return atOnce === 4 ? ['floor', 'node', 'httpBatched'] : ['floor', 'node'];
}

/** What one process is to do for a contender in a cell. */
export const taskOf = (cell: Cell, contender: Contender): Task => ({
	contender,
	items: cell.items,
	atOnce: countOf(cell),
	// The shortest that keeps to the number at once, and that only who knows the time of an answer can set.
	batchInterval: Math.max(1, cell.delay),
	flows: 1,
	settings: {},
	retriesByHand: 0,
});

/** The value in the middle. */
export const median = (values: readonly number[]): number =>
	[...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Peak memory of an n8n that runs a flow without a request. */
export async function measureEmpty(runner: Runner, rounds: number, done: () => void): Promise<number> {
	const peaks: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const cell: Cell = { items: 1, pictureBytes: 10_000, delay: 0, atOnce: 1 };
		const { peakBytes } = await runner.run(taskOf(cell, 'empty'), cell);
		peaks.push(peakBytes);
		done();
	}
	return median(peaks);
}

function toRow(
	cell: Cell,
	contender: Contender,
	results: readonly Result[],
	floor: number,
	empty: number,
): Row {
	const of = (pick: (result: Result) => number): number => median(results.map(pick));
	const milliseconds = of((result) => result.milliseconds);
	const ideal = idealOf(cell);
	return {
		...cell,
		contender,
		milliseconds,
		toFloor: milliseconds / floor,
		toIdeal: ideal === 0 ? null : milliseconds / ideal,
		memory: contender === 'floor' ? null : of((result) => result.peakBytes) - empty,
		maxInFlight: Math.max(...results.map((result) => result.maxInFlight)),
		cpu: of((result) => result.cpu) / cell.items,
		connections: of((result) => result.connections),
		requests: of((result) => result.requests),
		paid: of((result) => result.paid),
		delivered: of((result) => result.delivered),
	};
}

/** Measures a cell, in turns: a machine that gets slower is slower for all. */
export async function measureCell(
	runner: Runner,
	cell: Cell,
	empty: number,
	rounds: number,
	done: () => void,
): Promise<Row[]> {
	const contenders = contendersIn(cell);
	const results = new Map<Contender, Result[]>(contenders.map((contender) => [contender, []]));
	for (let round = 0; round < rounds; round += 1) {
		for (const contender of contenders) {
			results.get(contender)?.push(await runner.run(taskOf(cell, contender), cell));
			done();
		}
	}
	const floor = median((results.get('floor') ?? []).map(({ milliseconds }) => milliseconds));
	return [...results].map(([contender, measured]) => toRow(cell, contender, measured, floor, empty));
}
