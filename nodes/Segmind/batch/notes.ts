import { createHash } from 'node:crypto';

import type { Kept } from '../item/item';
import type { Ticket } from '../queue/ticket';
import type { Order } from '../request/order';
import type { RefusalFields } from '../segmind/refusal';

/** Which image a note is about. */
export interface Note {
	readonly itemIndex: number;
	readonly imageIndex: number;
	/** Hash of the request without a drawn seed. */
	readonly request: string;
	/** The execution that it was made in. */
	readonly execution: string;
}

/** What was paid for. */
export interface Receipt extends Note, Kept {}

/** What was perhaps paid for. */
interface Doubt extends Note {
	readonly refusal: RefusalFields;
}

/** What is paid for, and waits at Segmind. */
interface Waiting extends Note, Ticket {}

/** The notes of one run of the node. */
export interface Notes {
	receipts: Receipt[];
	doubts: Doubt[];
	waiting: Waiting[];
}

/** The same hash for the same values, in whatever order their fields stand. */
export function hashOf(asked: unknown): string {
	const sorted = JSON.stringify(asked, (_key, value: unknown) =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
			? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
			: value,
	);
	return createHash('sha256').update(sorted).digest('hex');
}

/**
 * Gives each note to one order: first where item and image are the same, then wherever the same was asked for,
 * since items may have been reordered or removed.
 */
export function assign<R, T extends Note>(
	notes: readonly T[],
	orders: ReadonlyArray<Order<R>>,
	askedOf: (order: Order<R>) => unknown,
): Map<Order<R>, T> {
	const left = new Set(notes);
	const assigned = new Map<Order<R>, T>();
	if (left.size === 0) return assigned;
	const hashes = new Map(orders.map((order) => [order, hashOf(askedOf(order))]));
	const assignWhere = (fits: (note: T, order: Order<R>) => boolean): void => {
		for (const order of orders) {
			if (assigned.has(order)) continue;
			const note = [...left].find((each) => each.request === hashes.get(order) && fits(each, order));
			if (note === undefined) continue;
			left.delete(note);
			assigned.set(order, note);
		}
	};
	assignWhere((note, order) => note.itemIndex === order.itemIndex && note.imageIndex === order.imageIndex);
	assignWhere(() => true);
	return assigned;
}
