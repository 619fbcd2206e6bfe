import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { Failure } from '../request/order';
import type { Refusal } from '../segmind/refusal';
import { Unsent } from '../segmind/refusal';

/** An item that came about. */
export interface Success {
	readonly itemIndex: number;
	readonly item: INodeExecutionData;
}

/** What became of one image, or of one item. */
export type Outcome = Success | Failure;

/** Whether an outcome is a failure. */
export const isFailure = (outcome: Outcome): outcome is Failure => 'refusal' in outcome;

/** n8n tells an agent only the first line of what stops its tool, and goes on; an item tells it all. */
function isTool({ type, onError }: INode): boolean {
	return type.endsWith('Tool') && onError !== 'stopWorkflow';
}

/** Whether the first failure ends the run, rather than being an item itself. */
export const stopsAtFailure = (context: IExecuteFunctions): boolean =>
	!context.continueOnFail() && !isTool(context.getNode());

/** The failure to tell about: what was only held back has its cause in another one. */
function firstOf(failures: readonly Failure[]): Failure | undefined {
	return failures.find(({ refusal }) => !(refusal instanceof Unsent)) ?? failures[0];
}

/**
 * A refusal as n8n's item. Its json has no other keys than these three, since n8n routes nothing else to the
 * error output.
 */
function toFailedItem(refusal: Refusal, itemIndex: number): INodeExecutionData {
	const { message, advice, statusCode, cause, billed, retryable, attempts, requestId, remainingCredits } =
		refusal;
	return {
		json: {
			error: message,
			message: advice,
			details: { statusCode, cause, billed, retryable, attempts, requestId, remainingCredits },
		},
		pairedItem: { item: itemIndex },
	};
}

/**
 * A refusal as the error that stops a workflow. It is made of our own words alone: n8n's error from the request
 * holds the headers, and with them the key.
 */
function toNodeError(
	node: INode,
	{ message, advice, statusCode }: Refusal,
	itemIndex: number,
	kept?: string,
): NodeApiError | NodeOperationError {
	const description = kept === undefined ? advice : `${advice} ${kept}`;
	const options = { message, description, itemIndex };
	const error =
		statusCode === null
			? new NodeOperationError(node, message, options)
			: new NodeApiError(node, { message }, { ...options, httpCode: String(statusCode) });
	// n8n puts words of its own in place of a message in which it finds one of its codes.
	return Object.assign(error, { message, description });
}

/**
 * The node's output, in the order of the input items: a refusal is an item as well when the node may continue.
 *
 * @param kept what to say of the images that a stopped run has paid for
 * @throws {NodeApiError | NodeOperationError} for the first refusal when the node must stop
 */
export function toOutput(
	context: IExecuteFunctions,
	outcomes: readonly Outcome[],
	kept?: string,
): INodeExecutionData[] {
	const ordered = outcomes.toSorted((one, other) => one.itemIndex - other.itemIndex);
	const first = firstOf(ordered.filter(isFailure));
	if (first !== undefined && stopsAtFailure(context)) {
		throw toNodeError(context.getNode(), first.refusal, first.itemIndex, kept);
	}
	return ordered.map((outcome) =>
		isFailure(outcome) ? toFailedItem(outcome.refusal, outcome.itemIndex) : outcome.item,
	);
}
