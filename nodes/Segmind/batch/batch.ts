import type { IExecuteFunctions } from 'n8n-workflow';

import type { Kept } from '../item/item';
import { toItem } from '../item/item';
import type { Outcome } from '../item/outcome';
import type { Slip, Ticket } from '../queue/ticket';
import { FileNames } from '../request/fileName';
import type { Order } from '../request/order';
import type { RunSettings } from '../request/settings';
import { requestBalance } from '../segmind/account';
import type { Made } from '../segmind/answer';
import { awaited, uncertain } from '../segmind/meaning';
import { Awaited, Refusal } from '../segmind/refusal';
import { openSegmind } from '../segmind/segmind';
import { askPatiently, requestWithRetries } from './attempt';
import { Budget } from './budget';
import { Gate } from './gate';
import { mapAtOnce } from './pool';
import type { Receipts } from './receipts';
import type { Attempted, Work } from './work';

const MINUTE = 60_000;

/** What became of a batch. */
export interface Batch {
	/** One for each order, in the order of the orders. */
	readonly outcomes: readonly Outcome[];
	/** Milliseconds that all stood still for the rate limit. */
	readonly paused: number;
}

/** A file name for each order, without an extension and unlike all others, also those of files that are there. */
function claimNames<R>(
	orders: ReadonlyArray<Order<R>>,
	paid: ReadonlyMap<Order<R>, Kept>,
	waiting: ReadonlyMap<Order<R>, Ticket>,
	nameOf: (request: R, ticket: Ticket | undefined) => string,
): Map<Order<R>, string> {
	const names = new FileNames();
	for (const { name } of paid.values()) names.claim(name);
	const open = orders.filter((order) => !paid.has(order));
	return new Map(
		open.map((order) => [
			order,
			names.claim(order.settings.fileName ?? nameOf(order.request, waiting.get(order))),
		]),
	);
}

/** The slip of one order, which holds the ticket of an earlier try at first. */
function slipOf<R>(order: Order<R>, receipts: Receipts<R>, earlier: Ticket | undefined): Slip {
	let held = earlier;
	return {
		get ticket() {
			return held;
		},
		note(ticket) {
			held = ticket;
			receipts.noteWaiting(order, ticket);
		},
		drop() {
			if (held !== undefined) receipts.dropWaiting(held);
			held = undefined;
		},
	};
}

/**
 * Does the work of a run: what is paid already is handed over, the rest is sent, so many at a time.
 *
 * @param stopsAtFailure sends nothing more after the first failure; what is in flight is finished and noted
 */
export async function runBatch<R, M extends Made>(
	context: IExecuteFunctions,
	work: Work<R, M>,
	orders: ReadonlyArray<Order<R>>,
	settings: RunSettings,
	receipts: Receipts<R>,
	stopsAtFailure: boolean,
): Promise<Batch> {
	const { paid, doubted, waiting } = await receipts.settled(orders);
	const names = claimNames(orders, paid, waiting, work.nameOf);
	const segmind = once(async () => await openSegmind(context));
	const { requestsPerMinute, minimumRemainingCredits, concurrency } = settings;
	const interval = requestsPerMinute === 0 ? 0 : MINUTE / requestsPerMinute;
	const gate = new Gate(interval, context.getExecutionCancelSignal());
	const askBalance = async () => await requestBalance(await segmind());
	const readBalance = async (): Promise<number> => (await askPatiently(askBalance, gate)).totalCredits;
	const budget = new Budget(minimumRemainingCredits, work.price, readBalance);

	// What costs nothing is fetched again without a second thought.
	const isFree = work.price === 0;
	const refuse = (order: Order<R>, thrown: unknown): Outcome => {
		const refusal = Refusal.from(thrown);
		const isDoubt = refusal.billed === 'unknown' && !isFree && !(refusal instanceof Awaited);
		if (isDoubt && !doubted.has(order)) receipts.noteDoubt(order, refusal);
		if (refusal.shared || stopsAtFailure) gate.halt(refusal);
		return { itemIndex: order.itemIndex, refusal };
	};
	const deliver = async (order: Order<R>, attempted: Attempted<M>, slip: Slip): Promise<Outcome> => {
		try {
			const kept = await work.keep(context, order, attempted, names.get(order) ?? '');
			const { waits = false } = attempted.made;
			if (!waits) {
				receipts.notePaid(order, kept);
				slip.drop();
			}
			const { release } = await segmind();
			for (const buffer of attempted.made.buffers) release(buffer);
			return { itemIndex: order.itemIndex, item: toItem(context, kept, order, waits && waiting.has(order)) };
		} catch (thrown) {
			const refusal = Refusal.from(thrown);
			const requestId = slip.ticket?.requestId ?? (isFree ? attempted.made.told.requestId : null);
			return refuse(order, requestId === null ? refusal : awaited(refusal.message, requestId));
		}
	};
	const make = async (order: Order<R>): Promise<() => Promise<Outcome>> => {
		const known = paid.get(order);
		if (known !== undefined) {
			return async () => ({ itemIndex: order.itemIndex, item: toItem(context, known, order, true) });
		}
		const doubt = doubted.get(order);
		if (doubt !== undefined) return async () => refuse(order, doubt);
		try {
			const slip = slipOf(order, receipts, waiting.get(order));
			const send = async (): Promise<M> => {
				const opened = await segmind();
				return await work.send(opened, order, slip).catch(afterSending);
			};
			// What has a ticket is paid for: nothing that stops others from being paid for holds it back.
			const attempted =
				slip.ticket === undefined
					? await requestWithRetries(send, order.settings, gate, budget)
					: { made: await send(), attempts: 1 };
			return async () => await deliver(order, attempted, slip);
		} catch (thrown) {
			const refused = refuse(order, thrown);
			return async () => refused;
		}
	};
	return { outcomes: await mapAtOnce(orders, concurrency, make), paused: gate.paused };
}

/** Whatever breaks once a request may be out says nothing about money. */
function afterSending(thrown: unknown): never {
	throw thrown instanceof Refusal ? thrown : uncertain(`What came could not be read: ${String(thrown)}`);
}

/** Calls a function when its result is first needed, and never again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return async () => await (made ??= make());
}
