import type { SegmindClient } from './client';
import { PendingError, SegmindError } from './errors';
import type { JsonObject } from './json';
import { asObject, jsonBody } from './json';
import type { QueuedRequest } from './queue';
import type { ApiResponse } from './response';
import { isSuccess } from './response';
import { expiredError, responseError } from './responseErrors';
import { toDisplayLink } from './text';
import type { Deadline } from './wait';
import { wait } from './wait';

/** Milliseconds before the second poll. Each further pause is longer, since most images are ready within seconds. */
const FIRST_PAUSE = 1000;

/** Milliseconds. */
const LONGEST_PAUSE = 5000;

const GROWTH = 1.5;

/** Seconds for one poll, which is free and is repeated. */
const POLL_TIMEOUT = 30;

/** A new record may take a moment to appear everywhere. After so many 404s in a row it is gone. */
const NOT_FOUND_LIMIT = 3;

const COMPLETED = /^(completed|succeeded|success)$/i;
const FAILED = /^(failed|error|cancell?ed)$/i;

/** What a poll found: the fields of the finished request, or perhaps an error that may pass. */
type PollResult = { readonly fields: JsonObject } | { readonly error: SegmindError | undefined };

/** @throws {SegmindError} when the request failed */
function toPollResult(
	response: ApiResponse,
	client: SegmindClient,
	isReady: (fields: JsonObject) => boolean,
): PollResult {
	const { statusCode } = response;
	const fields = isSuccess(statusCode) ? jsonBody(response.body) : {};
	if (FAILED.test(String(fields.status)))
		throw responseError({ ...response, statusCode: 422 }, client.redact);
	if (statusCode === 422) throw responseError(response, client.redact);
	if (isReady(fields)) return { fields };
	return { error: isSuccess(statusCode) ? undefined : responseError(response, client.redact) };
}

function timeoutMessage({ left, seconds }: Deadline, pause: number, error: SegmindError | undefined): string {
	const why = error === undefined ? '' : `: ${error.message}`;
	return left < pause
		? `The image was not ready after ${seconds} seconds${why}`
		: `Segmind asks to wait longer than what is left of ${seconds} seconds${why}`;
}

/** Polls until the request is ready. */
async function pollUntil(
	client: SegmindClient,
	path: string,
	requestId: string,
	deadline: Deadline,
	isReady: (fields: JsonObject) => boolean,
): Promise<JsonObject> {
	const { cancelled } = client;
	let notFound = 0;
	for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * GROWTH)) {
		if (cancelled?.aborted === true) {
			throw new PendingError('The execution was cancelled while the image was being made', requestId);
		}
		const timeout = deadline.secondsFor(POLL_TIMEOUT);
		const response = await client.send({ method: 'GET', path, timeout }).catch(SegmindError.from);
		const result =
			response instanceof SegmindError ? { error: response } : toPollResult(response, client, isReady);
		if ('fields' in result) return result.fields;
		const { error } = result;
		notFound = error?.statusCode === 404 ? notFound + 1 : 0;
		if (notFound === NOT_FOUND_LIMIT) throw expiredError(requestId);
		if (error?.stopsBatch === true && notFound === 0) {
			throw new PendingError(error.message, requestId, { cause: error });
		}
		const rest = Math.max(pause, error?.retryAfter ?? 0);
		if (deadline.left < rest) throw new PendingError(timeoutMessage(deadline, pause, error), requestId);
		await wait(rest, cancelled);
	}
}

/**
 * Waits for a queued request and returns its fields.
 *
 * @throws {PendingError} when it is not ready in time; {@link SegmindError} when it never will be
 */
export async function waitForResult(
	client: SegmindClient,
	{ requestId, pollPath }: QueuedRequest,
	deadline: Deadline,
): Promise<JsonObject> {
	const path = `/v2/requests/${requestId}`;
	const isCompleted = ({ status }: JsonObject): boolean => COMPLETED.test(String(status));
	if (pollPath !== undefined) return await pollUntil(client, pollPath, requestId, deadline, isCompleted);
	const status = await pollUntil(client, `${path}/status`, requestId, deadline, isCompleted);
	const isWhole = (fields: JsonObject): boolean =>
		Object.keys(fields).length > 0 && (fields.status === undefined || isCompleted(fields));
	const result = await pollUntil(client, path, requestId, deadline, isWhole);
	return { ...result, metrics: { ...asObject(status.metrics), ...asObject(result.metrics) } };
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
): Promise<ApiResponse> {
	const blocked = client.blockedReason(link);
	if (blocked !== undefined) throw new Error(blocked);
	for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * GROWTH)) {
		const response = await client.download(link, deadline.secondsFor()).catch(SegmindError.from);
		if (!(response instanceof SegmindError) && isSuccess(response.statusCode)) return response;
		const isLast = pause === LONGEST_PAUSE || deadline.left < pause || client.cancelled?.aborted === true;
		if (isLast) {
			throw response instanceof SegmindError
				? response
				: new Error(`its host answered with ${response.statusCode}`);
		}
		await wait(pause, client.cancelled);
	}
}

/**
 * Downloads a file of a finished request.
 *
 * @throws {PendingError} when it can't be downloaded
 */
export async function downloadResult(
	client: SegmindClient,
	link: string,
	{ requestId }: QueuedRequest,
	deadline: Deadline,
): Promise<ApiResponse> {
	return await downloadWithRetries(client, link, deadline).catch((error: unknown) => {
		const why = error instanceof Error ? error.message : String(error);
		throw new PendingError(`The image is ready but could not be downloaded: ${why}`, requestId, {
			link: toDisplayLink(link, client.redact),
			cause: error,
		});
	});
}
