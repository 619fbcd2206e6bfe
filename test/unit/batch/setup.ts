/* eslint-disable @n8n/community-nodes/no-restricted-imports -- Node's own timers go on while time is fake */
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';

import { SegmindError } from '../../../nodes/Segmind/api/errors';
import type { Reason } from '../../../nodes/Segmind/api/reasons';
import type { Usage } from '../../../nodes/Segmind/api/response';
import type { MediaFile } from '../../../nodes/Segmind/files/fileType';
import type { Job } from '../../../nodes/Segmind/jobs/jobs';
import { toJobOptions } from '../../../nodes/Segmind/jobs/options';
import type { Result } from '../../../nodes/Segmind/output/result';

/** Seconds that the processor worked for this process, whatever others do. */
export const cpuSeconds = (): number => process.cpuUsage().user / 1e6;

/** Stops the clock, which `settle` moves, and takes chance out of waits. */
export function useFakeTime(random = 0): void {
	jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'], now: 0 });
	jest.spyOn(Math, 'random').mockReturnValue(random);
}

/** Milliseconds since `useFakeTime`. */
export const now = (): number => performance.now();

/** Lets everything go on that does not wait for time to pass. */
export const flush = async (): Promise<void> => await setImmediate();

/** Lets time pass until a promise settles. */
export async function settle<T>(promise: Promise<T>): Promise<T> {
	let isSettled = false;
	const settled = promise.finally(() => (isSettled = true));
	settled.catch(() => undefined);
	for (let timers = 0; timers < 10_000; timers += 1) {
		await flush();
		if (isSettled) return await settled;
		jest.advanceTimersToNextTimer();
	}
	throw new Error('It never ended');
}

/** Lets time pass until a promise rejects, and returns its error. */
export async function settleError(promise: Promise<unknown>): Promise<SegmindError> {
	const thrown: unknown = await settle(promise).catch((error: unknown) => error);
	if (thrown instanceof SegmindError) return thrown;
	throw new Error(`Not a SegmindError: ${String(thrown)}`);
}

export const errorOf = (reason: Reason, retryAfter: number | null = null): SegmindError =>
	new SegmindError(reason, `It failed: ${reason}`, 'Try again later.', { retryAfter });

/** @param cost US dollars, as is what remains */
export function usageOf(cost: number | null = 0.05, remainingCredits: number | null = null): Usage {
	return { cost, remainingCredits, requestId: 'v1-id', generationTime: null };
}

export const fileOf = (text: string): MediaFile => ({
	...{ format: 'png', mimeType: 'image/png', width: 1, height: 2 },
	...{ bytes: Buffer.from(text), size: text.length },
});

/** The image of a prompt. */
export const imageOf = (prompt: string, usage = usageOf()): Result => ({
	fields: { prompt },
	usage,
	files: [{ file: fileOf(prompt), link: undefined }],
});

/** A job for each prompt, each of an item of its own. */
export function jobsOf(prompts: readonly string[], options: IDataObject = {}): Array<Job<string>> {
	const job = { imageIndex: 0, options: toJobOptions(options) };
	return prompts.map((request, itemIndex) => ({ ...job, itemIndex, request }));
}
