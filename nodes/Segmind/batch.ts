import type { IExecuteFunctions } from 'n8n-workflow';

import { requestBalance } from './account';
import type { Attempted } from './attempt';
import { askPatiently, requestWithRetries } from './attempt';
import { Budget } from './budget';
import { FileNames, toDefaultName } from './fileName';
import { Gate } from './gate';
import { requestImage } from './image';
import type { Kept } from './item';
import { keep, toItem } from './item';
import type { Model } from './model/attribute';
import type { Order } from './order';
import type { Outcome } from './outcome';
import { mapAtOnce } from './pool';
import type { Receipts } from './receipts';
import { Refusal } from './refusal';
import { openSegmind } from './segmind';
import type { RunSettings } from './settings';

const MINUTE = 60_000;

/** What became of a batch. */
export interface Batch {
	/** One for each order, in the order of the orders. */
	readonly outcomes: readonly Outcome[];
	/** Milliseconds that all stood still for the rate limit. */
	readonly paused: number;
}

function nameOf({ settings, request: { body } }: Order): string {
	return settings.fileName ?? toDefaultName(String(body.prompt), Number(body.seed));
}

/** A file name for each order, without an extension and unlike all others, also those of files that are there. */
function claimNames(orders: readonly Order[], paid: ReadonlyMap<Order, Kept>): Map<Order, string> {
	const names = new FileNames();
	for (const { json } of paid.values()) names.claim(String(json.fileName).replace(/\.\w+$/, ''));
	const open = orders.filter((order) => !paid.has(order));
	return new Map(open.map((order) => [order, names.claim(nameOf(order))]));
}

/**
 * Makes the images of a run: what is paid already is handed over, the rest is sent, so many at a time.
 *
 * @param stopsAtFailure sends nothing more after the first failure; what is in flight is finished and noted
 */
export async function runBatch(
	context: IExecuteFunctions,
	model: Model,
	orders: readonly Order[],
	settings: RunSettings,
	receipts: Receipts,
	stopsAtFailure: boolean,
): Promise<Batch> {
	const { paid, doubted } = await receipts.settled(orders);
	const names = claimNames(orders, paid);
	const segmind = once(async () => await openSegmind(context));
	const { requestsPerMinute, minimumRemainingCredits, concurrency } = settings;
	const interval = requestsPerMinute === 0 ? 0 : MINUTE / requestsPerMinute;
	const gate = new Gate(interval, context.getExecutionCancelSignal());
	const askBalance = async () => await requestBalance(await segmind());
	const readBalance = async (): Promise<number> => (await askPatiently(askBalance, gate)).totalCredits;
	const budget = new Budget(minimumRemainingCredits, model.price, readBalance);

	const refuse = (order: Order, thrown: unknown): Outcome => {
		const refusal = Refusal.from(thrown);
		if (refusal.billed === 'unknown' && !doubted.has(order)) receipts.noteDoubt(order, refusal);
		if (refusal.shared || stopsAtFailure) gate.halt(refusal);
		return { itemIndex: order.itemIndex, refusal };
	};
	const deliver = async (order: Order, attempted: Attempted): Promise<Outcome> => {
		try {
			const kept = await keep(context, order.request, attempted, names.get(order) ?? '');
			receipts.notePaid(order, kept);
			(await segmind()).release(attempted.image.picture.bytes);
			return { itemIndex: order.itemIndex, item: toItem(context, kept, order, false) };
		} catch (thrown) {
			return refuse(order, thrown);
		}
	};
	const make = async (order: Order): Promise<() => Promise<Outcome>> => {
		const known = paid.get(order);
		if (known !== undefined) {
			return async () => ({ itemIndex: order.itemIndex, item: toItem(context, known, order, true) });
		}
		const doubt = doubted.get(order);
		if (doubt !== undefined) return async () => refuse(order, doubt);
		try {
			const { request, settings: own } = order;
			const send = async () => await requestImage(await segmind(), request, own.timeout);
			const attempted = await requestWithRetries(send, own, gate, budget);
			return async () => await deliver(order, attempted);
		} catch (thrown) {
			const refused = refuse(order, thrown);
			return async () => refused;
		}
	};
	return { outcomes: await mapAtOnce(orders, concurrency, make), paused: gate.paused };
}

/** Calls a function when its result is first needed, and never again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return async () => await (made ??= make());
}
