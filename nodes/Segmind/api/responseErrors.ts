import type { Reason } from './errors';
import { MAY_BE_BILLED, NOT_BILLED, SegmindError } from './errors';
import type { ApiResponse, Usage } from './response';
import { readUsage, toRetryAfter } from './response';
import type { Redact } from './text';
import { errorText } from './text';

interface Row {
	readonly matches: (statusCode: number) => boolean;
	/** Tells the causes of one status apart by the error text. */
	readonly text?: RegExp;
	readonly reason: Reason;
	readonly message: string;
	readonly description: string;
}

const is =
	(...statusCodes: number[]) =>
	(statusCode: number): boolean =>
		statusCodes.includes(statusCode);
const within =
	(from: number, to: number) =>
	(statusCode: number): boolean =>
		statusCode >= from && statusCode <= to;

const CHECK_URL = `Check 'Base URL' in the Segmind credential. ${NOT_BILLED}`;
const TOP_UP = `Add credits in your Segmind console, or use another account's credential. ${NOT_BILLED}`;

/** What each response without a result means. The first row that matches counts. */
const ROWS: readonly Row[] = [
	{
		matches: within(300, 399),
		reason: 'endpoint',
		message: 'The API answered with a redirect, which is never followed because the key would go with it',
		description: CHECK_URL,
	},
	{
		matches: is(401),
		reason: 'credential',
		message: 'Segmind did not accept the API key',
		description: `Paste a key from the API keys page of your Segmind console into the Segmind credential. ${NOT_BILLED}`,
	},
	{
		matches: is(402),
		reason: 'credits',
		message: 'The account has too few credits',
		description: TOP_UP,
	},
	{
		matches: is(403),
		reason: 'credential',
		message: 'This account or team may not use the model',
		description: `Ask the owner of the Segmind team to allow the model, or use another account's credential. ${NOT_BILLED}`,
	},
	{
		matches: is(404),
		reason: 'endpoint',
		message: 'The API does not know this address or model',
		description: CHECK_URL,
	},
	{
		matches: is(405),
		reason: 'endpoint',
		message: 'The address does not accept this request method',
		description: CHECK_URL,
	},
	{
		matches: is(406),
		text: /content[- ]?type/i,
		reason: 'endpoint',
		message: 'The API did not accept the format of the request',
		description: `A proxy between n8n and Segmind may change requests. Check it and 'Base URL'. ${NOT_BILLED}`,
	},
	{
		matches: is(406),
		text: /\b(team|spend(ing)?)\b.*\blimit\b|\blimit\b.*\bteam\b/i,
		reason: 'credits',
		message: "The team's spending limit is reached",
		description: `Raise the limit in your Segmind console, or wait for the next period. ${NOT_BILLED}`,
	},
	{
		matches: is(406),
		text: /credit|balance|insufficient|funds/i,
		reason: 'credits',
		message: 'The account has too few credits',
		description: TOP_UP,
	},
	{
		matches: is(400, 406, 422, 500),
		text: /content[ _-](policy|filter)|safety(?![ _-]?tolerance)|moderat|nsfw|\bblocked\b|\bflagged\b/i,
		reason: 'moderation',
		message: 'The content filter rejected the request',
		description: `Reword the prompt, or raise 'Safety Tolerance'. ${NOT_BILLED}`,
	},
	{
		matches: is(410),
		reason: 'endpoint',
		message: 'Segmind has retired this model',
		description: `Look for an update of this node. ${NOT_BILLED}`,
	},
	{
		matches: is(429),
		reason: 'rateLimit',
		message: 'The rate limit of this account is reached',
		description: `Try again later, or send fewer items at a time. ${NOT_BILLED}`,
	},
	{
		matches: within(400, 499),
		reason: 'request',
		message: 'Segmind did not accept the request',
		description: `Change the value that it names and try again. ${NOT_BILLED}`,
	},
	{
		matches: is(500, 502, 503),
		reason: 'server',
		message: 'Segmind failed to process the request',
		description: `Try again later. If it keeps happening, try another prompt: Segmind also returns this for some content. ${NOT_BILLED}`,
	},
	{
		matches: within(500, 599),
		reason: 'uncertain',
		message: 'Segmind stopped waiting for the image',
		description: MAY_BE_BILLED,
	},
	{
		matches: () => true,
		reason: 'response',
		message: 'The response is not an image',
		description: MAY_BE_BILLED,
	},
];

/** Returns the error that a response without a result stands for, with Segmind's own text and the next step. */
export function responseError(response: ApiResponse, redact: Redact): SegmindError {
	const text = errorText(response.body, redact);
	const { statusCode } = response;
	const row = ROWS.find(
		({ matches, text: pattern }) => matches(statusCode) && (pattern?.test(text) ?? true),
	)!;
	const message = `${row.message} (${statusCode})${text === '' ? '' : `: ${text}`}`;
	return new SegmindError(row.reason, message, row.description, {
		statusCode,
		...readUsage(response, redact),
		retryAfter: toRetryAfter(response.headers),
	});
}

/** A successful response without a usable file: it was probably billed. */
export const noFileError = (message: string, statusCode: number, usage?: Usage): SegmindError =>
	new SegmindError('response', message, MAY_BE_BILLED, { statusCode, ...usage });

/** Segmind no longer knows a request ID. It keeps a record for about an hour. */
export const expiredError = (requestId: string): SegmindError =>
	new SegmindError(
		'uncertain',
		`Segmind no longer knows the request ${requestId} (404)`,
		`Segmind keeps a record for about an hour. ${MAY_BE_BILLED}`,
		{ statusCode: 404, requestId },
	);

/** A free call that failed: whatever happened, no image was asked for. */
export const freeCallError = (message: string, statusCode: number | null): SegmindError =>
	new SegmindError('server', message, `Try again later. ${NOT_BILLED}`, { statusCode });

/** A response to a free call that Segmind did not write. */
export const foreignResponseError = (message: string, statusCode: number): SegmindError =>
	new SegmindError('endpoint', message, CHECK_URL, { statusCode });
