import type { IExecuteFunctions } from 'n8n-workflow';

import { requestBalance } from '../api/account';
import { cancelledError, untilCancelled } from '../api/cancellation';
import type { SkippedError } from '../api/errors';
import { PendingError, SegmindError } from '../api/errors';
import type { Opener } from '../api/opener';
import type { QueuedRequest } from '../api/queue';
import { createYielder } from '../api/wait';
import type { Failure, Job } from '../jobs/jobs';
import type { BatchOptions } from '../jobs/optionTable';
import { storeResult } from '../output/binaryData';
import type { Delivery } from '../output/item';
import { toDeliveries } from '../output/item';
import { isFailure } from '../output/output';
import type { Result, StoredResult } from '../output/result';
import { limitOf } from './accountLimits';
import type { HistorySearch } from './historySearch';
import { JobFileNames } from './jobFileNames';
import type { Ledger } from './ledger';
import { withLinks } from './links';
import { isKeyed } from './lookUp';
import { Concurrency, mapConcurrent } from './mapConcurrent';
import { paceOf, RateLimiter } from './rateLimiter';
import { restorePaid } from './restore';
import { retryFreeCall, sendWithRetries } from './retry';
import { isFileGone, isGone, Sender } from './sender';
import { ESTIMATE, SpendingLimit } from './spendingLimit';
import type { Task } from './task';
import { Uploads } from './uploads';

const KEPT_ON_CANCEL =
	'What was sent may be billed: Retry execution hands over what was paid for, as far as n8n keeps a cancelled run.';

/** What is known before the first request is sent. */
interface Known<R> {
	/** With what earlier tries and runs paid for. */
	readonly ledger: Ledger<R>;
	readonly history: HistorySearch;
	/** The job that a job shares its request with. */
	readonly twins: ReadonlyMap<Job<R>, Job<R>>;
	/** Why nothing may be sent for jobs with an idempotency key; undefined when it may. */
	readonly keyError: SkippedError | undefined;
	readonly open: Opener;
}

/** A result that is paid for and stored. */
interface Paid<R> {
	readonly job: Job<R>;
	readonly result: StoredResult;
	/** Whether an earlier try or run paid for it. */
	readonly alreadyPaid: boolean;
}

/** Turns jobs into deliveries: what is paid for already is handed over, the rest is sent. */
export class Batch<R> {
	readonly limiter: RateLimiter;

	readonly spending: SpendingLimit;

	readonly concurrency: Concurrency;

	/** Requests of earlier runs that are made again, since Segmind no longer has their files. */
	gone = 0;

	readonly uploads: Uploads;

	private readonly fileNames: JobFileNames<R>;

	private readonly sender: Sender<R>;

	private readonly outcomes = new Map<Job<R>, Promise<Paid<R> | Failure>>();

	/** Whether n8n has stored a result of this run. */
	private hasStored = false;

	private readonly yieldIfNeeded = createYielder();

	/** @param stopsOnError whether nothing more is sent after the first error */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly task: Task<R>,
		options: BatchOptions,
		private readonly jobs: ReadonlyArray<Job<R>>,
		private readonly known: Known<R>,
		stopsOnError: boolean,
	) {
		const { ledger, history } = known;
		this.fileNames = new JobFileNames(context, task, ledger, jobs);
		this.sender = new Sender(task, ledger, history);
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
	async run(): Promise<ReadonlyArray<Delivery | Failure>> {
		const work = this.runJobs();
		return await untilCancelled(work, this.limiter.cancelled, () => {
			this.sender.recordCancelled();
			return this.sender.hasSent && !this.task.isFree ? cancelledError(KEPT_ON_CANCEL) : cancelledError();
		});
	}

	private async runJobs(): Promise<ReadonlyArray<Delivery | Failure>> {
		const outcomes = await mapConcurrent(this.jobs, this.concurrency, async (job, release) => {
			const outcome = this.yieldIfNeeded().then(async () => await this.runJob(job, release));
			// At once, since a twin may overtake a job that yields.
			this.outcomes.set(job, outcome);
			return await outcome;
		});
		const { history } = this.known;
		const linked = await Promise.all(
			outcomes.map(async (outcome) =>
				isFailure(outcome)
					? outcome
					: { ...outcome, result: await withLinks(outcome.result, outcome.job, this.task, history) },
			),
		);
		return linked.flatMap<Delivery | Failure>((outcome) =>
			isFailure(outcome)
				? [outcome]
				: toDeliveries(this.context, outcome.result, outcome.job, outcome.alreadyPaid),
		);
	}

	private async runJob(job: Job<R>, release: () => void): Promise<Paid<R> | Failure> {
		const { ledger, keyError, twins } = this.known;
		const first = twins.get(job);
		const shared = first && (await this.outcomes.get(first));
		if (shared !== undefined) {
			if (isFailure(shared)) return { ...shared, itemIndex: job.itemIndex };
			// It cost nothing more.
			const usage = { ...shared.result.usage, cost: null };
			return { job, result: { ...shared.result, usage }, alreadyPaid: true };
		}
		const entry = ledger.entryOf(job);
		if (entry?.state === 'uncertain') return this.fail(job, SegmindError.fromData(entry.error));
		if (entry === undefined && keyError !== undefined && isKeyed(job)) return this.fail(job, keyError);
		try {
			return (await this.handOver(job)) ?? (await this.make(job, release));
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			if (this.task.isFree) error.billed = 'no';
			if (error.billed === 'unknown' && !(error instanceof PendingError)) {
				this.sender.recordUncertain(job, error);
			}
			return this.fail(job, error);
		}
	}

	/** Returns what an earlier try or run paid for; undefined when there is nothing. */
	private async handOver(job: Job<R>): Promise<Paid<R> | undefined> {
		const { ledger } = this.known;
		const isUsable = (result: StoredResult): boolean => this.task.isUsable?.(job, result) ?? true;
		const stored = await this.restore(job, isUsable);
		if (stored !== undefined) return stored;
		const queued = ledger.queuedOf(job);
		// What is queued is paid for, so nothing holds it back that stops others from being paid for.
		if (queued === undefined) return undefined;
		const client = await this.known.open(job.itemIndex);
		// Its files are not uploaded again.
		const sent = await this.prepare(job, async (file) => this.uploads.recall(client, file));
		const collected = await this.sender.collect(client, job, sent, queued).catch(SegmindError.from);
		if (collected instanceof SegmindError) return await this.replace(job, queued, collected);
		return { job, result: await this.store(job, collected, 1), alreadyPaid: true };
	}

	/**
	 * Returns what there is instead of a queued request that can't be collected; undefined when it may be sent again.
	 *
	 * @throws {SegmindError} why it can't be collected, when it may not be sent again
	 */
	private async replace(
		job: Job<R>,
		queued: QueuedRequest,
		error: SegmindError,
	): Promise<Paid<R> | undefined> {
		const { ledger } = this.known;
		const isMissing = isGone(error, queued);
		if (ledger.entryOf(job)?.state === 'paid') {
			// What it lacks can't be fetched any more, unless it has an id to be fetched by.
			const stored = isMissing || error.requestId === null ? await this.restore(job, () => true) : undefined;
			if (stored === undefined) throw error;
			return stored;
		}
		const hasFailed = error.billed === 'no' && ledger.queuedOf(job) === undefined;
		if (hasFailed && error.retryable) {
			if (queued.recovered !== false) this.spending.refund(this.task.targetOf(job).price ?? ESTIMATE);
			return undefined;
		}
		const isLost = queued.isLostInN8n === true && (isMissing || ledger.queuedOf(job) === undefined);
		if (!isLost && !(isKeyed(job) && isFileGone(error, queued))) throw error;
		ledger.forget(job);
		this.gone += 1;
		return undefined;
	}

	private async restore(
		job: Job<R>,
		isUsable: (result: StoredResult) => boolean,
	): Promise<Paid<R> | undefined> {
		const { ledger } = this.known;
		if (ledger.entryOf(job)?.state !== 'paid') return undefined;
		const isListed = this.task.listedAs !== undefined;
		const fileName = this.fileNames.nameOf(job, null);
		const result = await restorePaid(this.context, ledger, job, { isUsable, isListed, fileName });
		return result && { job, result, alreadyPaid: true };
	}

	/** Pays for a result. */
	private async make(job: Job<R>, release: () => void): Promise<Paid<R>> {
		const client = await this.known.open(job.itemIndex);
		this.limiter.throwIfStopped(this.task.targetOf(job));
		const prepared = await this.prepare(job, async (file) => await this.uploads.urlOf(client, file));
		// What is free is counted apart from what is made.
		const account = this.task.isFree ? `${client.account} free` : client.account;
		const limit = limitOf(account, this.context.getExecutionId());
		const send = async (onSent: () => void): Promise<Result> =>
			await this.sender.send(client, job, prepared, onSent);
		const target = this.task.targetOf(job);
		try {
			const { result, attempts } = await sendWithRetries(send, job.options, target, limit, this);
			// The next request need not wait for a storage that works. One that does not must not meet more images.
			if (this.hasStored) release();
			const stored = await this.store(job, result, attempts);
			// More at once only as long as n8n stores them, too.
			this.concurrency.grow();
			return { job, result: stored, alreadyPaid: false };
		} finally {
			this.sender.release(job);
		}
	}

	private async prepare(job: Job<R>, urlOf: Parameters<NonNullable<Task<R>['prepare']>>[1]): Promise<Job<R>> {
		return (await this.task.prepare?.(job, urlOf)) ?? job;
	}

	private async store(job: Job<R>, result: Result, attempts: number): Promise<StoredResult> {
		const { ledger, history } = this.known;
		const { requestId } = result.usage;
		history.claim(requestId);
		const fileName = this.fileNames.nameOf(job, requestId);
		const nextName = (): string => this.fileNames.nextName(fileName);
		const queued = ledger.queuedOf(job);
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
		this.hasStored = true;
		const whole = queued?.recovered === true ? { ...stored, recovered: true } : stored;
		if (result.status !== 'QUEUED') ledger.record(job, { state: 'paid', result: whole, queued });
		return whole;
	}

	private fail(job: Job<R>, error: SegmindError): Failure {
		if (error instanceof PendingError) {
			const listed = this.task.listedAs?.(job);
			error.isKeyed = isKeyed(job) && listed !== undefined && listed.isRepeatable !== false;
			error.isFetchable &&= this.task.isFetchable?.(job) ?? true;
		}
		this.limiter.stopAfter(error, this.task.targetOf(job));
		return { itemIndex: job.itemIndex, error };
	}

	private async readBalance(): Promise<number> {
		const request = async () => await requestBalance(await this.known.open(0));
		return (await retryFreeCall(request, this.limiter.cancelled)).totalCredits;
	}
}
