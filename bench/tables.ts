import type { Figures } from './figures';
import type { Contender } from './job';
import type { Spent } from './money';
import type { Cell, Row } from './rows';
import { HEADLINE } from './rows';

/** A table, wherever it will be shown. */
export interface Table {
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

/** What each contender is called. */
export const NAMES: Readonly<Record<Contender, string>> = {
	floor: 'undici alone',
	node: 'this node',
	http: 'HTTP Request',
	httpBatched: 'HTTP Request, batched',
	queued: 'this node, queued',
	declarative: 'declarative node',
	empty: 'empty flow',
};

/** Bytes as megabytes. */
export const toMb = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;

const toRatio = (value: number | null): string => (value === null ? '' : `${value.toFixed(2)} ×`);

const sizeOf = (bytes: number): string => (bytes < 1_000_000 ? `${bytes / 1000} kB` : toMb(bytes));

const MEASURED = [
	'Time',
	'To the floor',
	'To the ideal',
	'Memory',
	'In flight',
	'CPU per image',
	'Connections',
];

const measuredOf = (row: Row): string[] => [
	`${Math.round(row.milliseconds)} ms`,
	toRatio(row.toFloor),
	toRatio(row.toIdeal),
	row.memory === null ? '' : toMb(row.memory),
	String(row.maxInFlight),
	`${row.cpu.toFixed(1)} ms`,
	String(row.connections),
];

const isIn = (row: Row, { items, pictureBytes, delay, atOnce }: Cell): boolean =>
	row.items === items &&
	row.pictureBytes === pictureBytes &&
	row.delay === delay &&
	(row.atOnce === atOnce || row.atOnce === 'all');

/** The rows that the README tells of, with those that send all at once. */
export const headlineRows = ({ rows }: Figures): Row[] => rows.filter((row) => isIn(row, HEADLINE));

/** A few rows of the same items, pictures and answers. */
export const headlineTable = (figures: Figures): Table => ({
	head: ['At once', 'Who', ...MEASURED],
	rows: headlineRows(figures).map((row) => [String(row.atOnce), NAMES[row.contender], ...measuredOf(row)]),
});

/** All rows with so many items. */
export const matrixTable = ({ rows }: Figures, items: number): Table => ({
	head: ['Picture', 'Answer in', 'At once', 'Who', ...MEASURED],
	rows: rows
		.filter((row) => row.items === items)
		.map((row) => [
			sizeOf(row.pictureBytes),
			`${row.delay} ms`,
			String(row.atOnce),
			NAMES[row.contender],
			...measuredOf(row),
		]),
});

const perDelivered = ({ paidPerDelivered }: Spent): string =>
	paidPerDelivered === null ? 'none delivered' : paidPerDelivered.toFixed(2);

/** What was paid for, and what of it arrived. */
export const moneyTable = ({ spent }: Figures): Table => ({
	head: ['Trouble', 'Who', 'Images asked for', 'Requests', 'Paid', 'Delivered', 'Paid per delivered', 'Time'],
	rows: spent.map((each) => [
		each.trouble,
		NAMES[each.contender],
		...[each.items, each.requests, each.paid, each.delivered].map(String),
		perDelivered(each),
		`${(each.milliseconds / 1000).toFixed(1)} s`,
	]),
});

/** Where the time of this node goes, and its objects. */
export const profileTable = ({ profile: { shares } }: Figures): Table => ({
	head: ['Whose code', 'Time per image', 'Share', 'Objects per image'],
	rows: shares.map(({ place, milliseconds, share, bytes }) => [
		place,
		`${milliseconds.toFixed(2)} ms`,
		`${(100 * share).toFixed(1)} %`,
		`${(bytes / 1000).toFixed(1)} kB`,
	]),
});

/** What is in memory at most while a profile is taken. */
export const peaksTable = ({ profile: { peaks } }: Figures): Table => ({
	head: ['At most', 'Measured'],
	rows: [
		['Objects', toMb(peaks.heap)],
		['Buffers beside them', toMb(peaks.buffers)],
		['Resident memory of the process', toMb(peaks.resident)],
	],
});

/** The package itself. */
export const packageTable = ({ loadTime, packed }: Figures): Table => ({
	head: ['Package', 'Measured'],
	rows: [
		['Load time in an n8n that is up', `${loadTime.toFixed(0)} ms`],
		['Packed', `${(packed.size / 1000).toFixed(1)} kB`],
		['Unpacked', `${(packed.unpackedSize / 1000).toFixed(1)} kB in ${packed.files} files`],
	],
});

/** Where the figures come from, in a sentence. */
export const sourceOf = ({ machine, cpus, node, n8n, undici, rounds }: Figures): string =>
	`${cpus} × ${machine}, Node ${node}, n8n ${n8n}, undici ${undici}; ${rounds === 1 ? 'one round' : `median of ${rounds} rounds in the first table and with pictures of 2 MB in 200 ms, 4 at once; one round elsewhere`}`;
