import type { Runner, Task } from './runner';
import type { Contender, Result } from './types';
import { median } from './types';

/** What the contenders have to do. */
export interface Scenario {
	readonly items: number;
	readonly imageBytes: number;
	/** Milliseconds until a response starts. */
	readonly delay: number;
	/** Requests in flight; `all` for contenders without such a setting, and undici beside them. */
	readonly concurrency: number | 'all';
	/** Each item brings a picture of so many bytes, which is uploaded and edited. */
	readonly pictureBytes?: number;
}

/** One contender in one scenario. */
export interface Timing extends Scenario {
	readonly contender: Contender;
	readonly milliseconds: number;
	/** Time as a multiple of undici's in the same scenario. */
	readonly overFloor: number;
	/** Bytes of peak memory over an empty workflow; null for undici, which runs without n8n. */
	readonly memory: number | null;
	readonly maxInFlight: number;
	/** Milliseconds of processor time for each image. */
	readonly cpu: number;
	readonly requests: number;
	readonly paid: number;
	readonly delivered: number;
}

/** The scenario of the summary. */
export const HEADLINE: Scenario = { items: 64, imageBytes: 2_000_000, delay: 200, concurrency: 4 };

/** The same scenario for contenders that send all items at once. */
const HEADLINE_AT_ONCE: Scenario = { ...HEADLINE, concurrency: 'all' };

/** Pictures of the items are uploaded and edited: two calls for each. */
export const EDIT_SCENARIOS: readonly Scenario[] = [16, 64, 256].map((items) => ({
	...HEADLINE,
	items,
	pictureBytes: 2_000_000,
}));

export const QUICK_SCENARIOS: readonly Scenario[] = [HEADLINE, HEADLINE_AT_ONCE, EDIT_SCENARIOS[0]!];

/** A scenario that takes longer than this at its best is left out. */
const LONGEST = 15_000;

/** With more items one at a time tells nothing new and takes long. */
const MOST_ONE_BY_ONE = 16;

const concurrencyOf = ({ items, concurrency }: Scenario): number =>
	concurrency === 'all' ? items : concurrency;

/** With one item nothing is concurrent. */
function scenariosWith(items: number): Scenario[] {
	const concurrencies: ReadonlyArray<Scenario['concurrency']> = items === 1 ? [1] : [1, 4, 'all'];
	return [200_000, 2_000_000].flatMap((imageBytes) =>
		[0, 200].flatMap((delay) =>
			concurrencies.map((concurrency) => ({ items, imageBytes, delay, concurrency })),
		),
	);
}

export const ALL_SCENARIOS: readonly Scenario[] = [1, 16, 64, 256]
	.flatMap(scenariosWith)
	.filter(({ items, concurrency }) => concurrency !== 1 || items <= MOST_ONE_BY_ONE)
	.filter((scenario) => Math.ceil(scenario.items / concurrencyOf(scenario)) * scenario.delay <= LONGEST);

/** Whether a timing is of such images, whatever their requests at once. */
export const isOf = (timing: Timing, { items, imageBytes, delay }: Scenario): boolean =>
	timing.pictureBytes === undefined &&
	timing.items === items &&
	timing.imageBytes === imageBytes &&
	timing.delay === delay;

/** Contenders that can do what the scenario asks for. */
export function contendersIn({ items, concurrency, pictureBytes }: Scenario): readonly Contender[] {
	if (pictureBytes !== undefined) return ['floor', 'node'];
	if (items === 1) return ['floor', 'node', 'http', 'declarative'];
	if (concurrency === 'all') return ['floor', 'http', 'declarative'];
	return concurrency === 4 ? ['floor', 'node', 'httpBatched'] : ['floor', 'node'];
}

/** Contenders are close in the scenarios of the summary and of the chart: there a median is needed. */
export function roundsFor({ items, imageBytes, delay, concurrency }: Scenario, rounds: number): number {
	const isClose = concurrency === HEADLINE.concurrency || (concurrency === 'all' && items === HEADLINE.items);
	return isClose && imageBytes === HEADLINE.imageBytes && delay === HEADLINE.delay ? rounds : 1;
}

export const taskOf = (scenario: Scenario, contender: Contender): Task => ({
	mode: 'measure',
	contender,
	items: scenario.items,
	concurrency: concurrencyOf(scenario),
	// The shortest that keeps to the concurrency; only a user who knows the response time can set it.
	batchInterval: Math.max(1, scenario.delay),
	runs: 1,
	settings: {},
	options: {},
	...(scenario.pictureBytes === undefined ? {} : { pictureBytes: scenario.pictureBytes }),
	manualRetries: 0,
});

/** Peak memory of an n8n that runs a workflow without a request. */
export async function measureEmptyPeak(runner: Runner, rounds: number): Promise<number> {
	const scenario: Scenario = { items: 1, imageBytes: 10_000, delay: 0, concurrency: 1 };
	const peaks: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		peaks.push((await runner.run(taskOf(scenario, 'empty'), scenario)).peakBytes);
	}
	return median(peaks);
}

/** Measures a scenario, the contenders in turns: a machine that slows down does so for all. */
export async function measureScenario(
	runner: Runner,
	scenario: Scenario,
	emptyPeak: number,
	rounds: number,
): Promise<Timing[]> {
	const results = new Map<Contender, Result[]>(contendersIn(scenario).map((contender) => [contender, []]));
	for (let round = 0; round < rounds; round += 1) {
		for (const [contender, measured] of results) {
			measured.push(await runner.run(taskOf(scenario, contender), scenario));
		}
	}
	const medianOf = (measured: readonly Result[], pick: (result: Result) => number): number =>
		median(measured.map(pick));
	const floor = medianOf(results.get('floor') ?? [], ({ milliseconds }) => milliseconds);
	return [...results].map(([contender, measured]) => {
		const milliseconds = medianOf(measured, (result) => result.milliseconds);
		return {
			...scenario,
			contender,
			milliseconds,
			overFloor: milliseconds / floor,
			memory: contender === 'floor' ? null : medianOf(measured, ({ peakBytes }) => peakBytes) - emptyPeak,
			maxInFlight: Math.max(...measured.map(({ maxInFlight }) => maxInFlight)),
			cpu: medianOf(measured, ({ cpu }) => cpu) / scenario.items,
			requests: medianOf(measured, ({ requests }) => requests),
			paid: medianOf(measured, ({ paid }) => paid),
			delivered: medianOf(measured, ({ delivered }) => delivered),
		};
	});
}
