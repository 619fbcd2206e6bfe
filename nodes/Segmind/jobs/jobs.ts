import type { IExecuteFunctions } from 'n8n-workflow';

import { cancelledError, untilCancelled } from '../api/cancellation';
import { SegmindError } from '../api/errors';
import { createYielder } from '../api/wait';
import { toBatchOptions } from './options';
import type { BatchOptions, JobOptions } from './optionTable';
import { readBatchOptions } from './parameters';

/** One request to be made: checked, and not sent yet. */
export interface Job<R> {
	readonly itemIndex: number;
	/** Which of its item's images, from 0. */
	readonly imageIndex: number;
	readonly request: R;
	readonly options: JobOptions;
}

/** An item that has no result. */
export interface Failure {
	readonly itemIndex: number;
	readonly error: SegmindError;
}

/** What all items ask for, checked before anything is spent. */
export interface JobList<R> {
	readonly options: BatchOptions;
	readonly jobs: ReadonlyArray<Job<R>>;
	/** Items that can't succeed. */
	readonly failures: readonly Failure[];
}

function checkedBatchOptions(context: IExecuteFunctions): BatchOptions | SegmindError {
	try {
		return toBatchOptions(readBatchOptions(context));
	} catch (error) {
		return SegmindError.from(error);
	}
}

/**
 * Reads and checks items one after the other, so that their files are not in memory together.
 *
 * @throws {SkippedError} when the execution is cancelled
 */
export async function checkItems<T>(
	context: IExecuteFunctions,
	check: (itemIndex: number) => T | Promise<T>,
): Promise<{ readonly checked: T[]; readonly failures: Failure[] }> {
	const checked: T[] = [];
	const failures: Failure[] = [];
	const cancelled = context.getExecutionCancelSignal();
	const yieldIfNeeded = createYielder();
	const checkAll = async (): Promise<void> => {
		for (const itemIndex of context.getInputData().keys()) {
			await yieldIfNeeded();
			if (cancelled?.aborted === true) throw cancelledError();
			try {
				checked.push(await check(itemIndex));
			} catch (error) {
				failures.push({ itemIndex, error: SegmindError.from(error) });
			}
		}
	};
	await untilCancelled(checkAll(), cancelled);
	return { checked, failures };
}

/**
 * Reads and checks every item before the first request is sent.
 *
 * @param jobsOf returns the jobs of one item; throws a {@link SegmindError} when it can't succeed
 * @throws {SkippedError} when the execution is cancelled
 */
export async function toJobList<R>(
	context: IExecuteFunctions,
	jobsOf: (itemIndex: number) => ReadonlyArray<Job<R>> | Promise<ReadonlyArray<Job<R>>>,
): Promise<JobList<R>> {
	const options = checkedBatchOptions(context);
	if (options instanceof SegmindError) {
		const failures = context.getInputData().map((_, itemIndex) => ({ itemIndex, error: options }));
		return { options: toBatchOptions({}), jobs: [], failures };
	}
	const { checked, failures } = await checkItems(context, jobsOf);
	return { options, jobs: checked.flat(), failures };
}
