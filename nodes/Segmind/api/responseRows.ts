import { API_KEYS_URL } from '../../../credentials/connection';
import { MAY_BE_BILLED, NOT_BILLED } from './errors';
import type { Reason, Scope } from './reasons';
import type { Writer } from './response';

/** What one kind of response means. */
export interface Row {
	readonly matches: (statusCode: number) => boolean;
	/** Tells the causes of one status apart by the error text. */
	readonly text?: RegExp;
	/** Who wrote the response; anybody when left out. */
	readonly writer?: Writer;
	readonly reason: Reason;
	/** Where it is not the reason's own. */
	readonly stops?: Scope;
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

/** The next step where the base URL may be wrong. */
export const CHECK_URL = `Check 'Base URL' in the Segmind credential. ${NOT_BILLED}`;
const QUEUE = `${MAY_BE_BILLED} With 'Delivery' set to Queued, a request may take as long as it needs.`;
const TOP_UP = `Add credits in your Segmind console, or use another account's credential. ${NOT_BILLED}`;

/** Words of a content filter. */
export const MODERATION =
	/content[ _-](policy|filter)|safety(?![ _-]?tolerance)|moderat|nsfw|responsible[ _-]ai|inappropriate|prohibited|\b(blocked|flagged)\b/i;

/** What each response without a result means. The first row that matches counts. */
const ROWS: readonly Row[] = [
	{
		matches: () => true,
		writer: 'proxy',
		reason: 'network',
		message: 'A proxy refused the connection to Segmind',
		description: `Check the proxy of this n8n, and whether it lets requests to Segmind pass. ${NOT_BILLED}`,
	},
	{
		matches: (statusCode) => within(400, 499)(statusCode) && !is(404, 405, 408, 410, 425, 429)(statusCode),
		writer: 'gateway',
		reason: 'network',
		message: 'A proxy or firewall refused the request in place of Segmind',
		description: `Check the proxies between this n8n and Segmind, and 'Base URL' in the Segmind credential. ${NOT_BILLED}`,
	},
	{
		matches: within(500, 599),
		writer: 'gateway',
		reason: 'uncertain',
		message: 'A proxy or gateway lost the response',
		description: QUEUE,
	},
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
		description: `Paste a key from the API keys page of your Segmind console, ${API_KEYS_URL}, into the Segmind credential. ${NOT_BILLED}`,
	},
	{
		matches: is(402, 406),
		text: /\b(team|spend(ing)?)\b.*\blimit\b|\blimit\b.*\bteam\b/i,
		reason: 'credits',
		stops: 'batch',
		message: "The team's spending limit is reached",
		description: `Raise the limit in your Segmind console, or wait for the next period. ${NOT_BILLED}`,
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
		stops: 'endpoint',
		message: 'This account or team may not use the model',
		description: `Ask the owner of the Segmind team to allow the model, or use another account's credential. ${NOT_BILLED}`,
	},
	{
		matches: is(404),
		reason: 'endpoint',
		stops: 'endpoint',
		message: 'Segmind does not know this address',
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
		text: /credit|balance|insufficient|funds/i,
		reason: 'credits',
		message: 'The account has too few credits',
		description: TOP_UP,
	},
	{
		matches: within(500, 599),
		text: /internal polling error/i,
		reason: 'uncertain',
		message: 'Segmind stopped waiting for the result, which may still be made',
		description: QUEUE,
	},
	{
		matches: is(400, 406, 422, 500),
		text: MODERATION,
		reason: 'moderation',
		message: 'The content filter rejected the request',
		description: `Reword the prompt. ${NOT_BILLED}`,
	},
	{
		matches: is(410),
		reason: 'endpoint',
		stops: 'endpoint',
		message: 'Segmind has retired this model',
		description: `Choose another model, or look for an update of this node. ${NOT_BILLED}`,
	},
	{
		matches: is(408),
		reason: 'uncertain',
		message: 'The connection to Segmind timed out',
		description: QUEUE,
	},
	{
		matches: is(429),
		reason: 'rateLimit',
		message: 'The rate limit of this account is reached',
		description: `Try again later, or send fewer items at a time. ${NOT_BILLED}`,
	},
	{
		matches: is(425, 500, 502, 503),
		reason: 'server',
		message: 'Segmind failed to process the request',
		description: `Try again later. If it keeps happening, try another prompt: Segmind also returns this for some content. ${NOT_BILLED}`,
	},
	{
		matches: within(400, 499),
		reason: 'request',
		message: 'Segmind did not accept the request',
		description: `Change the value that it names and try again. ${NOT_BILLED}`,
	},
	{
		matches: within(500, 599),
		reason: 'uncertain',
		message: 'Segmind stopped waiting for the result',
		description: QUEUE,
	},
	{
		matches: () => true,
		reason: 'response',
		message: 'The response has no usable result',
		description: MAY_BE_BILLED,
	},
];

/** Returns the row of a response without a result: the first that matches. */
export const findRow = (statusCode: number, text: string, writer: Writer): Row =>
	ROWS.find(
		(row) => (row.writer ?? writer) === writer && row.matches(statusCode) && (row.text?.test(text) ?? true),
	)!;
