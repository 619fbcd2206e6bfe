import { hash } from '../jobs/hash';
import type { Job } from '../jobs/jobs';

/**
 * Finds jobs that ask for the same under the same idempotency key, which are one request.
 *
 * @param identityOf returns what a job asks for, as plain data
 * @returns the first of them, by each of the others
 */
export function findTwins<R>(
	jobs: ReadonlyArray<Job<R>>,
	identityOf: (job: Job<R>) => unknown,
): ReadonlyMap<Job<R>, Job<R>> {
	const firsts = new Map<string, Job<R>>();
	const twins = new Map<Job<R>, Job<R>>();
	for (const job of jobs) {
		const { idempotencyKey } = job.options;
		if (idempotencyKey === undefined) continue;
		const request = hash([idempotencyKey, job.imageIndex, identityOf(job)]);
		const first = firsts.get(request);
		if (first === undefined) firsts.set(request, job);
		else twins.set(job, first);
	}
	return twins;
}
