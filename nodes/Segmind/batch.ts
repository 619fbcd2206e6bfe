import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { toFailedItem, toNodeError } from './item';
import { Refusal } from './refusal';
import type { Segmind } from './segmind';
import { openSegmind } from './segmind';

/** What an operation works with. */
export interface Run {
	readonly context: IExecuteFunctions;
	/** Segmind with the node's credential, which is read when the first item needs it. */
	readonly segmind: () => Promise<Segmind>;
}

/** Makes the output of one input item. */
export type Job = (itemIndex: number) => Promise<INodeExecutionData[]>;

/** What one operation of the node does with the items of a run. */
export type Operation = (run: Run) => Job;

/** What is not a refusal comes from an expression, a credential or n8n itself, before anything was sent. */
function toRefusal(thrown: unknown): Refusal {
	if (thrown instanceof Refusal) return thrown;
	const words = thrown instanceof Error ? thrown.message : String(thrown);
	return new Refusal(
		'request',
		words,
		"Check this item's expressions and the node's credential. Nothing was sent and nothing was billed.",
	);
}

/**
 * Runs an operation for each input item, in their order. A refusal is the output of its item when the node may
 * continue, and ends the run otherwise; one that every item would meet is met once.
 *
 * @throws {NodeApiError | NodeOperationError} for the first refusal when the node must not continue
 */
export async function runBatch(
	context: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[]> {
	let opened: Promise<Segmind> | undefined;
	const job = operation({ context, segmind: async () => await (opened ??= openSegmind(context)) });
	const output: INodeExecutionData[] = [];
	let shared: Refusal | undefined;
	for (const itemIndex of context.getInputData().keys()) {
		try {
			if (shared !== undefined) throw shared.forUnsent();
			output.push(...(await job(itemIndex)));
		} catch (thrown) {
			const refusal = toRefusal(thrown);
			if (!context.continueOnFail()) throw toNodeError(context.getNode(), refusal, itemIndex);
			if (refusal.shared) shared ??= refusal;
			output.push(toFailedItem(refusal, itemIndex));
		}
	}
	return output;
}
