import { MAY_BE_BILLED, SegmindError } from './errors';
import type { ApiResponse, Usage } from './response';
import { gatewayOf, isSuccess, readUsage, toRetryAfter, writerOf } from './response';
import type { Row } from './responseRows';
import { findRow, MODERATION } from './responseRows';
import type { Redact } from './text';
import { errorText, toDisplayText } from './text';

/** Words for trouble of the server's, in an error text that has no status of its own. */
const SERVER_TROUBLE =
	/(internal|server)( \w+)? error|time[ds]?[ -]?out|out of memory|\boom\b|unavailable|overload|\bbusy\b|\bworkers?\b|capacity|temporar|try again/i;

function toError(
	{ reason, message, description, stops }: Row,
	what: string,
	response: ApiResponse,
	usage: Usage,
): SegmindError {
	return new SegmindError(reason, `${message}${what}`, description, {
		statusCode: response.statusCode,
		...usage,
		retryAfter: toRetryAfter(response),
		...(stops === undefined ? {} : { stops }),
	});
}

/** Returns the error that a response without a result stands for, with Segmind's own text and the next step. */
export function responseError(response: ApiResponse, redact: Redact): SegmindError {
	const { statusCode, body } = response;
	const text = errorText(body, redact);
	const writer = writerOf(response);
	const gateway = writer === 'api' ? '' : toDisplayText(gatewayOf(response), redact, 60);
	const by = gateway === '' ? '' : `, ${gateway}`;
	const what = ` (${statusCode}${by})${text === '' ? '' : `: ${text}`}`;
	return toError(findRow(statusCode, text, writer), what, response, readUsage(response, redact));
}

/**
 * Returns the error that a failed request in the queue stands for. The status of the response says only that it failed,
 * so its words decide.
 */
export function failedRequestError(
	response: ApiResponse,
	redact: Redact,
	requestId: string | null,
): SegmindError {
	const text = errorText(response.body, redact);
	const isServers = SERVER_TROUBLE.test(text) && !MODERATION.test(text);
	const status = isSuccess(response.statusCode) ? '' : ` (${response.statusCode})`;
	const usage = { ...readUsage(response, redact), requestId };
	return toError(findRow(isServers ? 500 : 422, text, 'api'), `${status}: ${text}`, response, usage);
}

/** A successful response without a usable file: it was probably billed. */
export const noFileError = (
	message: string,
	statusCode: number,
	usage?: Usage,
	cause?: unknown,
): SegmindError => new SegmindError('response', message, MAY_BE_BILLED, { statusCode, ...usage, cause });

/** Segmind does not know a request ID, or not yet. */
export const notFoundError = (requestId: string, statusCode: number | null): SegmindError =>
	new SegmindError(
		'uncertain',
		`Segmind does not know the request ${requestId} (${statusCode})`,
		'Check that the Segmind credential is of the account that the request was submitted with.',
		{ statusCode, requestId },
	);

/** Segmind no longer knows a request ID. It keeps a record for about an hour. */
export const expiredError = (requestId: string): SegmindError =>
	new SegmindError(
		'uncertain',
		`Segmind no longer knows the request ${requestId} (404)`,
		`Segmind keeps a record for about an hour. ${MAY_BE_BILLED}`,
		{ statusCode: 404, requestId },
	);
