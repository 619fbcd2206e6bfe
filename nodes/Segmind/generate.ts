import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { runBatch } from './batch';
import { addHints } from './hints';
import type { Model } from './model/attribute';
import { toPlan } from './order';
import type { Outcome } from './outcome';
import { isFailure, stopsAtFailure, toOutput } from './outcome';
import { Receipts } from './receipts';

/** What to say of the images that a stopped run has paid for. */
function keptOf(outcomes: readonly Outcome[]): string | undefined {
	const kept = outcomes.filter((outcome) => !isFailure(outcome)).length;
	if (kept === 0) return undefined;
	return `${kept} of ${outcomes.length} images are paid and kept: Retry On Fail and Retry execution pay only for the rest.`;
}

/** image: generate with one model. */
export const generate =
	(model: Model) =>
	async (context: IExecuteFunctions): Promise<INodeExecutionData[]> => {
		const { orders, failures, settings } = toPlan(context, model);
		const stops = stopsAtFailure(context);
		// Where the first failure ends the run, nothing is spent on a run that is sure to fail.
		if (stops && failures.length > 0) return toOutput(context, failures);
		const receipts = new Receipts(context);
		const { outcomes: made, paused } = await runBatch(context, model, orders, settings, receipts, stops);
		const outcomes = [...failures, ...made];
		addHints(context, { orders, outcomes: made, paused, settings });
		if (!outcomes.some(isFailure)) receipts.clear();
		return toOutput(context, outcomes, keptOf(outcomes));
	};
