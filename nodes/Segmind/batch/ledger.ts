import type { IExecuteFunctions } from 'n8n-workflow';

import type { SegmindError } from '../api/errors';
import type { QueuedRequest } from '../api/queue';
import { createYielder } from '../api/wait';
import { hash } from '../jobs/hash';
import type { Job } from '../jobs/jobs';
import type { StoredResult } from '../output/result';
import type { Identity } from './matchEntries';
import { matchEntries } from './matchEntries';
import type { Wanted } from './wanted';

/** What is known about a job's money. */
type State =
	| { readonly state: 'queued'; readonly queued: QueuedRequest }
	/** A queued request stays with its result: it can be fetched again if n8n loses the files. */
	| { readonly state: 'paid'; readonly result: StoredResult; readonly queued?: QueuedRequest | undefined }
	| {
			readonly state: 'uncertain';
			readonly error: ReturnType<SegmindError['toData']>;
			/** What the history would list; undefined where it lists nothing, or the body is too large to keep. */
			readonly sent?: Wanted | undefined;
	  };

/** A state with the job that it is about. */
export type LedgerEntry = State & Identity & { readonly executionId: string };

type Entries = Record<string, LedgerEntry>;

/** Where the ledger is in the node's context. */
const CONTEXT_KEY = 'ledger';

/** Each try of an agent's tool has a run index of its own, so all of them share one place. */
const TOOL_RUN = 'tool';

/** Characters of a body that are kept: n8n stores the ledger with the execution. */
const MAX_KEPT_BODY = 64_000;

const NOT_RETRIED = "Not retried automatically. To retry anyway, turn on 'Retry When Billing Is Uncertain'.";

/**
 * The node's memory of what it paid for across n8n's own retries. It lies in the node's context: Retry On Fail runs a
 * node again in the same execution, Retry execution in a new one, and n8n passes the context on to both.
 */
export class Ledger<R> {
	private readonly runs: Record<string, Entries>;

	/** The run index, so that each round of a loop has entries of its own. */
	readonly run: string;

	private readonly executionId: string;

	private readonly entries: Entries;

	private readonly identities = new Map<Job<R>, Identity>();

	/** The keys of the entries that belong to jobs of this try. */
	private readonly keys = new Map<Job<R>, string>();

	private nextKey: number;

	/** Entries whose job now asks for something else, although the node's parameters are the same. */
	changed = 0;

	/** @param identityOf returns what a job asks for, as plain data */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly identityOf: (job: Job<R>) => unknown,
	) {
		// n8n keeps any plain data, and types it as such.
		this.runs = (context.getContext('node')[CONTEXT_KEY] ??= {}) as Record<string, Entries>;
		const isTool = context.getNode().type.endsWith('Tool');
		this.run = isTool ? TOOL_RUN : String(context.getWorkflowDataProxy(0).$runIndex);
		this.executionId = context.getExecutionId();
		this.entries = this.runs[this.run] ??= {};
		this.nextKey = Object.keys(this.entries).reduce((next, key) => Math.max(next, Number(key) + 1), 0);
	}

	/** Finds what earlier tries left about the jobs. A queued or paid job must not be paid for again. */
	async load(jobs: ReadonlyArray<Job<R>>): Promise<void> {
		if (Object.keys(this.entries).length === 0) return;
		await this.computeIdentities(jobs);
		const isOpen = (job: Job<R>): boolean => !this.keys.has(job);
		this.match('paid', jobs);
		this.match('queued', jobs.filter(isOpen));
		this.match('uncertain', jobs.filter(isOpen));
	}

	/** Returns what is known about a job. */
	entryOf(job: Job<R>): LedgerEntry | undefined {
		return this.entries[this.keys.get(job) ?? ''];
	}

	/** Returns the queued request of a job, fetched or not. */
	queuedOf(job: Job<R>): QueuedRequest | undefined {
		const entry = this.entryOf(job);
		return entry === undefined || entry.state === 'uncertain' ? undefined : entry.queued;
	}

	/** Returns the id of the request that a job was paid for with; null when there is none, or it is not known. */
	requestIdOf(job: Job<R>): string | null {
		const entry = this.entryOf(job);
		return this.queuedOf(job)?.requestId ?? (entry?.state === 'paid' ? entry.result.usage.requestId : null);
	}

	/** Returns whether an entry was recorded in this execution. */
	isOfThisExecution({ executionId }: LedgerEntry): boolean {
		return executionId === this.executionId;
	}

	/**
	 * Returns what earlier tries have paid for the jobs, or may have paid, in US dollars. What an earlier run with the same
	 * idempotency key has paid is not of this run.
	 *
	 * @param priceOf is asked where no response said the cost
	 */
	spentOn(jobs: ReadonlyArray<Job<R>>, priceOf: (job: Job<R>) => number): number {
		return jobs.reduce((sum, job) => {
			const entry = this.entryOf(job);
			if (entry === undefined || this.queuedOf(job)?.recovered === false) return sum;
			const cost = entry.state === 'paid' ? entry.result.usage.cost : null;
			return sum + (cost ?? priceOf(job));
		}, 0);
	}

	/** Records a state at once, in place of the job's earlier one. */
	record(job: Job<R>, state: State): void {
		const key = this.keys.get(job) ?? String(this.nextKey++);
		this.keys.set(job, key);
		this.entries[key] = { ...state, ...this.identify(job), executionId: this.executionId };
	}

	/**
	 * Records that a job may have been billed.
	 *
	 * @param sent what the history would list
	 */
	recordUncertain(job: Job<R>, error: SegmindError, sent: Wanted | undefined): void {
		const description = `${error.description} ${NOT_RETRIED}`;
		const isSmall = JSON.stringify(sent?.body ?? null).length <= MAX_KEPT_BODY;
		const kept = isSmall ? { sent } : {};
		this.record(job, { state: 'uncertain', error: { ...error.toData(), description }, ...kept });
	}

	/**
	 * Forgets the uncertain entries that may be sent again: the user takes that risk, or has seen the error and started
	 * Retry execution. Retry On Fail asks nobody.
	 *
	 * @param isSettledLater whether the history may tell later what became of those that it lists
	 */
	forgetAcceptedRisks(jobs: ReadonlyArray<Job<R>>, isSettledLater: boolean): void {
		for (const job of jobs) {
			const entry = this.entryOf(job);
			if (entry?.state !== 'uncertain') continue;
			const isAccepted = !this.isOfThisExecution(entry) && !(isSettledLater && entry.sent !== undefined);
			if (job.options.retryUncertain || isAccepted) this.forget(job);
		}
		// An entry without a job is of no use to this execution.
		const kept = new Set(this.keys.values());
		for (const [key, entry] of Object.entries(this.entries)) {
			if (entry.state === 'uncertain' && !kept.has(key) && !this.isOfThisExecution(entry))
				delete this.entries[key];
		}
	}

	/** Forgets what will produce nothing, or is gone. */
	forget(job: Job<R>): void {
		const key = this.keys.get(job);
		if (key !== undefined) delete this.entries[key];
		this.keys.delete(job);
	}

	/** Forgets this try's jobs and, except as a tool, the whole run, when n8n will not try it again. */
	clear(): void {
		for (const key of this.keys.values()) delete this.entries[key];
		if (this.run !== TOOL_RUN || Object.keys(this.entries).length === 0) delete this.runs[this.run];
		if (Object.keys(this.runs).length === 0) delete this.context.getContext('node')[CONTEXT_KEY];
	}

	private async computeIdentities(jobs: ReadonlyArray<Job<R>>): Promise<void> {
		const yieldIfNeeded = createYielder();
		for (const job of jobs) {
			this.identify(job);
			await yieldIfNeeded();
		}
	}

	private identify(job: Job<R>): Identity {
		const known = this.identities.get(job);
		if (known !== undefined) return known;
		const { itemIndex, imageIndex } = job;
		const identity = {
			fingerprint: hash(this.identityOf(job)),
			itemIndex,
			imageIndex,
			place: this.placeOf(itemIndex),
		};
		this.identities.set(job, identity);
		return identity;
	}

	/** Options don't shape a request. Calls of a tool look alike but for what they ask for, so they have no place. */
	private placeOf(itemIndex: number): string | null {
		if (this.run === TOOL_RUN) return null;
		const parameters = { ...this.context.getNode().parameters, options: null };
		return hash([parameters, this.context.getInputData()[itemIndex]?.json]);
	}

	private match(state: State['state'], jobs: ReadonlyArray<Job<R>>): void {
		const entries = Object.entries(this.entries).filter(([, entry]) => entry.state === state);
		for (const [job, key] of matchEntries(entries, jobs, (each) => this.identify(each))) {
			this.keys.set(job, key);
			if (this.entries[key]?.fingerprint !== this.identify(job).fingerprint) this.changed += 1;
		}
	}
}
