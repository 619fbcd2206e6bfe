import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { SegmindError } from '../api/errors';
import { PendingError, SkippedError } from '../api/errors';
import type { Failure } from '../jobs/jobs';
import { addFailureHints } from './failureHints';

/** What became of one job, or of one item. */
export type Outcome = { readonly itemIndex: number; readonly item: INodeExecutionData } | Failure;

/** Returns whether an outcome is a failure. */
export const isFailure = (outcome: object): outcome is Failure => 'error' in outcome;

/** n8n shows an agent only the first line of an error that stops its tool; an item shows it everything. */
function continuesAsTool({ type, onError }: INode): boolean {
	return type.endsWith('Tool') && onError !== 'stopWorkflow';
}

/** Returns whether the first error stops the node, rather than becoming an item. */
export const stopsOnError = (context: IExecuteFunctions): boolean =>
	!context.continueOnFail() && !continuesAsTool(context.getNode());

/**
 * Returns an error as an item. Its json has no keys but these three, since n8n routes nothing else to the error output.
 *
 * @param isTool whether an agent may try again, for which the ledger is kept; a flow that goes on has no ledger
 */
function toErrorItem(error: SegmindError, itemIndex: number, isTool: boolean): INodeExecutionData {
	const { message, statusCode, reason, billed, attempts, requestId, remainingCredits } = error;
	const paysAgain = error instanceof PendingError && billed === 'unknown' && !isTool && !error.isKeyed;
	const description = paysAgain ? error.descriptionWithoutRetry : error.description;
	const retryable = error.retryable && !paysAgain;
	return {
		json: {
			error: message,
			message: description,
			details: { statusCode, cause: reason, billed, retryable, attempts, requestId, remainingCredits },
		},
		pairedItem: { item: itemIndex },
	};
}

/**
 * Returns the error that stops a workflow. It contains only the node's own words: the original error holds the request's headers,
 * and with them the key.
 */
export function toNodeError(
	node: INode,
	{ message, description: advice, statusCode }: SegmindError,
	itemIndex: number,
	note?: string,
): NodeApiError | NodeOperationError {
	const description = note === undefined ? advice : `${advice} ${note}`;
	const options = { message, description, itemIndex };
	const error =
		statusCode === null
			? new NodeOperationError(node, message, options)
			: new NodeApiError(node, { message }, { ...options, httpCode: String(statusCode) });
	// n8n replaces a message in which it finds one of its codes, such as ENOENT.
	return Object.assign(error, { message, description });
}

const inInputOrder = (outcomes: readonly Outcome[]): Outcome[] =>
	outcomes.toSorted((one, other) => one.itemIndex - other.itemIndex);

/**
 * Returns whether n8n, or an agent, may run the node again for these outcomes: after an error that stops it, and with
 * Retry On Fail after a first item that is an error.
 */
export function triesAgain(context: IExecuteFunctions, outcomes: readonly Outcome[]): boolean {
	const { type, retryOnFail } = context.getNode();
	const [first] = inInputOrder(outcomes);
	if (stopsOnError(context) || type.endsWith('Tool')) return outcomes.some(isFailure);
	return retryOnFail === true && first !== undefined && isFailure(first);
}

/** The failure to report: one that was skipped has its cause in another one. */
const mainFailure = (failures: readonly Failure[]): Failure | undefined =>
	failures.find(({ error }) => !(error instanceof SkippedError)) ?? failures[0];

/**
 * Returns the node's output in the order of the input items.
 *
 * @param note what to add to the error that stops the node
 * @throws {NodeApiError | NodeOperationError} for the first error when the node stops
 */
export function toOutput(
	context: IExecuteFunctions,
	outcomes: readonly Outcome[],
	note?: string,
): INodeExecutionData[] {
	const ordered = inInputOrder(outcomes);
	const failure = mainFailure(ordered.filter(isFailure));
	if (failure !== undefined && stopsOnError(context)) {
		throw toNodeError(context.getNode(), failure.error, failure.itemIndex, note);
	}
	addFailureHints(context, ordered);
	const isTool = context.getNode().type.endsWith('Tool');
	return ordered.map((outcome) =>
		isFailure(outcome) ? toErrorItem(outcome.error, outcome.itemIndex, isTool) : outcome.item,
	);
}
