import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { Kept } from '../item/item';
import type { Slip, Ticket } from '../queue/ticket';
import type { Order } from '../request/order';
import { Refusal } from '../segmind/refusal';
import type { Note, Notes, Receipt } from './notes';
import { assign, hashOf } from './notes';

/** What earlier tries settled: those orders need no request. */
export interface Settled<R> {
	readonly paid: ReadonlyMap<Order<R>, Kept>;
	readonly doubted: ReadonlyMap<Order<R>, Refusal>;
	/** Those are paid for, and still to be fetched. */
	readonly waiting: ReadonlyMap<Order<R>, Ticket>;
}

/** Where the notes stand in the node's context, which n8n hands on to each retry. */
const CONTEXT_KEY = 'paidImages';

const NOT_AGAIN = "It is not sent again on its own; set 'Retry When Billing Is Uncertain' to take the risk.";

/**
 * What this node paid for in this run, and what it perhaps paid for, across n8n's own retries: Retry On Fail runs
 * a node again in the same execution, Retry execution in a new one, and both hand over the node's context.
 */
export class Receipts<R> {
	private readonly stored: Record<string, unknown>;

	private readonly runs: Record<string, Notes>;

	private readonly run: string;

	private readonly execution: string;

	/** @param askedOf what an order asks for, as plain data */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly askedOf: (order: Order<R>) => unknown,
	) {
		this.stored = context.getContext('node');
		// n8n keeps whatever is plain data, and types it as such.
		this.runs = (this.stored[CONTEXT_KEY] ??= {}) as Record<string, Notes>;
		this.run = String(context.getWorkflowDataProxy(0).$runIndex);
		this.execution = context.getExecutionId();
	}

	/** Finds the orders that an earlier try of this run has settled. */
	async settled(orders: ReadonlyArray<Order<R>>): Promise<Settled<R>> {
		const { notes, askedOf } = this;
		const paid = new Map<Order<R>, Kept>();
		for (const [order, receipt] of assign(notes.receipts, orders, askedOf)) {
			const files = await this.restore(receipt);
			if (files === undefined) notes.receipts = notes.receipts.filter((each) => each !== receipt);
			else paid.set(order, { name: receipt.name, files, json: receipt.json });
		}
		const missing = orders.filter((order) => !paid.has(order));
		const waiting = assign(notes.waiting, missing, askedOf);
		// Who runs a failed execution again was told of the doubt, and wants the image; Retry On Fail asks nobody.
		notes.doubts = notes.doubts.filter(({ execution }) => execution === this.execution);
		const open = missing.filter((order) => !waiting.has(order) && !order.settings.retryUncertain);
		const doubted = new Map(
			[...assign(notes.doubts, open, askedOf)].map(([order, { refusal }]) => [order, Refusal.of(refusal)]),
		);
		return { paid, doubted, waiting };
	}

	/** Notes what was paid, at once: whatever happens next, it is not asked for again. */
	notePaid(order: Order<R>, kept: Kept): void {
		this.notes.receipts.push({ ...this.noteOf(order), ...kept });
	}

	/**
	 * The slip of an order: what Segmind takes into its queue is noted at once and fetched by its ticket, also by a
	 * later try.
	 *
	 * @param earlier the ticket that another try left
	 */
	slipOf(order: Order<R>, earlier: Ticket | undefined): Slip {
		let held = earlier;
		return {
			get ticket() {
				return held;
			},
			note: (ticket) => {
				held = ticket;
				this.notes.waiting.push({ ...this.noteOf(order), ...ticket });
			},
			drop: () => {
				const { waiting } = this.notes;
				this.notes.waiting = waiting.filter(({ requestId }) => requestId !== held?.requestId);
				held = undefined;
			},
		};
	}

	/** Notes what was perhaps paid. */
	noteDoubt(order: Order<R>, refusal: Refusal): void {
		const advice = `${refusal.advice} ${NOT_AGAIN}`;
		this.notes.doubts.push({ ...this.noteOf(order), refusal: { ...refusal.fields, advice } });
	}

	/** Forgets this run: everything that it was asked for was handed over. */
	clear(): void {
		delete this.runs[this.run];
		if (Object.keys(this.runs).length === 0) delete this.stored[CONTEXT_KEY];
	}

	private get notes(): Notes {
		return (this.runs[this.run] ??= { receipts: [], doubts: [], waiting: [] });
	}

	private noteOf(order: Order<R>): Note {
		const { itemIndex, imageIndex } = order;
		return { itemIndex, imageIndex, request: hashOf(this.askedOf(order)), execution: this.execution };
	}

	/** The files of a receipt, if all of them are still there. */
	private async restore({ files, execution }: Receipt): Promise<Kept['files'] | undefined> {
		const restored: Record<string, IBinaryData> = {};
		for (const [name, file] of Object.entries(files)) {
			const there = await this.restoreFile(file, execution);
			if (there === undefined) return undefined;
			restored[name] = there;
		}
		return restored;
	}

	/** A file from another execution is stored anew, because n8n deletes an execution's files with it. */
	private async restoreFile(file: IBinaryData, execution: string): Promise<IBinaryData | undefined> {
		if (file.id === undefined) return file;
		const { getBinaryStream, binaryToBuffer, prepareBinaryData } = this.context.helpers;
		try {
			const bytes = await binaryToBuffer(await getBinaryStream(file.id));
			if (bytes.length === 0) return undefined;
			return execution === this.execution
				? file
				: await prepareBinaryData(bytes, file.fileName, file.mimeType);
		} catch {
			return undefined;
		}
	}
}
