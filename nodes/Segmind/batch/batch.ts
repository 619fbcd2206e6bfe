import type { IExecuteFunctions } from 'n8n-workflow';

import { requestBalance } from '../api/account';
import { SegmindClient } from '../api/client';
import { PendingError, SegmindError, uncertainError } from '../api/errors';
import type { QueuedRequest } from '../api/queue';
import { createYielder, Deadline } from '../api/wait';
import { UniqueNames } from '../files/fileName';
import type { Failure, Job } from '../jobs/jobs';
import type { BatchOptions } from '../jobs/optionTable';
import { storeResult } from '../output/binaryData';
import type { Delivery } from '../output/item';
import { toDelivery } from '../output/item';
import type { Result } from '../output/result';
import type { Ledger, LedgerEntry } from './ledger';
import { mapConcurrent } from './mapConcurrent';
import { RateLimiter } from './rateLimiter';
import { retryFreeCall, sendWithRetries } from './retry';
import { SpendingLimit } from './spendingLimit';
import type { Task } from './task';

const MINUTE = 60_000;

interface SentResult {
	readonly result: Result;
	readonly attempts: number;
}

/** Turns jobs into deliveries: what is paid for already is handed over, the rest is sent. */
export class Batch<R> {
	private readonly limiter: RateLimiter;

	private readonly spending: SpendingLimit;

	private known: ReadonlyMap<Job<R>, LedgerEntry> = new Map();

	private fileNames: ReadonlyMap<Job<R>, string> = new Map();

	private opened: Promise<SegmindClient> | undefined;

	private readonly yieldIfNeeded = createYielder();

	/** @param stopsOnError whether nothing more is sent after the first error */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly task: Task<R>,
		private readonly options: BatchOptions,
		private readonly ledger: Ledger<R>,
		private readonly stopsOnError: boolean,
	) {
		const { requestsPerMinute, minimumRemainingCredits } = options;
		const interval = requestsPerMinute === 0 ? 0 : MINUTE / requestsPerMinute;
		this.limiter = new RateLimiter(interval, context.getExecutionCancelSignal());
		const price = task.price === 'free' ? 0 : task.price;
		this.spending = new SpendingLimit(minimumRemainingCredits, price, async () => await this.readBalance());
	}

	/** Milliseconds that all requests waited for the server's rate limit. */
	get waited(): number {
		return this.limiter.waited;
	}

	/** Returns what became of each job, in the order of the jobs. */
	async run(jobs: ReadonlyArray<Job<R>>): Promise<Array<Delivery | Failure>> {
		this.known = await this.ledger.load(jobs);
		this.fileNames = this.claimFileNames(jobs);
		return await mapConcurrent(jobs, this.options.concurrency, async (job) => await this.runJob(job));
	}

	/** Gives each open job a file name that no other file of the run has. */
	private claimFileNames(jobs: ReadonlyArray<Job<R>>): Map<Job<R>, string> {
		const names = UniqueNames.forFiles();
		const open: Array<Job<R>> = [];
		for (const job of jobs) {
			const entry = this.known.get(job);
			if (entry?.state === 'paid') names.claim(entry.result.fileName);
			else open.push(job);
		}
		const nameOf = (job: Job<R>): string =>
			job.options.fileName ?? this.task.fileNameOf(job, this.ledger.queuedOf(job));
		return new Map(open.map((job) => [job, names.claim(nameOf(job))]));
	}

	private async runJob(job: Job<R>): Promise<Delivery | Failure> {
		const entry = this.known.get(job);
		if (entry?.state === 'paid') {
			await this.yieldIfNeeded();
			return toDelivery(this.context, entry.result, job, true);
		}
		if (entry?.state === 'uncertain') return this.fail(job, SegmindError.fromData(entry.error));
		try {
			const attempted =
				entry === undefined
					? await sendWithRetries(async () => await this.send(job), job.options, this.limiter, this.spending)
					: // It is paid for, so nothing holds it back that stops others from being paid for.
						{ result: await this.collect(job, entry.queued), attempts: 1 };
			return await this.deliver(job, attempted);
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			const isUncertain = error.billed === 'unknown' && !(error instanceof PendingError);
			if (isUncertain && this.task.price !== 'free') this.ledger.recordUncertain(job, error);
			return this.fail(job, error);
		}
	}

	private async send(job: Job<R>): Promise<Result> {
		const client = await this.client();
		const deadline = new Deadline(job.options.timeout);
		const sent = await this.task.send(client, job, deadline).catch(afterSending);
		if ('result' in sent) return sent.result;
		this.ledger.record(job, { state: 'queued', queued: sent.queued });
		return await this.collect(job, sent.queued, deadline);
	}

	private async collect(
		job: Job<R>,
		queued: QueuedRequest,
		deadline = new Deadline(job.options.timeout),
	): Promise<Result> {
		const client = await this.client();
		return await this.task.collect(client, job, queued, deadline).catch((error: unknown) => {
			if (!(error instanceof SegmindError)) {
				throw new PendingError(String(error), queued.requestId, { cause: error });
			}
			if (!(error instanceof PendingError)) this.ledger.forget(job);
			throw error;
		});
	}

	private async deliver(job: Job<R>, { result, attempts }: SentResult): Promise<Delivery> {
		const isQueued = result.status === 'QUEUED';
		const fileName = this.fileNames.get(job) ?? '';
		const stored = await storeResult(this.context, result, fileName, attempts).catch((error: unknown) => {
			throw this.storageError(job, result, error);
		});
		if (!isQueued) this.ledger.record(job, { state: 'paid', result: stored });
		return toDelivery(this.context, stored, job, isQueued && this.known.has(job));
	}

	/** What can be fetched again is not lost when it can't be stored now. */
	private storageError(job: Job<R>, { usage }: Result, thrown: unknown): SegmindError {
		const error = SegmindError.from(thrown);
		const requestId =
			this.ledger.queuedOf(job)?.requestId ?? (this.task.price === 'free' ? usage.requestId : null);
		return requestId === null ? error : new PendingError(error.message, requestId, { cause: thrown });
	}

	private fail(job: Job<R>, error: SegmindError): Failure {
		if (error.stopsBatch || this.stopsOnError) this.limiter.stop(error);
		return { itemIndex: job.itemIndex, error };
	}

	private async readBalance(): Promise<number> {
		const request = async () => await requestBalance(await this.client());
		return (await retryFreeCall(request, this.limiter.cancelled)).totalCredits;
	}

	/** Opens the client when it is first needed: a run that sends nothing needs no credential. */
	private async client(): Promise<SegmindClient> {
		return await (this.opened ??= SegmindClient.open(this.context));
	}
}

/** An error of any other kind, once a request may be out, says nothing about money. */
function afterSending(error: unknown): never {
	if (error instanceof SegmindError) throw error;
	throw uncertainError(`The response could not be read: ${String(error)}`, error);
}
