import type { SegmindClient } from './client';
import { PendingError, SegmindError } from './errors';
import type { QueuedRequest } from './queue';
import type { FileResponse } from './response';
import { isSuccess } from './response';
import { toDisplayLink } from './text';
import type { Deadline } from './wait';
import { wait } from './wait';

/** Milliseconds before the second try. Each further pause is longer. */
const FIRST_PAUSE = 1000;

const GROWTH = 1.5;

/** A file is given up after so many tries, which takes 8 seconds where its host answers at once. */
const MAX_TRIES = 5;

/** Statuses of a file host that may pass: a new file can take a moment to appear. */
const mayPass = (statusCode: number): boolean =>
	[404, 408, 425, 429].includes(statusCode) || statusCode >= 500;

/** A blocked address and a size beyond the limit stay what they are. */
const isFinal = (error: SegmindError): boolean => error.reason === 'response';

/** The host of a file answered without the file. */
class FileHostError extends Error {
	constructor(readonly statusCode: number) {
		super(`its host answered with ${statusCode}`);
	}
}

/** Milliseconds; a file that is missing before is more likely late than gone. */
const LATEST_FILE = 60 * 60_000;

/** Returns whether a file that is missing is gone, rather than late. */
export const isOldFile = ({ submittedAt }: Pick<QueuedRequest, 'submittedAt'>): boolean =>
	submittedAt !== undefined && Date.now() - submittedAt > LATEST_FILE;

/**
 * Returns whether the host of a file refused it for good, or the file must not be fetched. The error has that as its
 * cause.
 *
 * @param isOld whether a file that is missing is gone, rather than late
 */
export function isRefused({ cause }: Error, isOld: boolean): boolean {
	if (!(cause instanceof FileHostError)) return cause instanceof SegmindError && isFinal(cause);
	const { statusCode } = cause;
	if (statusCode === 404) return isOld;
	return statusCode >= 400 && statusCode < 500 && ![408, 425, 429].includes(statusCode);
}

/**
 * Downloads a file with retries, since downloading is free.
 *
 * @throws {Error} that says why it could not be downloaded
 */
export async function downloadWithRetries(
	client: SegmindClient,
	link: string,
	deadline: Deadline,
): Promise<FileResponse> {
	for (let tries = 1, pause = FIRST_PAUSE; ; tries += 1, pause *= GROWTH) {
		const response = await client.download(link, deadline.secondsFor()).catch(SegmindError.from);
		const isError = response instanceof SegmindError;
		if (!isError && isSuccess(response.statusCode)) return response;
		const isLast = isError ? isFinal(response) : !mayPass(response.statusCode);
		const rest = tries === MAX_TRIES || isLast ? null : deadline.pauseBefore(pause);
		if (rest === null || client.cancelled?.aborted === true) {
			throw isError ? response : new FileHostError(response.statusCode);
		}
		await wait(rest, client.cancelled);
	}
}

/**
 * Downloads a file of a finished request.
 *
 * @throws {PendingError} when it can't be downloaded, with the reason `response` when it never can be
 */
export async function downloadResult(
	client: SegmindClient,
	link: string,
	{ requestId }: QueuedRequest,
	deadline: Deadline,
): Promise<FileResponse> {
	return await downloadWithRetries(client, link, deadline).catch((error: unknown) => {
		const isNever = error instanceof SegmindError && isFinal(error);
		const why = error instanceof Error ? error.message : String(error);
		throw new PendingError(`The result is ready but could not be downloaded: ${why}`, requestId, {
			reason: isNever ? 'response' : 'uncertain',
			statusCode: error instanceof FileHostError ? error.statusCode : null,
			link: toDisplayLink(link, client.redact),
			cause: error,
		});
	});
}
