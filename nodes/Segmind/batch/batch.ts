import type { IExecuteFunctions } from 'n8n-workflow';

import { requestBalance } from '../api/account';
import { SegmindClient } from '../api/client';
import { PendingError, SegmindError, uncertainError } from '../api/errors';
import type { QueuedRequest } from '../api/queue';
import { createYielder, Deadline } from '../api/wait';
import type { Failure, Job } from '../jobs/jobs';
import type { BatchOptions } from '../jobs/optionTable';
import { storeResult } from '../output/binaryData';
import type { Delivery } from '../output/item';
import { toDeliveries } from '../output/item';
import type { Result, StoredResult } from '../output/result';
import { untilCancelled } from './cancellation';
import { JobFileNames } from './jobFileNames';
import { LearnedLimit } from './learnedLimit';
import type { Ledger } from './ledger';
import { Concurrency, mapConcurrent } from './mapConcurrent';
import { cancelledError, paceOf, RateLimiter } from './rateLimiter';
import { keptError, restorePaid } from './restore';
import { retryFreeCall, sendWithRetries } from './retry';
import { ESTIMATE, SpendingLimit } from './spendingLimit';
import type { Task } from './task';
import { Uploads } from './uploads';

type Outcomes = ReadonlyArray<Delivery | Failure>;

/** Turns jobs into deliveries: what is paid for already is handed over, the rest is sent. */
export class Batch<R> {
	readonly limiter: RateLimiter;

	readonly spending: SpendingLimit;

	readonly concurrency: Concurrency;

	readonly uploads: Uploads;

	private readonly fileNames: JobFileNames<R>;

	private readonly inFlight = new Set<Job<R>>();

	private clients: Promise<SegmindClient> | undefined;

	private readonly yieldIfNeeded = createYielder();

	/**
	 * @param ledger with what earlier tries left about the jobs
	 * @param stopsOnError whether nothing more is sent after the first error
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly task: Task<R>,
		options: BatchOptions,
		private readonly ledger: Ledger<R>,
		private readonly jobs: ReadonlyArray<Job<R>>,
		stopsOnError: boolean,
	) {
		this.fileNames = new JobFileNames(context, task, ledger, jobs);
		const { concurrency, requestsPerMinute, minimumRemainingCredits, maximumCostPerRun } = options;
		const pace = paceOf(context, requestsPerMinute);
		this.limiter = new RateLimiter(pace, stopsOnError, context.getExecutionCancelSignal());
		this.concurrency = new Concurrency(concurrency);
		this.uploads = new Uploads(context, context.getExecutionCancelSignal());
		this.spending = new SpendingLimit(
			task.isFree ? 0 : minimumRemainingCredits,
			task.isFree ? 0 : maximumCostPerRun,
			ledger.spentOn(jobs, (job) => task.targetOf(job).price ?? ESTIMATE),
			async () => await this.readBalance(),
		);
	}

	/**
	 * Returns what became of each job, in the order of the jobs.
	 *
	 * @throws {SkippedError} as soon as the execution is cancelled
	 */
	async run(): Promise<Outcomes> {
		const work = mapConcurrent(this.jobs, this.concurrency, async (job) => await this.runJob(job));
		const outcomes = await untilCancelled(work, this.limiter.cancelled, () => {
			for (const job of this.inFlight) this.recordCancelled(job);
			return cancelledError();
		});
		return outcomes.flat();
	}

	private recordCancelled(job: Job<R>): void {
		if (this.task.isFree || this.ledger.queuedOf(job) !== undefined) return;
		const error = uncertainError('The execution was cancelled while the result was being made');
		error.attempts = 1;
		this.ledger.recordUncertain(job, error);
	}

	private async runJob(job: Job<R>): Promise<Outcomes> {
		await this.yieldIfNeeded();
		const entry = this.ledger.entryOf(job);
		if (entry?.state === 'uncertain') return [this.fail(job, SegmindError.fromData(entry.error))];
		const wasKnown = entry !== undefined;
		try {
			const restored = entry?.state === 'paid' ? await this.restore(job) : undefined;
			if (restored !== undefined) return toDeliveries(this.context, restored, job, true);
			const queued = this.ledger.queuedOf(job);
			// What is queued is paid for, so nothing holds it back that stops others from being paid for.
			const { result, attempts } =
				queued === undefined
					? await this.sendWithRetries(job)
					: { result: await this.collectEarlier(job, queued), attempts: 1 };
			const stored = await this.store(job, result, attempts);
			return toDeliveries(this.context, stored, job, wasKnown && queued !== undefined);
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			if (this.task.isFree) error.billed = 'no';
			if (error.billed === 'unknown' && !(error instanceof PendingError)) {
				this.ledger.recordUncertain(job, error);
			}
			return [this.fail(job, error)];
		}
	}

	private async restore(job: Job<R>): Promise<StoredResult | undefined> {
		const isUsable = (result: StoredResult): boolean => this.task.isUsable?.(job, result) ?? true;
		const fileName = this.fileNames.nameOf(job, null);
		return await restorePaid(this.context, this.ledger, job, isUsable, fileName);
	}

	private async sendWithRetries(
		job: Job<R>,
	): Promise<{ readonly result: Result; readonly attempts: number }> {
		const client = await this.client(job);
		this.limiter.throwIfStopped(this.task.targetOf(job));
		const prepared = await this.prepare(job, async (file) => await this.uploads.urlOf(client, file));
		// What is free is counted apart from what is made.
		const limit = LearnedLimit.of(this.task.isFree ? `${client.account} free` : client.account);
		limit.enter(this.context.getExecutionId());
		const send = async (onSent: () => void): Promise<Result> =>
			await this.send(client, job, prepared, onSent);
		return await sendWithRetries(send, job.options, this.task.targetOf(job), limit, this);
	}

	private async prepare(job: Job<R>, urlOf: Parameters<NonNullable<Task<R>['prepare']>>[1]): Promise<Job<R>> {
		return (await this.task.prepare?.(job, urlOf)) ?? job;
	}

	/** Collects what an earlier try submitted. Its files are not uploaded again. */
	private async collectEarlier(job: Job<R>, queued: QueuedRequest): Promise<Result> {
		const client = await this.client(job);
		const sent = await this.prepare(job, async (file) => this.uploads.recall(client, file));
		return await this.collect(client, job, sent, queued);
	}

	/** @param prepared the job as it is sent; the ledger knows it as `job` */
	private async send(
		client: SegmindClient,
		job: Job<R>,
		prepared: Job<R>,
		onSent: () => void,
	): Promise<Result> {
		const deadline = new Deadline(job.options.timeout);
		onSent();
		this.inFlight.add(job);
		try {
			const sent = await this.task.send(client, prepared, deadline).catch(afterSending);
			if ('result' in sent) return sent.result;
			this.ledger.record(job, { state: 'queued', queued: sent.queued });
			return await this.collect(client, job, prepared, sent.queued, deadline);
		} finally {
			this.inFlight.delete(job);
		}
	}

	private async collect(
		client: SegmindClient,
		job: Job<R>,
		prepared: Job<R>,
		queued: QueuedRequest,
		deadline = new Deadline(job.options.timeout),
	): Promise<Result> {
		return await this.task.collect(client, prepared, queued, deadline).catch((error: unknown) => {
			if (!(error instanceof SegmindError)) {
				throw new PendingError(String(error), queued.requestId, { cause: error });
			}
			if (error instanceof PendingError) throw error;
			if (this.ledger.entryOf(job)?.state === 'paid')
				throw keptError('its files could not be fetched', error);
			this.ledger.forget(job);
			throw error;
		});
	}

	private async store(job: Job<R>, result: Result, attempts: number): Promise<StoredResult> {
		const { requestId } = result.usage;
		const fileName = this.fileNames.nameOf(job, requestId);
		const nextName = (): string => this.fileNames.nextName(fileName);
		const queued = this.ledger.queuedOf(job);
		const stored = await storeResult(this.context, result, attempts, fileName, nextName).catch(
			(thrown: unknown) => {
				const error = SegmindError.from(thrown);
				const id = queued?.requestId ?? (this.task.isFree ? requestId : null);
				// What can be fetched again is not lost when it can't be stored now.
				const { message, stops } = error;
				const kept = id === null ? error : new PendingError(message, id, { cause: thrown, stops });
				throw Object.assign(kept, { attempts });
			},
		);
		if (result.status !== 'QUEUED') this.ledger.record(job, { state: 'paid', result: stored, queued });
		return stored;
	}

	private fail(job: Job<R>, error: SegmindError): Failure {
		this.limiter.stopAfter(error, this.task.targetOf(job));
		return { itemIndex: job.itemIndex, error };
	}

	private async readBalance(): Promise<number> {
		const request = async () => await requestBalance(await this.client(undefined));
		return (await retryFreeCall(request, this.limiter.cancelled)).totalCredits;
	}

	/** Opens the client when it is first needed: a run that sends nothing needs no credential. */
	private async client(job: Job<R> | undefined): Promise<SegmindClient> {
		const client = await (this.clients ??= SegmindClient.open(this.context));
		if (job !== undefined && job.itemIndex > 0) await client.checkCredential(job.itemIndex);
		return client;
	}
}

/** An error of any other kind, once a request may be out, says nothing about money. */
function afterSending(error: unknown): never {
	if (error instanceof SegmindError) throw error;
	throw uncertainError(`The response could not be read: ${String(error)}`, error);
}
