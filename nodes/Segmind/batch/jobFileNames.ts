import type { IExecuteFunctions } from 'n8n-workflow';

import { UniqueNames } from '../files/fileName';
import type { Job } from '../jobs/jobs';
import type { Ledger } from './ledger';
import type { Task } from './task';

/** Gives each file of a run, and of the rounds of a loop, a name of its own, without an extension. */
export class JobFileNames<R> {
	private readonly names = UniqueNames.forFiles();

	private readonly claimed = new Map<Job<R>, string>();

	/** The names that the user gave the files of this round. */
	private readonly given = new Set<string>();

	/** What the next round of a loop finds. */
	private readonly kept: string[] = [];

	constructor(
		context: IExecuteFunctions,
		private readonly task: Task<R>,
		private readonly ledger: Ledger<R>,
		jobs: ReadonlyArray<Job<R>>,
	) {
		const rounds = isInLoop(context) ? roundsOf(context) : {};
		for (const [round, names] of Object.entries(rounds)) {
			if (round !== ledger.run) for (const name of names) this.names.claim(name);
		}
		// Names that are known before the first request follow the order of the items.
		for (const job of jobs) {
			const name = this.knownName(job);
			if (name !== undefined) this.claimed.set(job, this.names.claim(name));
		}
		rounds[ledger.run] = this.kept;
	}

	/** Returns the name of a job's first file, once that is there. */
	nameOf(job: Job<R>, requestId: string | null): string {
		const claimed = this.claimed.get(job);
		if (claimed !== undefined && job.options.fileName !== undefined) this.keep(claimed);
		if (claimed !== undefined) return claimed;
		const name = this.task.fileNameOf(job, this.ledger.queuedOf(job), requestId ?? '') ?? 'image';
		return this.names.claim(name);
	}

	/** Returns a name for a further file. */
	nextName(name: string): string {
		const next = this.names.claim(name);
		if (this.given.has(name)) this.keep(next);
		return next;
	}

	private keep(name: string): void {
		if (this.given.has(name)) return;
		this.given.add(name);
		this.kept.push(name);
	}

	private knownName(job: Job<R>): string | undefined {
		if (job.options.fileName !== undefined) return job.options.fileName;
		const entry = this.ledger.entryOf(job);
		if (entry?.state === 'paid') return entry.result.fileName;
		return this.task.fileNameOf(job, this.ledger.queuedOf(job), null);
	}
}

/** Whether what comes after the node leads back to it. */
function isInLoop(context: IExecuteFunctions): boolean {
	const { name } = context.getNode();
	const before = new Set(context.getParentNodes(name).map((node) => node.name));
	return context.getChildNodes(name).some((node) => before.has(node.name));
}

/** The names that the user gave files in each round of a loop. A default name has the seed or the request id in it. */
function roundsOf(context: IExecuteFunctions): Record<string, string[]> {
	// n8n keeps any plain data, and types it as such.
	return (context.getContext('node').fileNames ??= {}) as Record<string, string[]>;
}
