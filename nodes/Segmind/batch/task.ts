import type { SegmindClient } from '../api/client';
import type { QueuedRequest } from '../api/queue';
import type { Deadline } from '../api/wait';
import type { InputFile } from '../jobs/inputFiles';
import type { Job } from '../jobs/jobs';
import type { Result, StoredResult } from '../output/result';
import type { ListedRequest } from './wanted';

/** Where a job goes and what it is expected to cost: jobs that share these fare alike. */
export interface Target {
	/** A model or a flow. */
	readonly endpoint: string;
	/** US dollars; undefined until a response says. */
	readonly price: number | undefined;
}

/** How an operation makes and fetches what its jobs ask for. The batch adds retries, pace, limits and the ledger. */
export interface Task<R> {
	readonly isFree: boolean;
	targetOf(job: Job<R>): Target;
	/** Returns what a job asks for, as plain data. Jobs that ask for the same are paid for once over all tries. */
	identityOf(job: Job<R>): unknown;
	/**
	 * Returns how Segmind's history lists what a job asks for, so that it can be found there. Left out where the history
	 * has no such requests.
	 */
	listedAs?(job: Job<R>): ListedRequest;
	/**
	 * Returns a file name without an extension, for jobs without a name of the user's; undefined while it depends on a
	 * request id that is not known yet.
	 */
	fileNameOf(job: Job<R>, queued: QueuedRequest | undefined, requestId: string | null): string | undefined;
	/** Returns whether Image: Get Result finds what a job made. Left out: it does. */
	isFetchable?(job: Job<R>): boolean;
	/** Returns whether an earlier result has what the job wants now. Left out: it always has. */
	isUsable?(job: Job<R>, result: StoredResult): boolean;
	/**
	 * Returns a job as it is sent. Left out: as it is.
	 *
	 * @param urlOf returns the address of a file, which is free; undefined when it is not known
	 */
	prepare?(job: Job<R>, urlOf: (file: InputFile) => Promise<string | undefined>): Promise<Job<R>>;
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
