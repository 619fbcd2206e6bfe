import type { SegmindClient } from '../api/client';
import type { QueuedRequest } from '../api/queue';
import type { Deadline } from '../api/wait';
import type { Job } from '../jobs/jobs';
import type { Result } from '../output/result';

/** How an operation makes and fetches what its jobs ask for. The batch adds retries, pace, limits and the ledger. */
export interface Task<R> {
	/** US dollars that one request is expected to cost until a response says. */
	readonly price: number | 'free';
	/** Returns what a job asks for, as plain data. Jobs that ask for the same are paid for once over all tries. */
	identityOf(job: Job<R>): unknown;
	/** Returns a file name without an extension, for jobs without a name of the user's. */
	fileNameOf(job: Job<R>, queued: QueuedRequest | undefined): string;
	/**
	 * Sends the paid request. A queued one is collected next.
	 *
	 * @throws {SegmindError}
	 */
	send(
		client: SegmindClient,
		job: Job<R>,
		deadline: Deadline,
	): Promise<{ readonly result: Result } | { readonly queued: QueuedRequest }>;
	/**
	 * Waits for a queued request and fetches what it made, which is free.
	 *
	 * @throws {PendingError} when a later try can fetch it; {@link SegmindError} when it failed
	 */
	collect(client: SegmindClient, job: Job<R>, queued: QueuedRequest, deadline: Deadline): Promise<Result>;
}
