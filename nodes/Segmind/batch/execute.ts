import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { untilCancelled } from '../api/cancellation';
import type { SkippedError } from '../api/errors';
import { PendingError } from '../api/errors';
import { openerOf } from '../api/opener';
import type { ImageRequest } from '../jobs/imageRequest';
import type { JobList } from '../jobs/jobs';
import type { Summary } from '../output/hints';
import { addHints } from '../output/hints';
import type { Delivery } from '../output/item';
import type { Outcome } from '../output/output';
import { isFailure, stopsOnError, toOutput, triesAgain } from '../output/output';
import { Batch } from './batch';
import { HistorySearch } from './historySearch';
import { Ledger } from './ledger';
import { isKeyed, lookUp } from './lookUp';
import type { Task } from './task';
import { findTwins } from './twins';

/** n8n's own retries run the node with the input that it had. */
const CHANGE_VALUE =
	"Retry execution keeps this run's input: change the value in the node and retry with the currently saved workflow, or set On Error to 'Continue (using error output)'.";

/** What to add to the error that stops the node, which is only one of several outcomes. */
function noteOf(outcomes: readonly Outcome[]): string | undefined {
	const failures = outcomes.filter(isFailure);
	const paid = outcomes.length - failures.length;
	const uncertain = failures.filter(
		({ error }) => error.billed === 'unknown' && !(error instanceof PendingError),
	).length;
	const notes = [
		...(paid === 0
			? []
			: [
					`${paid} of ${outcomes.length} results are paid and kept: Retry On Fail and Retry execution pay only for the rest.`,
				]),
		...(uncertain === 0
			? []
			: [
					`${uncertain} of ${outcomes.length} may have been billed without a result: Retry execution looks them up, and sends again what it does not find.`,
				]),
	];
	const isOfValue = failures.some(
		({ error }) => ['request', 'moderation'].includes(error.reason) && error.attempts > 0,
	);
	if (isOfValue) notes.push(CHANGE_VALUE);
	return notes.length === 0 ? undefined : notes.join(' ');
}

/** What the operation found out about the jobs. */
interface Notices {
	/** Why nothing may be sent for jobs with an idempotency key. */
	readonly keyError?: SkippedError | undefined;
	/** Values that were changed. */
	readonly roundings?: ImageRequest['roundings'];
	/** Values in a place where nothing reads them, with the right one. */
	readonly misplaced?: readonly string[];
	/** What one result is called. */
	readonly noun?: Summary['noun'];
}

/**
 * Runs the jobs of an operation and returns its output.
 *
 * @param notices what the operation found out before sending
 * @throws {NodeApiError | NodeOperationError} for the first error when the node stops on errors
 * @throws {SkippedError} when the execution is cancelled
 */
export async function executeJobs<R>(
	context: IExecuteFunctions,
	task: Task<R>,
	{ jobs, failures, options }: JobList<R>,
	{ keyError, roundings = [], misplaced = [], noun = 'image' }: Notices = {},
): Promise<INodeExecutionData[]> {
	const stops = stopsOnError(context);
	// A run that is sure to fail spends nothing.
	if (stops && failures.length > 0) return toOutput(context, failures);
	const ledger = new Ledger<R>(context, task.identityOf);
	await ledger.load(jobs);
	const open = openerOf(context);
	const cancelled = context.getExecutionCancelSignal();
	const history = new HistorySearch(open, cancelled);
	const twins = findTwins(jobs, task.identityOf);
	const own = jobs.filter((job) => !twins.has(job));
	const lookingUp = lookUp(own, task, ledger, history, keyError);
	const known = { ledger, history, twins, keyError: await untilCancelled(lookingUp, cancelled), open };
	const batch = new Batch(context, task, options, jobs, known, stops);
	const results = await batch.run();
	const deliveries = results.filter((result): result is Delivery => !isFailure(result));
	addHints(context, {
		noun,
		roundings,
		misplaced,
		deliveries,
		waited: batch.limiter.waited,
		changed: ledger.changed,
		gone: batch.gone,
		unrepeatable: jobs.filter((job) => isKeyed(job) && task.listedAs?.(job).isRepeatable === false).length,
		unreadable: history.unreadable,
		options,
	});
	const outcomes = [...failures, ...results];
	if (!triesAgain(context, outcomes)) {
		ledger.clear();
		batch.uploads.clear();
	}
	return toOutput(context, outcomes, noteOf(outcomes));
}
