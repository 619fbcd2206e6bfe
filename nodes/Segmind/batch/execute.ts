import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { ImageRequest } from '../jobs/imageRequest';
import type { JobList } from '../jobs/jobs';
import { addHints } from '../output/hints';
import type { Delivery } from '../output/item';
import { isFailure, stopsOnError, toOutput } from '../output/output';
import { Batch } from './batch';
import { Ledger } from './ledger';
import type { Task } from './task';

/**
 * Runs the jobs of an operation and returns its output.
 *
 * @param roundings values that were changed before sending
 * @throws {NodeApiError | NodeOperationError} for the first error when the node stops on errors
 */
export async function executeJobs<R>(
	context: IExecuteFunctions,
	task: Task<R>,
	{ jobs, failures, options }: JobList<R>,
	roundings: ImageRequest['roundings'] = [],
): Promise<INodeExecutionData[]> {
	const stops = stopsOnError(context);
	// A run that is sure to fail spends nothing.
	if (stops && failures.length > 0) return toOutput(context, failures, stops);
	const ledger = new Ledger<R>(context, task.identityOf);
	const batch = new Batch(context, task, options, ledger, stops);
	const results = await batch.run(jobs);
	const deliveries = results.filter((result): result is Delivery => !isFailure(result));
	addHints(context, { roundings, deliveries, waited: batch.waited, options });
	const outcomes = [...failures, ...results];
	if (!outcomes.some(isFailure)) ledger.clear();
	const note =
		deliveries.length === 0
			? undefined
			: `${deliveries.length} of ${outcomes.length} images are paid and kept: Retry On Fail and Retry execution pay only for the rest.`;
	return toOutput(context, outcomes, stops, note);
}
