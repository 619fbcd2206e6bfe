import type { IExecuteFunctions } from 'n8n-workflow';

import type { Kept } from '../item/item';
import { toItem } from '../item/item';
import type { Outcome } from '../item/outcome';
import type { Slip } from '../queue/ticket';
import { FileNames } from '../request/fileName';
import type { Order } from '../request/order';
import type { RunSettings } from '../request/settings';
import { requestBalance } from '../segmind/account';
import type { Made } from '../segmind/answer';
import { discard } from '../segmind/body';
import { awaited, uncertain } from '../segmind/meaning';
import { Awaited, Refusal } from '../segmind/refusal';
import type { Segmind } from '../segmind/segmind';
import { openSegmind } from '../segmind/segmind';
import { askPatiently, requestWithRetries } from './attempt';
import { Budget } from './budget';
import { Gate } from './gate';
import { mapAtOnce } from './pool';
import type { Receipts, Settled } from './receipts';
import type { Attempted, Work } from './work';

const MINUTE = 60_000;

/** What all orders of a run share. */
export interface Run<R, M extends Made> {
	readonly context: IExecuteFunctions;
	readonly work: Work<R, M>;
	readonly settings: RunSettings;
	readonly receipts: Receipts<R>;
	/** Sends nothing more after the first failure; what is in flight is finished and noted. */
	readonly stopsAtFailure: boolean;
}

/** What became of a batch. */
export interface Done {
	/** One for each order, in the order of the orders. */
	readonly outcomes: readonly Outcome[];
	/** Milliseconds that all stood still for the rate limit. */
	readonly paused: number;
}

/** Does the work of a run: what is paid already is handed over, the rest is sent, so many at a time. */
export async function runBatch<R, M extends Made>(
	run: Run<R, M>,
	orders: ReadonlyArray<Order<R>>,
): Promise<Done> {
	const settled = await run.receipts.settled(orders);
	const batch = new Batch(run, settled, claimNames(orders, settled, run.work));
	const outcomes = await mapAtOnce(
		orders,
		run.settings.concurrency,
		async (order) => await batch.begin(order),
	);
	return { outcomes, paused: batch.paused };
}

/** A file name for each order, without an extension and unlike all others, also those of files that are there. */
function claimNames<R, M extends Made>(
	orders: ReadonlyArray<Order<R>>,
	{ paid, waiting }: Settled<R>,
	{ nameOf }: Work<R, M>,
): ReadonlyMap<Order<R>, string> {
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

/** Takes the orders of a run one by one, each from what earlier tries settled to its outcome. */
class Batch<R, M extends Made> {
	private readonly gate: Gate;

	private readonly budget: Budget;

	private opened: Promise<Segmind> | undefined;

	constructor(
		private readonly run: Run<R, M>,
		private readonly settled: Settled<R>,
		private readonly names: ReadonlyMap<Order<R>, string>,
	) {
		const { context, work, settings } = run;
		const { requestsPerMinute, minimumRemainingCredits } = settings;
		const interval = requestsPerMinute === 0 ? 0 : MINUTE / requestsPerMinute;
		this.gate = new Gate(interval, context.getExecutionCancelSignal());
		this.budget = new Budget(minimumRemainingCredits, work.price, async () => await this.readBalance());
	}

	get paused(): number {
		return this.gate.paused;
	}

	/** Brings an order to its answer; what is called then brings it to its outcome, while the next one is sent. */
	async begin(order: Order<R>): Promise<() => Promise<Outcome>> {
		const { paid, doubted, waiting } = this.settled;
		const kept = paid.get(order);
		if (kept !== undefined) return async () => this.handOver(order, kept, true);
		const doubt = doubted.get(order);
		if (doubt !== undefined) return async () => this.refuse(order, doubt);
		try {
			const slip = this.run.receipts.slipOf(order, waiting.get(order));
			const attempted = await this.send(order, slip);
			return async () => await this.deliver(order, attempted, slip);
		} catch (thrown) {
			const refused = this.refuse(order, thrown);
			return async () => refused;
		}
	}

	private async send(order: Order<R>, slip: Slip): Promise<Attempted<M>> {
		const send = async (): Promise<M> => {
			const segmind = await this.segmind();
			return await this.run.work.send(segmind, order, slip).catch(afterSending);
		};
		// What has a ticket is paid for: nothing that stops others from being paid for holds it back.
		return slip.ticket === undefined
			? await requestWithRetries(send, order.settings, this.gate, this.budget)
			: { made: await send(), attempts: 1 };
	}

	private async deliver(order: Order<R>, attempted: Attempted<M>, slip: Slip): Promise<Outcome> {
		const { context, work, receipts } = this.run;
		const { waits = false, buffers, told } = attempted.made;
		try {
			const kept = await work.keep(context, order, attempted, this.names.get(order) ?? '');
			if (!waits) {
				receipts.notePaid(order, kept);
				slip.drop();
			}
			buffers.forEach(discard);
			return this.handOver(order, kept, waits && this.settled.waiting.has(order));
		} catch (thrown) {
			const refusal = Refusal.from(thrown);
			const requestId = slip.ticket?.requestId ?? (this.isFree ? told.requestId : null);
			return this.refuse(order, requestId === null ? refusal : awaited(refusal.message, requestId));
		}
	}

	private handOver(order: Order<R>, kept: Kept, alreadyPaid: boolean): Outcome {
		return { itemIndex: order.itemIndex, item: toItem(this.run.context, kept, order, alreadyPaid) };
	}

	private refuse(order: Order<R>, thrown: unknown): Outcome {
		const { receipts, stopsAtFailure } = this.run;
		const refusal = Refusal.from(thrown);
		const isDoubt = refusal.billed === 'unknown' && !this.isFree && !(refusal instanceof Awaited);
		if (isDoubt && !this.settled.doubted.has(order)) receipts.noteDoubt(order, refusal);
		if (refusal.shared || stopsAtFailure) this.gate.halt(refusal);
		return { itemIndex: order.itemIndex, refusal };
	}

	/** What costs nothing is fetched again without a second thought. */
	private get isFree(): boolean {
		return this.run.work.price === 0;
	}

	private async readBalance(): Promise<number> {
		const ask = async () => await requestBalance(await this.segmind());
		return (await askPatiently(ask, this.gate)).totalCredits;
	}

	/** A run that sends nothing needs no credential. */
	private async segmind(): Promise<Segmind> {
		return await (this.opened ??= openSegmind(this.run.context));
	}
}

/** Whatever breaks once a request may be out says nothing about money. */
function afterSending(thrown: unknown): never {
	throw thrown instanceof Refusal ? thrown : uncertain(`What came could not be read: ${String(thrown)}`);
}
