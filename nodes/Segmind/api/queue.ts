import type { IDataObject } from 'n8n-workflow';

import type { SegmindClient } from './client';
import type { JsonObject } from './json';
import { asObject, jsonBody, readCost, readNumber } from './json';
import type { Usage } from './response';
import { isSuccess } from './response';
import { noFileError, responseError } from './responseErrors';
import { errorText } from './text';

/** A request that Segmind has taken into its queue: it is paid for, and fetched by its id. */
export interface QueuedRequest {
	readonly requestId: string;
	/** The seed that was sent; a later try may draw another. */
	readonly seed?: number;
	/** Where to poll a flow of the older form. */
	readonly pollPath?: string;
}

/** Returns whether a value is an id that can stand in a path. */
export const isRequestId = (id: unknown): id is string =>
	typeof id === 'string' && /^[\w-][\w.-]{0,199}$/.test(id);

/** The request id, wherever a response has it. */
function findRequestId(fields: JsonObject): string | undefined {
	if (isRequestId(fields.request_id)) return fields.request_id;
	for (const url of [fields.response_url, fields.status_url, fields.poll_url]) {
		const id = typeof url === 'string' ? /\/requests?\/([^/?#]+)/.exec(url)?.[1] : undefined;
		if (isRequestId(id)) return id;
	}
	return undefined;
}

/** Flows of the older form have one URL for everything. */
function findPollPath({ poll_url: url, status_url: statusUrl }: JsonObject): string | undefined {
	if (statusUrl !== undefined || typeof url !== 'string' || !URL.canParse(url)) return undefined;
	const { pathname } = new URL(url);
	return /^\/[\w./-]+$/.test(pathname) ? pathname : undefined;
}

/**
 * Submits a request to Segmind's queue. From then on it is paid for.
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
	const pollPath = findPollPath(fields);
	const requestId = findRequestId(fields) ?? pollPath?.split('/').filter(Boolean).at(-1);
	if (requestId === undefined) {
		const text = errorText(response.body, client.redact);
		const message = 'Segmind answered without a request id';
		throw noFileError(text === '' ? message : `${message}: ${text}`, response.statusCode);
	}
	return {
		requestId,
		...(typeof body.seed === 'number' ? { seed: body.seed } : {}),
		...(pollPath === undefined ? {} : { pollPath }),
	};
}

/** The output of a finished request: a link to the file, or the file itself. */
type QueuedOutput = { readonly link: string } | { readonly bytes: Buffer };

const DATA_URI = /^data:[^,]{0,200};base64,/i;

/** Characters: shorter than any image, longer than any word. */
const MIN_BASE64 = 64;

/** Levels of lists and objects that are searched for an output. */
const MAX_DEPTH = 4;

/** Tests for the letters of base64 piecewise: a pattern for the whole text would overflow on a large image. */
const isBase64 = (text: string): boolean =>
	text.length >= MIN_BASE64 && !/\s/.test(text.slice(0, MIN_BASE64 - 4)) && !/[^\w+/=\s-]/.test(text);

/** The texts in a value: outputs stand alone, in a list, or in a field of their own. */
function* textsIn(value: unknown, depth = 0): Generator<string> {
	if (typeof value === 'string') yield value.trim();
	if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return;
	const { url, image, image_url: imageUrl, output } = asObject(value);
	const candidates = Array.isArray(value) ? value : [url, image, imageUrl, output];
	for (const candidate of candidates) yield* textsIn(candidate, depth + 1);
}

function parseOutput(text: string): QueuedOutput | undefined {
	if (/^https?:\/\//i.test(text)) return { link: text };
	if (DATA_URI.test(text)) return { bytes: Buffer.from(text.slice(text.indexOf(',') + 1), 'base64') };
	return isBase64(text) ? { bytes: Buffer.from(text, 'base64') } : undefined;
}

/** Returns the output of a finished request, in any of the forms that were seen; undefined when it has none. */
export function findOutput({ output, images, image }: JsonObject): QueuedOutput | undefined {
	for (const text of textsIn([output, images, image])) {
		const found = parseOutput(text);
		if (found !== undefined) return found;
	}
	return undefined;
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
