import { toTable } from '../docs/markdown';
import type { Blocks } from './blocks';
import type { LimitRow } from './limits';
import type { Spending } from './faults';
import { MANUAL_RETRIES } from './faults';
import type { Profile } from './profile';
import { PROFILES } from './profile';
import type { Scenario, Timing } from './timings';
import { ALL_SCENARIOS, HEADLINE } from './timings';
import type { Contender, EventLoopStats } from './types';
import { isOwn, NAMES } from './types';

/** Everything that `npm run bench` measures, and on what. */
export interface Figures {
	readonly machine: string;
	readonly node: string;
	readonly n8n: string;
	readonly undici: string;
	/** Rounds behind each median. */
	readonly rounds: number;
	/** Peak bytes of an n8n that runs an empty workflow. */
	readonly emptyPeak: number;
	readonly timings: readonly Timing[];
	readonly spending: readonly Spending[];
	readonly blocks: Blocks;
	readonly limits: readonly LimitRow[];
	readonly profile: Profile;
	/** Milliseconds that the package takes to load, bytes of the archive and of its files. */
	readonly package: {
		readonly loadTime: number;
		readonly size: number;
		readonly unpackedSize: number;
		readonly files: number;
	};
}

export interface Table {
	readonly title: string;
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

const SPENDERS: readonly Contender[] = ['node', 'queued', 'http', 'httpBatched', 'declarative'];

/** Who is compared by scenario, and with which concurrency. */
const TIMED: ReadonlyArray<readonly [Contender, Scenario['concurrency']]> = [
	['node', 1],
	['node', 4],
	['node', 8],
	['httpBatched', 4],
	['http', 'all'],
	['declarative', 'all'],
];

const toMb = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;

const toKb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const toSize = (bytes: number): string => (bytes < 1_000_000 ? `${bytes / 1000} kB` : toMb(bytes));

const toRatio = (value: number): string => `${value.toFixed(2)} ×`;

const toSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

function headlineTable({ timings }: Figures): Table {
	const { items, imageBytes, delay, concurrency } = HEADLINE;
	const rows = timings.filter(
		(timing) =>
			timing.items === items &&
			timing.imageBytes === imageBytes &&
			timing.delay === delay &&
			(timing.concurrency === concurrency || timing.concurrency === 'all'),
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

function spendingTable({ spending }: Figures): Table {
	const toCell = (each: Spending | undefined): string => {
		if (each === undefined) return '';
		return each.paidPerDelivered === null ? 'none delivered' : each.paidPerDelivered.toFixed(2);
	};
	return {
		title: 'Images paid for each image delivered',
		head: ['Fault', ...SPENDERS.map((contender) => NAMES[contender])],
		rows: [...new Set(spending.map(({ fault }) => fault))].map((fault) => [
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
	const rowOf = ({ items, imageBytes, delay }: Scenario): string[] => [
		`${items} × ${toSize(imageBytes)}, ${delay} ms`,
		...TIMED.map(([contender, concurrency]) => {
			const timing = timings.find(
				(each) =>
					each.contender === contender &&
					each.items === items &&
					each.imageBytes === imageBytes &&
					each.delay === delay &&
					(each.concurrency === concurrency || items === 1),
			);
			return timing === undefined || (items === 1 && concurrency !== 1 && contender === 'node')
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

const timeTable = (figures: Figures): Table =>
	scenarioTable(figures, 'Time over the floor', ALL_SCENARIOS, ({ overFloor }) => toRatio(overFloor));

const memoryTable = (figures: Figures): Table =>
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

/** Says what is wrong with the figures of the rate limits, if anything. */
export const limitProblems = (rows: readonly LimitRow[]): string[] =>
	rows.some(({ lost }) => lost > 0) ? ['an image was lost under a rate limit'] : [];

export function blocksTable({ items, run, retry }: Blocks): Table {
	const rowOf = (name: string, { longestBlock, milliseconds }: EventLoopStats): string[] => [
		name,
		`${Math.round(longestBlock)} ms`,
		toSeconds(milliseconds),
	];
	const count = items.toLocaleString('en');
	return {
		title: 'Longest block of the event loop',
		head: ['', 'Longest block', 'Total time'],
		rows: [
			rowOf(`${count} items with the same File Name`, run),
			rowOf(`Retry execution of ${count} items, all but one paid`, retry),
		],
	};
}

/** Places that take at least this share of the processor time. */
const LARGE = 0.02;

const profileTable = ({ profile: { shares } }: Figures): Table => ({
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

/** The tables as the terminal shows them. */
export const tablesOf = (figures: Figures, isQuick: boolean): Table[] => [
	...(isQuick ? [] : [timeTable(figures), memoryTable(figures)]),
	headlineTable(figures),
	profileTable(figures),
	blocksTable(figures.blocks),
	limitsTable(figures.limits),
	spendingTable(figures),
];

const toMarkdown = ({ head, rows }: Table): string => toTable(head, rows);

const toSection = (table: Table, text: string): string =>
	`## ${table.title}\n\n${text}\n\n${toMarkdown(table)}`;

/** Returns docs/benchmarks.md. */
export function toPage(figures: Figures): string {
	const headline = headlineTable(figures);
	const spending = spendingTable(figures);
	const { heap, buffers, resident } = figures.profile.peaks;
	return `# Benchmarks

This node, n8n's HTTP Request node and a declarative node make the same call in the same n8n, against the same emulator of
Segmind. \`npm run bench\` repeats all of it in about 15 minutes and rewrites this page. \`npm run bench -- --quick\` repeats the
first table and a part of the rest in a few minutes, \`npm run bench -- --only blocks\` or \`limits\` one of them alone; they write only the raw
results, to \`.cache/benchmarks.json\`.

${headline.title}:

${toMarkdown(headline)}

${spending.title}, with n8n's Retry On Fail:

${toMarkdown(spending)}

${packageOf(figures)} ${sourceOf(figures)}

Other machines give other figures. The same as bars:

![Memory, and images paid for each image delivered](benchmarks.svg)

${toSection(
	timeTable(figures),
	`The floor is undici without n8n: each body is read and dropped. A row names the number of images, their size and the time
until a response starts; the requests at once are in parentheses, and undici is given as many. HTTP Request without batching and
the declarative node always send all items at once. 256 images one at a time in 200 ms take 51 s for everyone and are left out.`,
)}

${toSection(
	memoryTable(figures),
	`Peak memory of the process over that of the same n8n with an empty workflow (${toMb(figures.emptyPeak)}). A few megabytes are chance.`,
)}

${toSection(
	profileTable(figures),
	`A profile of this node with the images of the first table, which makes it slower. At the peak the process of ${toMb(resident)}
holds ${toMb(heap)} of objects and ${toMb(buffers)} of buffers. Most buffers are parts of bodies that are no longer needed: V8 collects
them once they add up to some 64 MB, whatever the number of items. The raw profiles are in \`${PROFILES}\`.`,
)}

${toSection(
	blocksTable(figures.blocks),
	'Images of 1 kB without a delay, 20 at once. While the event loop is blocked, n8n does nothing else.',
)}

${toSection(
	limitsTable(figures.limits),
	`Images that fill six windows, with the default settings and all executions in one n8n. \`fixed\` windows start with a request,
\`clock\` windows follow the clock, \`sliding\` ones look back. The best possible fills each window as soon as it opens.`,
)}

## How it is measured

- Each measurement is a process of its own on n8n's own Node, with n8n's installed modules and the built package. It stores files
  on the disk, n8n's default, and makes one image first, because n8n loads what it needs with the first run.
- The emulator is another process and serves an image of noise. It counts requests, those in flight and money.
- HTTP Request is set up as a user does it: JSON body, the Segmind credential, the response as a file. _Batched_ means batches of
  the size in parentheses, with the response time as interval, at least 1 ms. Batches do not wait for responses.
- With faults, Retry On Fail makes three tries, and Retry execution follows a failed run up to ${MANUAL_RETRIES} times. Where an image is
  billed and its response is lost, this node finds it in Segmind's request history. Without a history 1.00 is out of reach: this node
  repeats such a request only in Retry execution, which a user starts.
`;
}

function timingProblems(timing: Timing): string[] {
	const { contender, items, concurrency, maxInFlight, requests, paid, delivered } = timing;
	const { milliseconds, overFloor, cpu, memory } = timing;
	const where = `${NAMES[contender]}, ${items} items, ${concurrency} at once`;
	const problems: string[] = [];
	if (![milliseconds, overFloor, cpu, memory ?? 0].every(Number.isFinite)) {
		problems.push(`${where}: a figure is missing`);
	}
	if (delivered !== items) problems.push(`${where}: ${delivered} of ${items} delivered`);
	if (contender !== 'node') return problems;
	if (concurrency !== 'all' && maxInFlight > concurrency) problems.push(`${where}: ${maxInFlight} in flight`);
	if (requests !== items || paid !== items) problems.push(`${where}: ${requests} requests, ${paid} paid`);
	return problems;
}

/** Returns what this node paid for and did not deliver, but for what no history could settle. */
const spendingProblems = ({
	fault,
	contender,
	deliverable,
	paid,
	delivered,
	lost,
	isSettled,
}: Spending): string[] =>
	!isOwn(contender) ||
	(delivered === deliverable - (isSettled ? 0 : lost) && paid === delivered + (isSettled ? 0 : lost))
		? []
		: [
				`${NAMES[contender]}, ${fault}: ${paid} paid, ${lost} of them lost, ${delivered} of ${deliverable} delivered`,
			];

/** The retry must send the rejected item and nothing else; how long it takes is not judged. */
export const blockProblems = ({ items, run, retry, requests, paid, delivered }: Blocks): string[] =>
	requests === items + 1 &&
	paid === items &&
	delivered === items &&
	run.longestBlock > 0 &&
	retry.longestBlock > 0
		? []
		: [`${items} items and their retry: ${requests} requests, ${paid} paid, ${delivered} delivered`];

/** What is wrong on any machine; no time and no memory is judged. */
export const problemsIn = (figures: Figures): string[] => [
	...figures.timings.flatMap(timingProblems),
	...figures.spending.flatMap(spendingProblems),
	...blockProblems(figures.blocks),
	...limitProblems(figures.limits),
	...(Object.values(figures.package).every((value) => value > 0)
		? []
		: ['a figure of the package is missing']),
];
