import { UniqueNames } from '../files/fileName';
import type { Job } from '../jobs/jobs';
import type { Ledger } from './ledger';
import type { Task } from './task';

/** Gives each file of a run a name of its own, without an extension. */
export class JobFileNames<R> {
	private readonly names = UniqueNames.forFiles();

	private readonly claimed = new Map<Job<R>, string>();

	constructor(
		private readonly task: Task<R>,
		private readonly ledger: Ledger<R>,
		jobs: ReadonlyArray<Job<R>>,
	) {
		// Names that are known before the first request follow the order of the items.
		for (const job of jobs) {
			const name = this.knownName(job);
			if (name !== undefined) this.claimed.set(job, this.names.claim(name));
		}
	}

	/** Returns the name of a job's first file. */
	nameOf(job: Job<R>, requestId: string | null): string {
		const claimed = this.claimed.get(job);
		if (claimed !== undefined) return claimed;
		const name = this.task.fileNameOf(job, this.ledger.queuedOf(job), requestId ?? '') ?? 'image';
		return this.names.claim(name);
	}

	/** Returns a name for a further file. */
	nextName(name: string): string {
		return this.names.claim(name);
	}

	private knownName(job: Job<R>): string | undefined {
		if (job.options.fileName !== undefined) return job.options.fileName;
		const entry = this.ledger.entryOf(job);
		if (entry?.state === 'paid') return entry.result.fileName;
		return this.task.fileNameOf(job, this.ledger.queuedOf(job), null);
	}
}
