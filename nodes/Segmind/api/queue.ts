import type { IDataObject } from 'n8n-workflow';

import { mayCarryKey } from '../../../credentials/connection';
import type { SegmindClient } from './client';
import type { JsonObject } from './json';
import { asObject, jsonBody, readCost, readNumber } from './json';
import { isFailed } from './requestStatus';
import type { Usage } from './response';
import { isSuccess } from './response';
import { failedRequestError, noFileError, responseError } from './responseErrors';
import { errorText } from './text';

/** A request that Segmind has taken into its queue: it is paid for unless it fails, and fetched by its id. */
export interface QueuedRequest {
	readonly requestId: string;
	/** Milliseconds since the epoch; left out when it is unknown. */
	readonly submittedAt?: number;
	/** The seed that was sent; a later try may draw another. */
	readonly seed?: number;
	/** Where to poll, if it is not where Segmind's documentation says. */
	readonly pollPath?: string;
	/** Where the result is, if that is somewhere else. */
	readonly resultPath?: string;
	/** The finished request as the history has it, in the shape of a result of the queue. */
	readonly response?: JsonObject;
	/** For a direct request: n8n has lost its files, and Segmind may have them. */
	readonly isLostInN8n?: boolean;
	/** For a request of the history: whether its response was lost, or else an earlier run has it. */
	readonly recovered?: boolean;
}

/** Returns whether a value is an id that is safe in a path. */
export const isRequestId = (id: unknown): id is string =>
	typeof id === 'string' && /^[\w-][\w.-]{0,199}$/.test(id);

/** The request id, wherever a response has it. It may be a number, unless that is too large to be exact. */
function findRequestId(fields: JsonObject): string | undefined {
	for (const id of [fields.request_id, fields.id]) {
		const stated = Number.isSafeInteger(id) ? String(id) : id;
		if (isRequestId(stated)) return stated;
	}
	for (const url of [fields.response_url, fields.status_url, fields.poll_url]) {
		const id = typeof url === 'string' ? /\/requests?\/([^/?#]+)/.exec(url)?.[1] : undefined;
		if (isRequestId(id)) return id;
	}
	return undefined;
}

/** The path of an address below the base URL, where it is asked for, so that the key goes nowhere else. */
function pathOf(url: unknown, baseUrl: string): string | undefined {
	if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
	const { pathname } = new URL(url);
	const base = `${new URL(baseUrl).pathname.replace(/\/$/, '')}/`;
	const path = pathname.startsWith(base) ? pathname.slice(base.length - 1) : pathname;
	return /^\/[\w./-]+$/.test(path) ? path : undefined;
}

/**
 * Returns where to poll and where the result is, unless both are where the documentation says. An address on another
 * host counts only where it is the one address for everything, as with flows of the older form.
 */
function findPaths(
	{ baseUrl }: SegmindClient,
	fields: JsonObject,
	requestId: string,
): Pick<QueuedRequest, 'pollPath' | 'resultPath'> {
	const { status_url: statusUrl, response_url: resultUrl, poll_url: pollUrl } = fields;
	const ownPath = (url: unknown): string | undefined => {
		const path = typeof url === 'string' && mayCarryKey(url, baseUrl) ? pathOf(url, baseUrl) : undefined;
		return path?.includes(requestId) === true ? path : undefined;
	};
	const pollPath = statusUrl === undefined ? pathOf(pollUrl, baseUrl) : ownPath(statusUrl);
	if (pollPath === undefined || pollPath === `/v2/requests/${requestId}/status`) return {};
	const resultPath = ownPath(resultUrl);
	return { pollPath, ...(resultPath === undefined || resultPath === pollPath ? {} : { resultPath }) };
}

/**
 * Submits a request to Segmind's queue. From then on it is paid for, unless it fails.
 *
 * @param timeout seconds
 * @throws {SegmindError} when it was not accepted, or that is unknown
 */
export async function submit(
	client: SegmindClient,
	path: string,
	body: Readonly<IDataObject>,
	timeout: number,
): Promise<QueuedRequest> {
	const response = await client.send({ method: 'POST', path, body, timeout });
	if (!isSuccess(response.statusCode)) throw responseError(response, client.redact);
	const fields = jsonBody(response.body);
	if (isFailed(fields)) throw failedRequestError(response, client.redact, findRequestId(fields) ?? null);
	const requestId = findRequestId(fields) ?? pathOf(fields.poll_url, client.baseUrl)?.split('/').at(-1);
	if (!isRequestId(requestId)) {
		const text = errorText(response.body, client.redact);
		const message = 'Segmind answered without a request id';
		throw noFileError(text === '' ? message : `${message}: ${text}`, response.statusCode);
	}
	return {
		requestId,
		submittedAt: Date.now(),
		...(typeof body.seed === 'number' ? { seed: body.seed } : {}),
		...findPaths(client, fields, requestId),
	};
}

/** Reads the metrics of a finished request. */
export function usageOf(fields: JsonObject, requestId: string): Usage {
	const metrics = asObject(fields.metrics);
	return {
		cost: readCost(metrics.cost),
		remainingCredits: readNumber(metrics.remaining_credits),
		requestId,
		generationTime: readNumber(metrics.inference_time) ?? readNumber(metrics.total_time),
	};
}
