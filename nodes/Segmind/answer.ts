import type { Cause } from './refusal';
import { Refusal } from './refusal';
import { toRetryAfter } from './retryAfter';

/** What came back over HTTP. */
export interface Answer {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: Buffer;
}

/** Whether a status promises an image; any other is a refusal. */
export const isSuccess = (statusCode: number): boolean => statusCode >= 200 && statusCode < 300;

/** What the headers of an answer tell; each is null where Segmind did not say. */
export interface Told {
	/** US dollars that this image cost. */
	readonly cost: number | null;
	/** US dollars left in the account. */
	readonly remainingCredits: number | null;
	readonly requestId: string | null;
	/** Seconds that the model took. */
	readonly generationTime: number | null;
}

/** Takes everything out of a text that could be the key. */
export type Redact = (text: string) => string;

/** Takes out one key, and whatever looks like a key of Segmind's. */
export function redactor(key: string): Redact {
	return (text) => (key === '' ? text : text.replaceAll(key, '…')).replace(/SG_\w+/g, 'SG_…');
}

function numberOf(header: unknown): number | null {
	if (typeof header !== 'string' || header.trim() === '') return null;
	const number = Number(header);
	return Number.isFinite(number) ? number : null;
}

/** Characters of a text that are looked at: more than any message, and few enough for every pattern. */
const LOOKED_AT = 4000;

const ENTITIES: Readonly<Record<string, string>> = {
	'&lt;': '<',
	'&gt;': '>',
	'&quot;': '"',
	'&#39;': "'",
	'&nbsp;': ' ',
	'&amp;': '&',
};

/** The text of a page of HTML. */
function textOf(html: string): string {
	return html
		.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, ' ')
		.replace(/<[^>]*>/g, ' ')
		.replace(/&(lt|gt|quot|#39|nbsp|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** One line without control characters and without marks that turn the direction of what follows. */
function plain(text: string, limit: number): string {
	const line = text
		.slice(0, LOOKED_AT)
		.toWellFormed()
		.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\s]+/gu, ' ')
		.trim();
	const characters = Array.from(line);
	return characters.length > limit
		? `${characters
				.slice(0, limit - 1)
				.join('')
				.trimEnd()}…`
		: line;
}

/** Reads the headers; a number that is missing or no number is null, never 0. */
export function toldBy({ headers }: Answer, redact: Redact): Told {
	const requestId = headers['x-request-id'];
	return {
		cost: numberOf(headers['x-cost']),
		remainingCredits: numberOf(headers['x-remaining-credits']),
		requestId: typeof requestId === 'string' && requestId !== '' ? plain(redact(requestId), 100) : null,
		generationTime: numberOf(headers['x-generation-time']),
	};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** The first text in a JSON body that is meant for people, wherever this API puts it. */
function wordsIn(value: unknown): string {
	if (typeof value === 'string') return value;
	if (Array.isArray(value)) return value.map(wordsIn).filter(Boolean).join('; ');
	if (typeof value !== 'object' || value === null) return '';
	const fields = new Map<string, unknown>(Object.entries(value));
	for (const name of ['error_description', 'error', 'message', 'detail', 'error_message', 'msg']) {
		const words = wordsIn(fields.get(name));
		if (words.trim() !== '') return words;
	}
	return '';
}

const isBlank = (json: unknown): boolean => json === null || json === '' || JSON.stringify(json) === '{}';

/** Segmind's own words from a refusal: JSON in any of its shapes, HTML or text; empty where there are none. */
export function wordsOf({ body }: Answer, redact: Redact): string {
	const text = body.toString('utf8');
	if (/^\s*</.test(text)) return plain(redact(textOf(text.slice(0, LOOKED_AT))), 300);
	const json = parsed(text);
	const words = wordsIn(json);
	return plain(redact(words !== '' || isBlank(json) ? words : JSON.stringify(json)), 300);
}

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
		advice: `Open the Segmind credential and paste a key from the API keys page of your Segmind console. ${NOT_BILLED}`,
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
		happened: 'There is no such model at this address',
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

/** A free call that went wrong: whatever came of it, no image was asked for. */
export function unpaid(happened: string, statusCode: number | null): Refusal {
	return new Refusal('server', happened, `Run again later. ${NOT_BILLED}`, { statusCode });
}
