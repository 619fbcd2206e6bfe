import { isOwn } from './job';
import type { Spent } from './money';
import type { Packed } from './packed';
import type { Profiled } from './profile';
import type { Row } from './rows';

/** All that a run of the benchmark found, and where. */
export interface Figures {
	readonly machine: string;
	readonly cpus: number;
	readonly node: string;
	readonly n8n: string;
	readonly undici: string;
	/** Median of so many rounds where contenders are close; one for all others. */
	readonly rounds: number;
	/** Bytes of peak memory of an n8n that runs an empty flow. */
	readonly empty: number;
	readonly rows: readonly Row[];
	readonly spent: readonly Spent[];
	/** Where time and memory of this node go in the cell that the README tells of. */
	readonly profile: Profiled;
	/** Milliseconds that the package takes to load. */
	readonly loadTime: number;
	readonly packed: Packed;
}

function complaintsOfRow(row: Row): string[] {
	const { contender, items, atOnce, maxInFlight, requests, paid, delivered } = row;
	const where = `${items} items, ${atOnce} at once`;
	const numbers = [
		row.milliseconds,
		row.toFloor,
		row.cpu,
		row.toIdeal ?? 0,
		row.memory ?? 0,
		row.connections,
	];
	const complaints = numbers.every(Number.isFinite) ? [] : [`${contender}, ${where}: a figure is missing`];
	if (delivered !== items) complaints.push(`${contender}, ${where}: ${delivered} of ${items} arrived`);
	if (contender !== 'node') return complaints;
	if (typeof atOnce === 'number' && maxInFlight > atOnce) {
		complaints.push(`${where}: ${maxInFlight} were in flight`);
	}
	if (requests !== items || paid !== items) {
		complaints.push(`${where}: ${requests} requests, ${paid} paid`);
	}
	return complaints;
}

function complaintsOfSpent({ trouble, contender, deliverable, paid, delivered, lost }: Spent): string[] {
	if (!isOwn(contender)) return [];
	return delivered === deliverable && paid - lost === delivered
		? []
		: [
				`${trouble}: ${paid} paid, ${lost} of them lost on the way, and ${delivered} of ${deliverable} delivered`,
			];
}

/** What must hold on any machine, however slow: no time and no memory is judged. */
export const complaintsOf = ({ rows, spent, loadTime, packed }: Figures): string[] => [
	...rows.flatMap(complaintsOfRow),
	...spent.flatMap(complaintsOfSpent),
	...([loadTime, packed.size, packed.files].every((value) => Number.isFinite(value) && value > 0)
		? []
		: ['load time or packed size is missing']),
];
