import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { addHints } from '../item/hints';
import type { Outcome } from '../item/outcome';
import { isFailure, stopsAtFailure, toOutput } from '../item/outcome';
import type { Plan } from '../request/order';
import type { Rounding } from '../request/request';
import type { Made } from '../segmind/answer';
import { runBatch } from './batch';
import { Receipts } from './receipts';
import type { Work } from './work';

/** What to say of the images that a stopped run has paid for. */
function keptOf(outcomes: readonly Outcome[]): string | undefined {
	const kept = outcomes.filter((outcome) => !isFailure(outcome)).length;
	if (kept === 0) return undefined;
	return `${kept} of ${outcomes.length} images are paid and kept: Retry On Fail and Retry execution pay only for the rest.`;
}

/**
 * Does what a run was asked for, from plan to output.
 *
 * @param roundings what was changed of the values that were entered
 * @throws {NodeApiError | NodeOperationError} for the first refusal when the node must stop
 */
export async function run<R, M extends Made>(
	context: IExecuteFunctions,
	work: Work<R, M>,
	{ orders, failures, settings }: Plan<R>,
	roundings: readonly Rounding[] = [],
): Promise<INodeExecutionData[]> {
	const stops = stopsAtFailure(context);
	// Where the first failure ends the run, nothing is spent on a run that is sure to fail.
	if (stops && failures.length > 0) return toOutput(context, failures);
	const receipts = new Receipts(context, work.askedOf);
	const { outcomes: made, paused } = await runBatch(
		{ context, work, settings, receipts, stopsAtFailure: stops },
		orders,
	);
	const outcomes = [...failures, ...made];
	addHints(context, { roundings, outcomes: made, paused, settings });
	if (!outcomes.some(isFailure)) receipts.clear();
	return toOutput(context, outcomes, keptOf(outcomes));
}
