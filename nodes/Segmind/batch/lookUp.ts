import { SegmindError, SkippedError } from '../api/errors';
import { toQueuedRequest } from '../api/historyRow';
import type { Job } from '../jobs/jobs';
import type { HistorySearch } from './historySearch';
import { LONGEST_DELAY } from './historySearch';
import type { Ledger } from './ledger';
import type { Task } from './task';

function unreadableError({ message, statusCode }: SegmindError, cause: unknown): SkippedError {
	const details = { statusCode, stops: 'nothing', cause } as const;
	return new SkippedError(
		'server',
		`Not sent: with an 'Idempotency Key', the request history is read before paying, and that was not possible: ${message}`,
		"Try again later, or remove 'Idempotency Key' to go on without it. Nothing was sent and nothing was billed.",
		details,
	);
}

/**
 * Finds in the history what became of requests of an earlier try that may have been billed. What is paid for is
 * collected next; what has failed may be sent again.
 */
async function lookUpUncertain<R>(
	jobs: ReadonlyArray<Job<R>>,
	ledger: Ledger<R>,
	history: HistorySearch,
): Promise<void> {
	const now = performance.now();
	await Promise.all(
		jobs.map(async (job) => {
			const entry = ledger.entryOf(job);
			if (entry?.state !== 'uncertain' || entry.sent === undefined) return;
			const late = LONGEST_DELAY - (Date.now() - (entry.sent.since ?? 0));
			const row = await history.find(entry.sent, { missingUntil: now + late, pendingUntil: now });
			if (row?.status === 'FAILED') ledger.forget(job);
			else if (row !== undefined) ledger.record(job, { state: 'queued', queued: toQueuedRequest(row, true) });
		}),
	);
}

/** Returns whether a job is looked up before it is paid for. */
export const isKeyed = (job: Job<unknown>): boolean => job.options.idempotencyKey !== undefined;

/**
 * Finds in the history what an earlier run with the same idempotency keys has paid for.
 *
 * @returns why jobs with a key must not be sent; undefined when they may be
 */
async function lookUpKeyed<R>(
	jobs: ReadonlyArray<Job<R>>,
	task: Task<R>,
	ledger: Ledger<R>,
	history: HistorySearch,
): Promise<SkippedError | undefined> {
	const wanted = jobs
		.filter((job) => isKeyed(job) && ledger.entryOf(job) === undefined)
		.flatMap((job) => (task.listedAs === undefined ? [] : [{ ...task.listedAs(job), since: null, job }]));
	if (wanted.length === 0) return undefined;
	try {
		for (const [{ job }, row] of await history.findAll(wanted)) {
			ledger.record(job, { state: 'queued', queued: toQueuedRequest(row, false) });
		}
		return undefined;
	} catch (error) {
		return unreadableError(SegmindError.from(error), error);
	}
}

/**
 * Finds in the history what is paid for, before anything is sent, and records it in the ledger.
 *
 * @param jobs that send requests of their own
 * @param keyError why jobs with an idempotency key must not be sent, and what they ask for is not known
 * @returns why jobs with an idempotency key must not be sent; undefined when they may be
 */
export async function lookUp<R>(
	jobs: ReadonlyArray<Job<R>>,
	task: Task<R>,
	ledger: Ledger<R>,
	history: HistorySearch,
	keyError: SkippedError | undefined,
): Promise<SkippedError | undefined> {
	for (const job of jobs) history.claim(ledger.requestIdOf(job));
	await lookUpUncertain(jobs, ledger, history);
	// What a later look may settle is no risk that the user has accepted.
	ledger.forgetAcceptedRisks(jobs, history.unreadable?.retryable === true);
	return keyError ?? (await lookUpKeyed(jobs, task, ledger, history));
}
