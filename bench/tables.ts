import type { Blocks } from './blocks';
import { growthOf } from './blocks';
import { BEST_SCALED, FAULT_SCENARIOS, SCALED_SCENARIO } from './faults';
import type { Spending } from './faults';
import type { Figures } from './figures';
import type { LimitRow } from './limits';
import type { RealN8n } from './realN8n';
import type { Scenario, Timing } from './timings';
import { ALL_SCENARIOS, HEADLINE, isOf } from './timings';
import type { Contender, EventLoopStats } from './types';
import { isOwn, NAMES } from './types';

export interface Table {
	readonly title: string;
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

const SPENDERS: readonly Contender[] = ['node', 'queued', 'http', 'httpBatched'];

/** Who is compared by scenario, and with which concurrency. */
const TIMED: ReadonlyArray<readonly [Contender, Scenario['concurrency']]> = [
	['node', 1],
	['node', 4],
	['httpBatched', 4],
	['http', 'all'],
	['declarative', 'all'],
];

export const toMb = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;

const toKb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const toSize = (bytes: number): string => (bytes < 1_000_000 ? `${bytes / 1000} kB` : toMb(bytes));

const toRatio = (value: number): string => `${value.toFixed(2)} ×`;

const toSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

export function headlineTable({ timings }: Figures): Table {
	const { items, imageBytes, delay, concurrency } = HEADLINE;
	const rows = timings.filter(
		(timing) =>
			isOf(timing, HEADLINE) && (timing.concurrency === concurrency || timing.concurrency === 'all'),
	);
	return {
		title: `${items} images of ${toMb(imageBytes)}, each response after ${delay} ms`,
		head: ['', 'In flight', 'Time', 'Over undici', 'Memory', 'CPU per image'],
		rows: rows.map((timing) => [
			NAMES[timing.contender],
			String(timing.maxInFlight),
			toSeconds(timing.milliseconds),
			toRatio(timing.overFloor),
			timing.memory === null ? '' : toMb(timing.memory),
			`${timing.cpu.toFixed(0)} ms`,
		]),
	};
}

export function spendingTable({ spending }: Figures): Table {
	const toCell = (each: Spending | undefined): string => {
		if (each === undefined) return '';
		return each.paidPerDelivered === null ? 'none delivered' : each.paidPerDelivered.toFixed(2);
	};
	return {
		title: 'Images paid for each image delivered',
		head: ['Fault', ...SPENDERS.map((contender) => NAMES[contender])],
		rows: FAULT_SCENARIOS.map(({ name: fault }) => [
			fault,
			...SPENDERS.map((contender) =>
				toCell(spending.find((each) => each.fault === fault && each.contender === contender)),
			),
		]),
	};
}

/** The package itself, in a sentence. */
export const packageOf = ({ package: { loadTime, size, unpackedSize, files } }: Figures): string =>
	`The package loads in ${loadTime.toFixed(0)} ms and takes ${toKb(size)} packed, ${toKb(unpackedSize)} in ${files} files unpacked.`;

/** A column for each contender, a row for each kind of run. */
function scenarioTable(
	{ timings }: Figures,
	title: string,
	scenarios: readonly Scenario[],
	toCell: (timing: Timing) => string,
): Table {
	const rowOf = (scenario: Scenario): string[] => [
		`${scenario.items} × ${toSize(scenario.imageBytes)}, ${scenario.delay} ms`,
		...TIMED.map(([contender, concurrency]) => {
			const timing = timings.find(
				(each) =>
					isOf(each, scenario) &&
					each.contender === contender &&
					(each.concurrency === concurrency || scenario.items === 1),
			);
			return timing === undefined || (scenario.items === 1 && concurrency !== 1 && contender === 'node')
				? ''
				: toCell(timing);
		}),
	];
	const kinds = new Map(scenarios.map((each) => [`${each.items} ${each.imageBytes} ${each.delay}`, each]));
	return {
		title,
		head: ['Images', ...TIMED.map(([contender, concurrency]) => `${NAMES[contender]} (${concurrency})`)],
		rows: [...kinds.values()].map(rowOf),
	};
}

const isLikeHeadline = ({ imageBytes, delay }: Scenario): boolean =>
	imageBytes === HEADLINE.imageBytes && delay === HEADLINE.delay;

export const timeTable = (figures: Figures): Table =>
	scenarioTable(figures, 'Time over undici', ALL_SCENARIOS, ({ overFloor }) => toRatio(overFloor));

export const memoryTable = (figures: Figures): Table =>
	scenarioTable(figures, 'Memory', ALL_SCENARIOS.filter(isLikeHeadline), ({ memory }) => toMb(memory ?? 0));

/** The rate limits under which the node was measured. */
export const limitsTable = (rows: readonly LimitRow[]): Table => ({
	title: 'Rate limits of 2 s',
	head: [
		'Windows',
		'Told by',
		'Requests',
		'Executions',
		'Time over the best',
		'Refused at first',
		'Later, per window',
		'Lost',
	],
	rows: rows.map(({ windows, tells, requests, executions, ratio, refusedFirst, refusedLater, lost }) => [
		windows,
		tells,
		String(requests),
		String(executions),
		ratio.toFixed(2),
		String(refusedFirst),
		refusedLater.toFixed(1),
		String(lost),
	]),
});

/** The worst of all limits and numbers of executions, for each kind of windows. */
export function worstLimitsTable(rows: readonly LimitRow[]): Table {
	const kinds = new Map(rows.map(({ windows, tells }) => [`${windows} ${tells}`, { windows, tells }]));
	return {
		title: 'Rate limits of 2 s',
		head: [
			'Windows',
			'Told by',
			'Rows',
			'Time over the best',
			'Refused at first',
			'Later, per window',
			'Lost',
		],
		rows: [...kinds.values()].map(({ windows, tells }) => {
			const alike = rows.filter((row) => row.windows === windows && row.tells === tells);
			const worst = (valueOf: (row: LimitRow) => number): number => Math.max(...alike.map(valueOf));
			return [
				...[windows, tells, String(alike.length), worst(({ ratio }) => ratio).toFixed(2)],
				String(worst(({ refusedFirst }) => refusedFirst)),
				worst(({ refusedLater }) => refusedLater).toFixed(1),
				String(worst(({ lost }) => lost)),
			];
		}),
	};
}

/** With the growth of the total times, as the power of the number of items. */
export function blocksTable(blocks: readonly Blocks[]): Table {
	const toCells = ({ longestBlock, milliseconds }: EventLoopStats): string[] => [
		toSeconds(milliseconds),
		`${Math.round(longestBlock)} ms`,
	];
	const rowsOf = (hasKeys: boolean): string[][] => {
		const rows = blocks.filter((row) => row.hasKeys === hasKeys);
		const name = hasKeys ? 'items with keys' : 'items';
		const lines = rows.map(({ items, run, again }) => [
			`${items.toLocaleString('en')} ${name}`,
			...toCells(run),
			...toCells(again),
		]);
		const growth = (timeOf: (row: Blocks) => number): string => growthOf(rows, timeOf).toFixed(2);
		if (rows.length < 2) return lines;
		const [first, again] = [growth(({ run }) => run.milliseconds), growth((row) => row.again.milliseconds)];
		return [...lines, [`growth, ${name}`, first, '', again, '']];
	};
	return {
		title: 'Large runs',
		head: ['', 'Run', 'Longest block', 'Once more', 'Longest block'],
		rows: [...rowsOf(false), ...rowsOf(true)],
	};
}

/** How long n8n's queue mode takes. */
export const queueTable = ({ queue }: RealN8n): Table => ({
	title: 'Queue mode',
	head: ['Workers', 'Executions', 'Rate limit', 'Time', 'Images a second', 'Paid', 'Delivered', 'Refused'],
	rows: queue.map(({ workers, executions, rateLimit, seconds, paid, delivered, refused }) => [
		String(workers),
		String(executions),
		rateLimit === null ? 'none' : `${rateLimit.requests} in ${rateLimit.window / 1000} s`,
		`${seconds.toFixed(1)} s`,
		(delivered / seconds).toFixed(1),
		...[paid, delivered, refused].map(String),
	]),
});

/** The editor's times, in a sentence. */
export const editorOf = ({ editor: { list, fields } }: RealN8n): string =>
	`The list of 500 models opens in ${Math.round(list)} ms and the fields of a model with 40 inputs in ${Math.round(fields)} ms, beside the time that Segmind takes.`;

/** Who waits how long under a rate limit, in the long run. */
export function scaledTable({ spending }: Figures): Table {
	const rows = spending.filter(({ fault }) => fault === SCALED_SCENARIO.name);
	return {
		title: SCALED_SCENARIO.name,
		head: ['', 'Time over the best', 'Requests', 'Paid', 'Delivered'],
		rows: rows.map(({ contender, milliseconds, requests, paid, delivered }) => [
			NAMES[contender],
			delivered === 0 ? '' : toRatio(milliseconds / BEST_SCALED),
			...[requests, paid, delivered].map((count) => count.toLocaleString('en')),
		]),
	};
}

/** Uploads and edits beside undici, which makes the same two calls. */
export function editTable({ timings }: Figures): Table {
	const rows = timings.filter(({ pictureBytes }) => pictureBytes !== undefined);
	return {
		title: 'Edit with upload',
		head: ['Pictures', '', 'Time', 'Over undici', 'Memory', 'CPU per image'],
		rows: rows.map(({ items, contender, milliseconds, overFloor, memory, cpu }) => [
			String(items),
			NAMES[contender],
			toSeconds(milliseconds),
			toRatio(overFloor),
			memory === null ? '' : toMb(memory),
			`${cpu.toFixed(0)} ms`,
		]),
	};
}

/** What the request history was asked for lost images, in a sentence for each run of this node. */
export function historyOf({ spending }: Figures): string {
	const asked = spending.filter(
		({ contender, lost, isSettled }) => isOwn(contender) && lost > 0 && isSettled,
	);
	const parts = asked.map(
		({ historyRequests, lost, contender }) => `${historyRequests} for ${lost} (${NAMES[contender]})`,
	);
	return parts.length === 0 ? '' : `Requests to the history for lost images: ${parts.join(', ')}.`;
}

/** Places that take at least this share of the processor time. */
const LARGE = 0.02;

export const profileTable = ({ profile: { shares } }: Figures): Table => ({
	title: 'Where time and memory go',
	head: ['Whose code', 'Time per image', 'Share', 'Objects per image'],
	rows: shares
		.filter(({ share }) => share >= LARGE)
		.map(({ place, milliseconds, share, bytes }) => [
			place,
			`${milliseconds.toFixed(2)} ms`,
			`${(100 * share).toFixed(1)} %`,
			toKb(bytes),
		]),
});

/** What was measured on, in a sentence. */
export const sourceOf = ({ machine, node, n8n, undici, rounds }: Figures): string =>
	`Measured on ${machine} with Node ${node}, n8n ${n8n} and undici ${undici}${rounds === 1 ? '' : `; times and memory of images of 2 MB in 200 ms, 4 at once, are medians of ${rounds} rounds`}.`;
