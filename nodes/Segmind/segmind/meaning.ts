import type { Answer, Redact, Told } from './answer';
import { toldBy, wordsOf } from './answer';
import type { Cause } from './refusal';
import { Awaited, Refusal } from './refusal';
import { toRetryAfter } from './retryAfter';

interface Row {
	readonly statuses: (status: number) => boolean;
	/** Told apart by these words, where one status has several causes. */
	readonly words?: RegExp;
	readonly cause: Cause;
	readonly happened: string;
	readonly advice: string;
}

const is =
	(...statuses: number[]) =>
	(status: number): boolean =>
		statuses.includes(status);
const within =
	(from: number, to: number) =>
	(status: number): boolean =>
		status >= from && status <= to;

const NOT_BILLED = 'Nothing was billed.';
const MAYBE_BILLED =
	'The image may have been made and billed: look at the usage page of your Segmind console before running it again.';
const CHECK_URL = `Check 'Base URL' in the Segmind credential. ${NOT_BILLED}`;
const TOP_UP = `Add credits in your Segmind console, or use another account's credential. ${NOT_BILLED}`;

/** What each answer means; the first row that fits counts. */
const ROWS: readonly Row[] = [
	{
		statuses: within(300, 399),
		cause: 'endpoint',
		happened: 'The API answered with a redirect, which is never followed because the key would go with it',
		advice: CHECK_URL,
	},
	{
		statuses: is(401),
		cause: 'credential',
		happened: 'Segmind did not accept the API key',
		advice: `Paste a key from the API keys page of your Segmind console into the Segmind credential. ${NOT_BILLED}`,
	},
	{
		statuses: is(402),
		cause: 'credits',
		happened: 'The account has too few credits',
		advice: TOP_UP,
	},
	{
		statuses: is(403),
		cause: 'credential',
		happened: 'This account or team may not use the model',
		advice: `Ask the owner of the Segmind team to allow the model, or use another account's credential. ${NOT_BILLED}`,
	},
	{
		statuses: is(404),
		cause: 'endpoint',
		happened: 'The API does not know this address or model',
		advice: CHECK_URL,
	},
	{
		statuses: is(405),
		cause: 'endpoint',
		happened: 'The address does not take this kind of request',
		advice: CHECK_URL,
	},
	{
		statuses: is(406),
		words: /content[- ]?type/i,
		cause: 'endpoint',
		happened: 'The API did not accept the form of the request',
		advice: `Something between n8n and Segmind may change requests. Check 'Base URL' and any proxy. ${NOT_BILLED}`,
	},
	{
		statuses: is(406),
		words: /\b(team|spend(ing)?)\b.*\blimit\b|\blimit\b.*\bteam\b/i,
		cause: 'credits',
		happened: "The team's spending limit is reached",
		advice: `Raise the limit in your Segmind console, or wait for the next period. ${NOT_BILLED}`,
	},
	{
		statuses: is(406),
		words: /credit|balance|insufficient|funds/i,
		cause: 'credits',
		happened: 'The account has too few credits',
		advice: TOP_UP,
	},
	{
		statuses: is(400, 406, 422, 500),
		words: /content[ _-](policy|filter)|safety(?![ _-]?tolerance)|moderat|nsfw|\bblocked\b|\bflagged\b/i,
		cause: 'moderation',
		happened: 'The content filter did not let the request pass',
		advice: `Reword the prompt, or raise 'Safety Tolerance'. ${NOT_BILLED}`,
	},
	{
		statuses: is(410),
		cause: 'endpoint',
		happened: 'Segmind has retired this model',
		advice: `Look for an update of this node. ${NOT_BILLED}`,
	},
	{
		statuses: is(429),
		cause: 'rateLimit',
		happened: 'Too many requests for this account at this time',
		advice: `Run again later, or send fewer items at a time. ${NOT_BILLED}`,
	},
	{
		statuses: within(400, 499),
		cause: 'request',
		happened: 'Segmind did not accept the request',
		advice: `Change the value that it names and run again. ${NOT_BILLED}`,
	},
	{
		statuses: is(500, 502, 503),
		cause: 'server',
		happened: 'Segmind had trouble with the request',
		advice: `Run again later. If it stays, try another prompt, since Segmind answers so to some content, too. ${NOT_BILLED}`,
	},
	{
		statuses: within(500, 599),
		cause: 'uncertain',
		happened: 'Segmind gave up waiting for the image',
		advice: MAYBE_BILLED,
	},
	{
		statuses: () => true,
		cause: 'response',
		happened: 'The answer is not an image',
		advice: MAYBE_BILLED,
	},
];

/** What an answer without an image means, in Segmind's own words and with the next step. */
export function toRefusal(answer: Answer, redact: Redact): Refusal {
	const words = wordsOf(answer, redact);
	const { statusCode } = answer;
	const row = ROWS.find((each) => each.statuses(statusCode) && (each.words?.test(words) ?? true))!;
	const happened = `${row.happened} (${statusCode})${words === '' ? '' : `: ${words}`}`;
	return new Refusal(row.cause, happened, row.advice, {
		statusCode,
		...toldBy(answer, redact),
		retryAfter: toRetryAfter(answer.headers),
	});
}

/** The API was reached, or not, but no whole answer came: the image may have been made. */
export function uncertain(happened: string): Refusal {
	return new Refusal('uncertain', happened, MAYBE_BILLED);
}

/** The request never left: no connection was made. */
export function neverSent(happened: string, advice: string): Refusal {
	return new Refusal('network', happened, `${advice} ${NOT_BILLED}`);
}

/** A success without a whole image: paid for, it seems, and not there. */
export function noImage(happened: string, statusCode: number, told?: Told): Refusal {
	return new Refusal('response', happened, MAYBE_BILLED, { statusCode, ...told });
}

/** What Segmind has taken into its queue could not be fetched: it is paid for, and fetched by a later try. */
export function awaited(happened: string, requestId: string, link?: string): Awaited {
	const where = link === undefined ? '' : ` Segmind has the file at ${link}.`;
	const advice = `Retry within the hour: it is fetched by its request id, ${requestId}, and not paid for again.${where}`;
	return new Awaited('uncertain', happened, advice, { requestId });
}

/** Segmind knows nothing of a request id: its record is gone about an hour after it was made. */
export function recordGone(requestId: string): Refusal {
	const advice = `Segmind keeps a record for about an hour. ${MAYBE_BILLED}`;
	return new Refusal('uncertain', `Segmind no longer knows the request ${requestId} (404)`, advice, {
		statusCode: 404,
		requestId,
	});
}

/** The file of an answer is where nothing is fetched from. */
export function refuseFile(happened: string): Refusal {
	return new Refusal('response', happened, MAYBE_BILLED);
}

/** A free call that went wrong: whatever came of it, no image was asked for. */
export function unpaid(happened: string, statusCode: number | null): Refusal {
	return new Refusal('server', happened, `Run again later. ${NOT_BILLED}`, { statusCode });
}

/** A free call that something else than Segmind answered. */
export function notSegmind(happened: string, statusCode: number): Refusal {
	return new Refusal('endpoint', happened, CHECK_URL, { statusCode });
}
