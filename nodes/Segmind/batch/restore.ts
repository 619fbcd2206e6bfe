import type { IExecuteFunctions } from 'n8n-workflow';

import { PendingError } from '../api/errors';
import type { QueuedRequest } from '../api/queue';
import { isRequestId } from '../api/queue';
import type { Job } from '../jobs/jobs';
import { restoreResult } from '../output/binaryData';
import type { StoredResult } from '../output/result';
import type { Ledger } from './ledger';

/** What a job wants of a stored result. */
interface Wants {
	isUsable(result: StoredResult): boolean;
	/** Whether Segmind's history lists its request, and so has its files as well. */
	readonly isListed: boolean;
	readonly fileName: string;
}

/**
 * Returns what an earlier try paid for and stored; undefined when there is nothing, its files are gone, or it lacks what
 * the job now wants. A queued request is then fetched again, which is free.
 *
 * @throws {PendingError} when n8n has the files and can't read them now
 */
export async function restorePaid<R>(
	context: IExecuteFunctions,
	ledger: Ledger<R>,
	job: Job<R>,
	{ isUsable, isListed, fileName }: Wants,
): Promise<StoredResult | undefined> {
	const entry = ledger.entryOf(job);
	if (entry?.state !== 'paid') return undefined;
	const { queued } = entry;
	if (queued !== undefined && !isUsable(entry.result)) return undefined;
	const isOfThisExecution = ledger.isOfThisExecution(entry);
	const restored = await restoreResult(context, entry.result, isOfThisExecution, fileName);
	if (restored.state === 'found') {
		ledger.record(job, { state: 'paid', result: restored.result, queued });
		return restored.result;
	}
	if (restored.state === 'gone') {
		const known = queued ?? (isListed ? toLost(entry.result) : undefined);
		if (known === undefined) ledger.forget(job);
		else ledger.record(job, { state: 'queued', queued: known });
		return undefined;
	}
	if (queued !== undefined) return undefined;
	throw keptError('n8n could not read it', restored.error);
}

/** Returns a direct request whose files Segmind may still have; undefined without an id. It is long done. */
function toLost({ usage: { requestId }, fields: { seed } }: StoredResult): QueuedRequest | undefined {
	if (!isRequestId(requestId)) return undefined;
	const known = typeof seed === 'number' ? { seed } : {};
	return { requestId, submittedAt: 0, isLostInN8n: true, ...known };
}

/** What is paid and kept stays so, although it can't be handed over now. */
export function keptError(what: string, cause: unknown): PendingError {
	const why = cause instanceof Error ? cause.message : String(cause);
	return new PendingError(`The result is paid and kept, but ${what}: ${why}`, null, { cause });
}
