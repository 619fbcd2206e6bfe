import type { IExecuteFunctions } from 'n8n-workflow';

import type { SegmindError } from '../api/errors';
import type { QueuedRequest } from '../api/queue';
import { createYielder } from '../api/wait';
import type { Job } from '../jobs/jobs';
import { restoreResult } from '../output/binaryData';
import type { StoredResult } from '../output/result';
import type { Place } from './matchEntries';
import { hash, matchEntries } from './matchEntries';

/** What is known about a job's money. */
type State =
	| { readonly state: 'queued'; readonly queued: QueuedRequest }
	| { readonly state: 'paid'; readonly result: StoredResult }
	| { readonly state: 'uncertain'; readonly error: ReturnType<SegmindError['toData']> };

/** A state with the job that it is about. */
export type LedgerEntry = State &
	Place & {
		/** Hash of what the job asks for. */
		readonly fingerprint: string;
		/** The execution that it was recorded in. */
		readonly executionId: string;
	};

type Entries = Record<string, LedgerEntry>;

/** Where the ledger is in the node's context. */
const CONTEXT_KEY = 'ledger';

const NOT_RETRIED = "Not retried automatically. To retry anyway, turn on 'Retry When Billing Is Uncertain'.";

/**
 * The node's memory of what it paid for across n8n's own retries. It lies in the node's context: Retry On Fail runs a
 * node again in the same execution, Retry execution in a new one, and n8n passes the context on to both.
 */
export class Ledger<R> {
	private readonly runs: Record<string, Entries>;

	private readonly runIndex: string;

	private readonly executionId: string;

	private readonly entries: Entries;

	private readonly fingerprints = new Map<Job<R>, string>();

	/** The keys of the entries that belong to jobs of this try. */
	private readonly keys = new Map<Job<R>, string>();

	private nextKey: number;

	/** @param identityOf returns what a job asks for, as plain data */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly identityOf: (job: Job<R>) => unknown,
	) {
		// n8n keeps any plain data, and types it as such.
		this.runs = (context.getContext('node')[CONTEXT_KEY] ??= {}) as Record<string, Entries>;
		this.runIndex = String(context.getWorkflowDataProxy(0).$runIndex);
		this.executionId = context.getExecutionId();
		this.entries = this.runs[this.runIndex] ??= {};
		this.nextKey = Object.keys(this.entries).reduce((next, key) => Math.max(next, Number(key) + 1), 0);
	}

	/** Returns what earlier tries left about the jobs. A queued or paid job must not be paid for again. */
	async load(jobs: ReadonlyArray<Job<R>>): Promise<ReadonlyMap<Job<R>, LedgerEntry>> {
		const known = new Map<Job<R>, LedgerEntry>();
		if (Object.keys(this.entries).length === 0) return known;
		await this.computeFingerprints(jobs);
		const isOpen = (job: Job<R>): boolean => !known.has(job);
		for (const [job, key] of this.match('paid', jobs)) {
			const restored = await this.restore(this.entries[key]);
			if (restored === undefined) delete this.entries[key];
			else this.assign(job, key, restored, known);
		}
		for (const [job, key] of this.match('queued', jobs.filter(isOpen))) {
			this.assign(job, key, this.entries[key], known);
		}
		this.dropUncertainOfOtherExecutions();
		const cautious = jobs.filter((job) => isOpen(job) && !job.options.retryUncertain);
		for (const [job, key] of this.match('uncertain', cautious)) {
			this.assign(job, key, this.entries[key], known);
		}
		return known;
	}

	/** Records a state at once, in place of the job's earlier one. */
	record(job: Job<R>, state: State): void {
		const { itemIndex, imageIndex } = job;
		const key = this.keys.get(job) ?? String(this.nextKey++);
		this.keys.set(job, key);
		this.entries[key] = {
			...state,
			itemIndex,
			imageIndex,
			fingerprint: this.fingerprintOf(job),
			executionId: this.executionId,
		};
	}

	/** Records that a job may have been billed. */
	recordUncertain(job: Job<R>, error: SegmindError): void {
		const description = `${error.description} ${NOT_RETRIED}`;
		this.record(job, { state: 'uncertain', error: { ...error.toData(), description } });
	}

	/** Returns the queued request of a job that is not fetched yet. */
	queuedOf(job: Job<R>): QueuedRequest | undefined {
		const entry = this.entries[this.keys.get(job) ?? ''];
		return entry?.state === 'queued' ? entry.queued : undefined;
	}

	/** Forgets a queued request that will produce nothing. */
	forget(job: Job<R>): void {
		const key = this.keys.get(job);
		if (key !== undefined) delete this.entries[key];
		this.keys.delete(job);
	}

	/** Forgets this run, when everything was delivered. */
	clear(): void {
		delete this.runs[this.runIndex];
		if (Object.keys(this.runs).length === 0) delete this.context.getContext('node')[CONTEXT_KEY];
	}

	private async computeFingerprints(jobs: ReadonlyArray<Job<R>>): Promise<void> {
		const yieldIfNeeded = createYielder();
		for (const job of jobs) {
			this.fingerprintOf(job);
			await yieldIfNeeded();
		}
	}

	private fingerprintOf(job: Job<R>): string {
		const known = this.fingerprints.get(job);
		if (known !== undefined) return known;
		const fingerprint = hash(this.identityOf(job));
		this.fingerprints.set(job, fingerprint);
		return fingerprint;
	}

	private assign(
		job: Job<R>,
		key: string,
		entry: LedgerEntry | undefined,
		known: Map<Job<R>, LedgerEntry>,
	): void {
		if (entry === undefined) return;
		this.keys.set(job, key);
		known.set(job, entry);
	}

	/** Returns the keys of the entries in one state, each with the job that it belongs to. */
	private match(state: State['state'], jobs: ReadonlyArray<Job<R>>): Map<Job<R>, string> {
		const entries = Object.entries(this.entries).filter(([, entry]) => entry.state === state);
		return matchEntries(entries, jobs, (job) => this.fingerprintOf(job));
	}

	private async restore(entry: LedgerEntry | undefined): Promise<LedgerEntry | undefined> {
		if (entry?.state !== 'paid') return undefined;
		const isOfThisExecution = entry.executionId === this.executionId;
		const result = await restoreResult(this.context, entry.result, isOfThisExecution);
		return result === undefined ? undefined : { ...entry, result };
	}

	/** Whoever starts Retry execution has seen the error and wants the image. Retry On Fail asks nobody. */
	private dropUncertainOfOtherExecutions(): void {
		for (const [key, { state, executionId }] of Object.entries(this.entries)) {
			if (state === 'uncertain' && executionId !== this.executionId) delete this.entries[key];
		}
	}
}
