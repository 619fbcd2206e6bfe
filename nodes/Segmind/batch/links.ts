import type { Job } from '../jobs/jobs';
import type { StoredResult } from '../output/result';
import { FILE_LIFETIME } from './historySearch';
import type { HistorySearch } from './historySearch';
import type { Task } from './task';

/** Milliseconds for which the address of a finished file is looked for. */
const LINK_DELAY = 10_000;

/**
 * Returns a result with the addresses of its files at Segmind, where the job wants them and the history knows them. The
 * response to a direct request has none.
 */
export async function withLinks<R>(
	result: StoredResult,
	job: Job<R>,
	task: Task<R>,
	history: HistorySearch,
): Promise<StoredResult> {
	const { files, usage, status } = result;
	const isComplete = status === 'QUEUED' || files.every(({ link }) => link !== undefined);
	if (job.options.linkExpiry !== 'segmind' || isComplete || task.listedAs === undefined) return result;
	const listed = task.listedAs(job);
	// Where another run may have asked for the same, only its id tells its row.
	const body = listed.isUnique ? listed.body : {};
	const since = Date.now() - FILE_LIFETIME;
	const until = performance.now() + LINK_DELAY;
	const wanted = { ...listed, body, since, requestId: usage.requestId };
	const row = await history.find(wanted, { missingUntil: until, pendingUntil: until });
	return {
		...result,
		files: files.map((file, index) => ({ ...file, link: file.link ?? row?.links[index] })),
	};
}
