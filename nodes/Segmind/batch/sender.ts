import type { SegmindClient } from '../api/client';
import { isOldFile, isRefused } from '../api/download';
import { PendingError, SegmindError, uncertainError } from '../api/errors';
import { failedRowError, toQueuedRequest } from '../api/historyRow';
import type { QueuedRequest } from '../api/queue';
import { Deadline } from '../api/wait';
import type { Reason } from '../api/reasons';
import type { Job } from '../jobs/jobs';
import type { Result } from '../output/result';
import type { HistorySearch } from './historySearch';
import { LONGEST_DELAY } from './historySearch';
import type { Ledger } from './ledger';
import { keptError } from './restore';
import type { Task } from './task';
import type { Wanted } from './wanted';

/** A 403 says that a link has expired or that somebody is in the way, not that the file is gone. */
const FILE_IS_GONE = [404, 410];

/** Returns whether an old file is no longer there. */
export const isGone = (error: SegmindError, queued: QueuedRequest): boolean =>
	FILE_IS_GONE.includes(error.statusCode ?? 0) && isRefused(error, isOldFile(queued));

/** Returns whether a file of an earlier run is no longer there, so that its request counts as never made. */
export const isFileGone = (error: SegmindError, queued: QueuedRequest): boolean =>
	queued.response !== undefined && isGone(error, queued);

/** Reasons of errors that Segmind may list as failed requests. */
const MAY_BE_LISTED: readonly Reason[] = ['server', 'uncertain'];

/** A job as it was sent. */
interface Sent<R> {
	readonly prepared: Job<R>;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Earlier attempts without an id that Segmind may list as failed. */
	readonly failedBefore: number;
	/** What Segmind's queue answered. */
	readonly queued?: QueuedRequest;
}

/** Sends and collects single jobs, and records in the ledger what that means for money. */
export class Sender<R> {
	/** Jobs that are sent, until their results are stored. */
	private readonly inFlight = new Set<Job<R>>();

	/** Jobs as they were sent last. */
	private readonly sent = new Map<Job<R>, Sent<R>>();

	/** Attempts without an id that Segmind may list as failed. */
	private readonly failed = new Map<Job<R>, number>();

	/** Jobs whose response was lost, and which are looked for in the history. */
	private readonly lost = new Set<Job<R>>();

	/** What was asked for by requests whose responses had no id, so that their rows can't be told from others. */
	private readonly nameless = new Set<string>();

	constructor(
		private readonly task: Task<R>,
		private readonly ledger: Ledger<R>,
		private readonly history: HistorySearch,
	) {}

	/**
	 * Sends a job once and collects its result. The job is in flight until {@link release}, or until it fails.
	 *
	 * @param prepared the job as it is sent; the ledger knows it as `job`
	 * @param onSent counts the attempt
	 * @throws {SegmindError}
	 */
	async send(client: SegmindClient, job: Job<R>, prepared: Job<R>, onSent: () => void): Promise<Result> {
		onSent();
		this.sent.set(job, { prepared, at: Date.now(), failedBefore: this.failed.get(job) ?? 0 });
		this.inFlight.add(job);
		return await this.sendAndCollect(client, job, prepared).catch((error: unknown) => {
			this.release(job);
			this.noteFailure(job, error);
			throw error;
		});
	}

	/** The next attempt asks for the same, so this one's row in the history must not be taken for its row. */
	private noteFailure(job: Job<R>, error: unknown): void {
		if (!(error instanceof SegmindError) || !MAY_BE_LISTED.includes(error.reason)) return;
		// A gateway's id would be another one.
		if (error.reason === 'server' && error.requestId !== null) return this.history.claim(error.requestId);
		this.failed.set(job, (this.failed.get(job) ?? 0) + 1);
	}

	/** Whether anything was sent or collected. */
	get hasSent(): boolean {
		return this.sent.size > 0;
	}

	/** Ends the flight of a job, once the ledger knows what became of it. */
	release(job: Job<R>): void {
		this.inFlight.delete(job);
	}

	private async sendAndCollect(client: SegmindClient, job: Job<R>, prepared: Job<R>): Promise<Result> {
		const deadline = new Deadline(job.options.timeout);
		const sent = await this.task
			.send(client, prepared, deadline)
			.catch(async (error: unknown) => await this.recover(client, job, toSendingError(error), deadline));
		if ('result' in sent) {
			if (sent.result.usage.requestId === null) this.nameless.add(this.listingOf(job));
			return sent.result;
		}
		this.ledger.record(job, { state: 'queued', queued: sent.queued });
		// What was lost late has its file to be fetched still.
		const left = sent.queued.recovered === true ? new Deadline(LONGEST_DELAY / 1000) : deadline;
		return await this.collect(client, job, prepared, sent.queued, left);
	}

	/**
	 * Collects a queued job, which is free.
	 *
	 * @throws {PendingError} when a later try can collect it; {@link SegmindError} when it failed
	 */
	async collect(
		client: SegmindClient,
		job: Job<R>,
		prepared: Job<R>,
		queued: QueuedRequest,
		deadline = new Deadline(job.options.timeout),
	): Promise<Result> {
		const { at = Date.now(), failedBefore = 0 } = this.sent.get(job) ?? {};
		this.sent.set(job, { prepared, at: queued.submittedAt ?? at, failedBefore, queued });
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

	/** Records that a job may have been billed, with what the history would list. */
	recordUncertain(job: Job<R>, error: SegmindError): void {
		this.ledger.recordUncertain(job, error, this.wantedOf(job));
	}

	/** Records what is in flight, in the event of the cancellation itself. */
	recordCancelled(): void {
		for (const job of this.inFlight) {
			const isKnown = this.ledger.entryOf(job)?.state === 'paid' || this.ledger.queuedOf(job) !== undefined;
			if (this.task.isFree || isKnown) continue;
			const error = uncertainError('The execution was cancelled while the result was being made');
			error.attempts = 1;
			this.recordUncertain(job, error);
		}
	}

	/** Returns what to look for in the history; undefined for what it does not list. */
	private wantedOf(job: Job<R>): Wanted | undefined {
		const { prepared = job, at: since = Date.now(), failedBefore = 0, queued } = this.sent.get(job) ?? {};
		const listed = this.task.listedAs?.(prepared);
		if (listed === undefined) return undefined;
		// The seed that was drawn for an earlier try.
		const seed = queued?.seed === undefined ? {} : { seed: queued.seed };
		const requestId = queued?.requestId ?? null;
		// A seed that a key gives is in the requests of earlier runs as well.
		const isUnique = listed.isUnique && job.options.idempotencyKey === undefined;
		return { ...listed, isUnique, body: { ...listed.body, ...seed }, since, requestId, failedBefore };
	}

	/**
	 * Looks in the history for a request whose response was lost.
	 *
	 * @throws {SegmindError} what lost it, when it is not found; the reason when it failed, which bills nothing
	 */
	private async recover(
		client: SegmindClient,
		job: Job<R>,
		error: SegmindError,
		deadline: Deadline,
	): Promise<{ readonly queued: QueuedRequest }> {
		const wanted = this.wantedOf(job);
		const isLost = error.billed === 'unknown' && !(error instanceof PendingError);
		if (wanted === undefined || !isLost || client.cancelled?.aborted === true) throw error;
		if (!wanted.isUnique && this.nameless.has(this.listingOf(job))) throw error;
		this.lost.add(job);
		const now = performance.now();
		const deadlines = { missingUntil: now + LONGEST_DELAY, pendingUntil: now + deadline.left };
		const row = await this.history.find(wanted, deadlines, () => !wanted.isUnique && this.hasTwin(job));
		this.lost.delete(job);
		if (row === undefined) throw error;
		if (row.status === 'FAILED') throw failedRowError(row, client.redact);
		return { queued: toQueuedRequest(row, true) };
	}

	/** Whether a request that looks alike still waits for its own response. */
	private hasTwin(job: Job<R>): boolean {
		const own = this.listingOf(job);
		return [...this.inFlight].some((other) => !this.lost.has(other) && this.listingOf(other) === own);
	}

	private listingOf(job: Job<R>): string {
		return JSON.stringify(this.task.listedAs?.(job) ?? null);
	}
}

/** An error of any other kind, once a request may be out, says nothing about money. */
function toSendingError(error: unknown): SegmindError {
	if (error instanceof SegmindError) return error;
	return uncertainError(`The response could not be read: ${String(error)}`, error);
}
