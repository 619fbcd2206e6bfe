import type { SegmindClient } from './client';
import { PendingError, SegmindError } from './errors';
import { HISTORY_TIMEOUT, requestRow } from './history';
import type { HistoryRow } from './historyRow';
import { failedRowError, toQueueFields } from './historyRow';
import type { JsonObject } from './json';
import { asObject, jsonBody } from './json';
import type { QueuedRequest } from './queue';
import { isCompleted, isFailed, isPending, statusText } from './requestStatus';
import type { ApiResponse } from './response';
import { isSuccess } from './response';
import { expiredError, failedRequestError, notFoundError, responseError } from './responseErrors';
import { errorText } from './text';
import type { Deadline } from './wait';
import { wait } from './wait';

/** Milliseconds before the second poll. Each further pause is longer, since most images are ready within seconds. */
const FIRST_PAUSE = 1000;

/** Milliseconds. */
const LONGEST_PAUSE = 5000;

const GROWTH = 1.5;

/** Seconds for one poll, which is free and is repeated. */
const POLL_TIMEOUT = 30;

/** Milliseconds that Segmind keeps the record of a request. */
export const RECORD_LIFETIME = 60 * 60_000;

/** A record that may have expired is gone after so many polls in a row that did not find it. */
const NOT_FOUND_LIMIT = 3;

/** Milliseconds for which a request may be missing: a new record can take seconds to appear. */
const NOT_FOUND_TIME = 30_000;

/** What is known about a request that is not ready. */
interface Progress {
	/** The status that Segmind named last, fit for display. */
	readonly status?: string | undefined;
	/** What Segmind wrote last in place of a status, fit for display; '' for nothing. */
	readonly words?: string;
	/** Why the last poll said nothing; it may pass. */
	readonly error?: SegmindError | undefined;
	/** When the first of the last polls in a row did not find the request, on the clock of `performance`. */
	readonly missingSince?: number | undefined;
	/** Polls in a row that did not find it. */
	readonly missing: number;
}

const isMissing = ({ statusCode }: SegmindError): boolean => statusCode === 404 || statusCode === 410;

/** @throws {SegmindError} when the request failed, or every poll will fail alike */
function toProgress(
	response: ApiResponse | SegmindError,
	before: Progress,
	{ redact }: SegmindClient,
	requestId: string,
): Progress {
	const isError = response instanceof SegmindError;
	if (!isError && isSuccess(response.statusCode)) {
		const fields = jsonBody(response.body);
		const words = Object.keys(fields).length === 0 ? errorText(response.body, redact) : '';
		return { status: statusText(fields, redact), words, missing: 0 };
	}
	const { status } = before;
	const error = isError ? response : responseError(response, redact);
	if (isMissing(error)) {
		const missingSince = before.missingSince ?? performance.now();
		const notFound = notFoundError(requestId, error.statusCode);
		return { status, error: notFound, missingSince, missing: before.missing + 1 };
	}
	if (error.stops !== 'nothing') throw PendingError.because(error, requestId);
	return { status, error, missing: 0 };
}

/** Returns why there is no use in polling for a missing request any longer: it has expired, or did not appear. */
function missingError(
	{ error, missing, missingSince }: Progress,
	{ requestId, submittedAt }: QueuedRequest,
	pause: number,
): SegmindError | undefined {
	if (error === undefined || missingSince === undefined) return undefined;
	if (submittedAt !== undefined && Date.now() - submittedAt > RECORD_LIFETIME) {
		return missing >= NOT_FOUND_LIMIT ? expiredError(requestId) : undefined;
	}
	if (performance.now() + pause - missingSince <= NOT_FOUND_TIME) return undefined;
	const { message, statusCode, advice } = error;
	return submittedAt === undefined
		? expiredError(requestId)
		: new PendingError(message, requestId, { statusCode, advice, cause: error });
}

function timeoutError(
	{ requestId }: QueuedRequest,
	{ left, seconds }: Deadline,
	{ status, words = '', error, missing }: Progress,
): PendingError {
	const what =
		(error?.retryAfter ?? 0) > left
			? `Segmind asks to wait longer than what is left of ${seconds} seconds`
			: `The result was not ready after ${seconds} seconds`;
	const last = status === undefined ? '' : ` (last status: ${status})`;
	const why = error === undefined ? (words === '' ? '' : `: ${words}`) : `: ${error.message}`;
	const advice = missing > 0 && error !== undefined ? error.advice : '';
	const statusCode = error?.statusCode ?? null;
	return new PendingError(`${what}${last}${why}`, requestId, { statusCode, advice, cause: error });
}

/** Asks the history for a request that the queue does not know. One that will never be readable is asked once. */
class HistoryLookup {
	/** Why the history could not be read when it was asked last. */
	unreadable: SegmindError | undefined;

	/** The request, when it is finished and its files are known. */
	finished: HistoryRow | undefined;

	constructor(
		private readonly client: SegmindClient,
		private readonly requestId: string,
	) {}

	/** @throws {SegmindError} when the request has failed */
	async find(): Promise<HistoryRow | undefined> {
		if (this.unreadable?.retryable === false) return undefined;
		this.unreadable = undefined;
		const row = await requestRow(this.client, this.requestId, HISTORY_TIMEOUT).catch((error: unknown) => {
			this.unreadable = SegmindError.from(error);
			return undefined;
		});
		if (row?.status === 'FAILED') throw failedRowError(row, this.client.redact);
		if (row?.status === 'COMPLETED' && row.links.length > 0) this.finished = row;
		return row;
	}

	/** Returns the error of a request that is gone. It is not lost as long as the history may still be read. */
	errorOf(gone: SegmindError): SegmindError {
		const { unreadable: cause } = this;
		if (cause?.retryable !== true) return gone;
		const message = `${gone.message}, and its history can't be read now: ${cause.message}`;
		return new PendingError(message, gone.requestId, { cause });
	}
}

/** Polls until the request is ready, in the queue or in the history. */
async function pollUntil(
	client: SegmindClient,
	path: string,
	queued: QueuedRequest,
	deadline: Deadline,
	lookup: HistoryLookup,
	isReady: (fields: JsonObject) => boolean,
): Promise<JsonObject> {
	const { cancelled, redact } = client;
	const { requestId } = queued;
	let progress: Progress = { missing: 0 };
	for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * GROWTH)) {
		if (cancelled?.aborted === true) {
			throw new PendingError('The execution was cancelled while the result was being made', requestId);
		}
		const timeout = deadline.secondsFor(POLL_TIMEOUT);
		const response = await client.send({ method: 'GET', path, timeout }).catch(SegmindError.from);
		if (!(response instanceof SegmindError)) {
			const fields = isSuccess(response.statusCode) ? jsonBody(response.body) : {};
			if (response.statusCode === 422 || isFailed(fields))
				throw failedRequestError(response, redact, requestId);
			if (isReady(fields)) return fields;
		}
		progress = toProgress(response, progress, client, requestId);
		const gone = missingError(progress, queued, pause);
		const row = progress.missing === 1 || gone !== undefined ? await lookup.find() : undefined;
		if (lookup.finished !== undefined) return toQueueFields(lookup.finished);
		if (row?.status === 'PENDING') progress = { status: row.status, missing: 0 };
		else if (gone !== undefined) throw lookup.errorOf(gone);
		const retryAfter = progress.error?.retryAfter ?? 0;
		const rest = retryAfter > deadline.left ? null : deadline.pauseBefore(Math.max(pause, retryAfter));
		if (rest === null) throw timeoutError(queued, deadline, progress);
		await wait(rest, cancelled);
	}
}

/** Finds a direct request, which the queue never had. */
async function findLost(lookup: HistoryLookup, requestId: string): Promise<JsonObject> {
	await lookup.find();
	if (lookup.finished !== undefined) return toQueueFields(lookup.finished);
	throw lookup.errorOf(expiredError(requestId));
}

/**
 * Waits for a queued request and returns its fields.
 *
 * @throws {PendingError} when it is not ready in time, or every poll is refused; {@link SegmindError} when it failed or
 * Segmind no longer knows it
 */
export async function waitForResult(
	client: SegmindClient,
	queued: QueuedRequest,
	deadline: Deadline,
): Promise<JsonObject> {
	const { requestId, pollPath, resultPath, response } = queued;
	if (response !== undefined) return response;
	const lookup = new HistoryLookup(client, requestId);
	if (queued.isLostInN8n === true) return await findLost(lookup, requestId);
	if (pollPath !== undefined && resultPath === undefined) {
		return await pollUntil(client, pollPath, queued, deadline, lookup, isCompleted);
	}
	const path = resultPath ?? `/v2/requests/${requestId}`;
	const status = await pollUntil(client, pollPath ?? `${path}/status`, queued, deadline, lookup, isCompleted);
	if (lookup.finished !== undefined) return status;
	// The request is finished, so its result need not name a status that is known.
	const isWhole = (fields: JsonObject): boolean => Object.keys(fields).length > 0 && !isPending(fields);
	const result = await pollUntil(client, path, queued, deadline, lookup, isWhole);
	if (lookup.finished !== undefined) return result;
	return { ...result, metrics: { ...asObject(status.metrics), ...asObject(result.metrics) } };
}
