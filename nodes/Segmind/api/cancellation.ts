import { SkippedError } from './errors';

/** The error of what was not done because the execution was cancelled. */
export const cancelledError = (description = 'Nothing was sent and nothing was billed.'): SkippedError =>
	new SkippedError('request', 'The execution was cancelled', description);

/**
 * Waits for work, at most until the execution is cancelled.
 *
 * @param onCancel is called in the abort event itself: n8n stores a timed-out execution at once. Returns the error to throw
 */
export async function untilCancelled<T>(
	work: Promise<T>,
	cancelled: AbortSignal | undefined,
	onCancel: () => Error = () => cancelledError(),
): Promise<T> {
	if (cancelled === undefined) return await work;
	let listener = (): void => undefined;
	const cancel = new Promise<never>((_, reject) => {
		listener = () => {
			reject(onCancel());
		};
		cancelled.addEventListener('abort', listener, { once: true });
		if (cancelled.aborted) listener();
	});
	try {
		return await Promise.race([work, cancel]);
	} finally {
		cancelled.removeEventListener('abort', listener);
	}
}
