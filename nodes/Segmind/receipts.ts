import { createHash } from 'node:crypto';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { Kept } from './item';
import type { Order } from './order';
import type { RefusalFields } from './refusal';
import { Refusal } from './refusal';

/** Which image a note is about. */
interface Note {
	readonly itemIndex: number;
	readonly imageIndex: number;
	/** Hash of the request without a drawn seed. */
	readonly request: string;
	/** The execution that it was made in. */
	readonly execution: string;
}

/** What was paid for. */
interface Receipt extends Note, Kept {}

/** What was perhaps paid for. */
interface Doubt extends Note {
	readonly refusal: RefusalFields;
}

/** The notes of one run of the node. */
interface Notes {
	receipts: Receipt[];
	doubts: Doubt[];
}

/** What earlier tries settled: those orders need no request. */
export interface Settled {
	readonly paid: ReadonlyMap<Order, Kept>;
	readonly doubted: ReadonlyMap<Order, Refusal>;
}

/** Where the notes stand in the node's context, which n8n hands on to each retry. */
const CONTEXT_KEY = 'paidImages';

const NOT_AGAIN = "It is not sent again on its own; set 'Retry When Billing Is Uncertain' to take the risk.";

/** The same request gives the same hash; a seed that was drawn is no part of what was asked for. */
function hashOf({ request: { model, body, seedDrawn } }: Order): string {
	const asked = Object.entries(body).filter(([wire]) => !(seedDrawn && wire === 'seed'));
	const sorted = asked.sort(([one], [other]) => (one < other ? -1 : 1));
	return createHash('sha256')
		.update(JSON.stringify([model.id, sorted]))
		.digest('hex');
}

/**
 * Gives each note to one order: first where item and image are the same, then wherever the same was asked for,
 * since items may have been reordered or removed.
 */
function assign<T extends Note>(notes: readonly T[], orders: readonly Order[]): Map<Order, T> {
	const left = new Set(notes);
	const assigned = new Map<Order, T>();
	if (left.size === 0) return assigned;
	const hashes = new Map(orders.map((order) => [order, hashOf(order)]));
	const assignWhere = (fits: (note: T, order: Order) => boolean): void => {
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

/**
 * What this node paid for in this run, and what it perhaps paid for, across n8n's own retries: Retry On Fail runs
 * a node again in the same execution, Retry execution in a new one, and both hand over the node's context.
 */
export class Receipts {
	private readonly stored: Record<string, unknown>;

	private readonly runs: Record<string, Notes>;

	private readonly run: string;

	private readonly execution: string;

	constructor(private readonly context: IExecuteFunctions) {
		this.stored = context.getContext('node');
		// n8n keeps whatever is plain data, and types it as such.
		this.runs = (this.stored[CONTEXT_KEY] ??= {}) as Record<string, Notes>;
		this.run = String(context.getWorkflowDataProxy(0).$runIndex);
		this.execution = context.getExecutionId();
	}

	/** Finds the orders that an earlier try of this run has settled. */
	async settled(orders: readonly Order[]): Promise<Settled> {
		const { notes } = this;
		const paid = new Map<Order, Kept>();
		for (const [order, receipt] of assign(notes.receipts, orders)) {
			const file = await this.restore(receipt);
			if (file === undefined) notes.receipts = notes.receipts.filter((each) => each !== receipt);
			else paid.set(order, { file, json: receipt.json });
		}
		// Who runs a failed execution again was told of the doubt, and wants the image; Retry On Fail asks nobody.
		notes.doubts = notes.doubts.filter(({ execution }) => execution === this.execution);
		const open = orders.filter((order) => !paid.has(order) && !order.settings.retryUncertain);
		const doubted = new Map(
			[...assign(notes.doubts, open)].map(([order, { refusal }]) => [order, Refusal.of(refusal)]),
		);
		return { paid, doubted };
	}

	/** Notes what was paid, at once: whatever happens next, it is not asked for again. */
	notePaid(order: Order, { file, json }: Kept): void {
		this.notes.receipts.push({ ...this.noteOf(order), file, json });
	}

	/** Notes what was perhaps paid. */
	noteDoubt(order: Order, refusal: Refusal): void {
		const advice = `${refusal.advice} ${NOT_AGAIN}`;
		this.notes.doubts.push({ ...this.noteOf(order), refusal: { ...refusal.fields, advice } });
	}

	/** Forgets this run: everything that it was asked for was handed over. */
	clear(): void {
		delete this.runs[this.run];
		if (Object.keys(this.runs).length === 0) delete this.stored[CONTEXT_KEY];
	}

	private get notes(): Notes {
		return (this.runs[this.run] ??= { receipts: [], doubts: [] });
	}

	private noteOf(order: Order): Note {
		const { itemIndex, imageIndex } = order;
		return { itemIndex, imageIndex, request: hashOf(order), execution: this.execution };
	}

	/**
	 * The file of a receipt, if its bytes are still there. One from another execution is stored anew, because n8n
	 * deletes an execution's files with it.
	 */
	private async restore({ file, execution }: Receipt): Promise<IBinaryData | undefined> {
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
