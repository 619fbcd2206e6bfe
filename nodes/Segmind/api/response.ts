import type { IExecuteFunctions } from 'n8n-workflow';

import { jsonBody, readCost, readNumber } from './json';
import type { Redact } from './text';
import { toDisplayText } from './text';

/** An HTTP response with its whole body. */
export interface ApiResponse {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: Buffer;
	/** False when a proxy answered and the request never left. */
	readonly wasSent?: boolean | undefined;
}

/** A file's bytes, or a stream of them when they are too many to hold. n8n stores either. */
export type FileContent = Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0];

/** An HTTP response whose body may be a stream, which ends at the request's deadline if nobody reads it. */
export interface FileResponse extends Omit<ApiResponse, 'body'> {
	readonly body: FileContent;
}

/** Whether a status promises a result. */
export const isSuccess = (statusCode: number): boolean => statusCode >= 200 && statusCode < 300;

/** What a request used; null where Segmind did not say. */
export interface Usage {
	/** US dollars. */
	readonly cost: number | null;
	/** US dollars left in the account. */
	readonly remainingCredits: number | null;
	readonly requestId: string | null;
	/** Seconds that the model took. */
	readonly generationTime: number | null;
}

/** Reads what the headers say. A number that is missing or malformed is null, never 0. */
export function readUsage({ headers }: ApiResponse, redact: Redact): Usage {
	const requestId = headers['x-request-id'];
	return {
		cost: readCost(headers['x-cost']),
		remainingCredits: readNumber(headers['x-remaining-credits']),
		requestId:
			typeof requestId === 'string' && requestId !== '' ? toDisplayText(requestId, redact, 100) : null,
		generationTime: readNumber(headers['x-generation-time']),
	};
}

const textOf = (header: unknown): string => (typeof header === 'string' ? header.trim() : '');

/** Returns a seed, also from its text; null for anything else, and for -1, which asks for a random one. */
export function toSeed(value: unknown): number | null {
	const seed = readNumber(value);
	return seed !== null && Number.isSafeInteger(seed) && seed >= 0 ? seed : null;
}

/** Returns the seed that a response says was used. */
export const readSeed = ({ headers }: Pick<ApiResponse, 'headers'>): number | null =>
	toSeed(headers['x-seed-value']);

/** Servers that stand between a client and an API. */
const PROXY =
	/nginx|openresty|cloudflare|cloudfront|envoy|istio|varnish|haproxy|squid|akamai|traefik|caddy|apache|elb\b|kong|zscaler|bluecoat|mcafee|fortinet/i;

/** Words of gateways that failed. */
const GATEWAY_WORDS = /\b(upstream|bad gateway|gateway time-?out|no healthy|proxy)\b/i;

/** What stands between n8n and Segmind, by its own name; '' when a response names nothing. */
export function gatewayOf({ headers }: Pick<ApiResponse, 'headers'>): string {
	const server = textOf(headers.server);
	return textOf(headers.via) || (PROXY.test(server) ? server : '');
}

/** Who wrote a response: the API, a gateway that may have passed the request on, or a proxy that did not. */
export type Writer = 'api' | 'gateway' | 'proxy';

/**
 * Tells who wrote a response. The API writes JSON with an error in it, and what it passes through adds headers; but a 502
 * or 504 is what a gateway writes.
 */
export function writerOf(response: ApiResponse): Writer {
	if (response.wasSent === false) return 'proxy';
	const text = response.body.toString('utf8', 0, 1000);
	if (/^\s*</.test(text) || response.statusCode === 407) return 'gateway';
	const isNamed = gatewayOf(response) !== '';
	if (Object.hasOwn(jsonBody(response.body), 'error')) {
		return isNamed && [502, 504].includes(response.statusCode) ? 'gateway' : 'api';
	}
	return isNamed || GATEWAY_WORDS.test(text) ? 'gateway' : 'api';
}

const DAY = 24 * 60 * 60 * 1000;

/** From this number on it is a time in seconds; a thousand times larger, in milliseconds. A smaller one is a duration. */
const FIRST_EPOCH_SECOND = 1_000_000_000;

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** Milliseconds since the epoch, from ISO with a zone or without (then UTC), seconds or milliseconds. */
export function toTime(text: string): number {
	if (/^\d+(\.\d+)?$/.test(text)) {
		const number = Number(text);
		if (number < FIRST_EPOCH_SECOND) return Number.NaN;
		return number < FIRST_EPOCH_SECOND * 1000 ? number * 1000 : number;
	}
	return Date.parse(WITHOUT_ZONE.test(text) ? `${text.replace(' ', 'T')}Z` : text);
}

/** Milliseconds, from seconds with or without their unit. */
function toDuration(text: string): number {
	const [, number = ''] = /^(\d+(?:\.\d+)?)\s*s?$/.exec(text) ?? [];
	return number === '' || Number(number) >= FIRST_EPOCH_SECOND ? Number.NaN : Number(number) * 1000;
}

/** The wait that an error text names, in milliseconds. */
function durationIn(text: string): number {
	const [, number = '', unit = ''] =
		/\b(?:in|after|wait)\s+(?:about\s+)?(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|min|minutes?)\b/i.exec(
			text,
		) ?? [];
	if (number === '') return Number.NaN;
	const scale = /^m(s|illi)/i.test(unit) ? 1 : /^m/i.test(unit) ? 60_000 : 1000;
	return Number(number) * scale;
}

const isWait = (milliseconds: number): boolean => milliseconds >= 0 && milliseconds <= DAY;

/**
 * Returns how long the server asks to wait, from Retry-After, one of the headers for the reset of a rate limit, or the
 * body. A time is compared with this machine's clock and with the server's, since either may be wrong. The shorter wait
 * counts: a request that comes too early is refused, which costs nothing.
 *
 * @returns milliseconds; null when it names no time, a past one, or one more than a day away
 */
export function toRetryAfter({ headers, body }: Pick<ApiResponse, 'headers' | 'body'>): number | null {
	const clocks = [Date.now(), Date.parse(textOf(headers.date))];
	const fields = jsonBody(body);
	const stated = [
		headers['retry-after'],
		headers['x-rate-limit-reset-at-utc'],
		headers['x-ratelimit-reset'],
		headers['ratelimit-reset'],
		fields.retry_after,
	];
	for (const value of stated) {
		const text = typeof value === 'number' ? String(value) : textOf(value);
		const time = toTime(text);
		const waits = [toDuration(text), ...clocks.map((now) => time - now)].filter(isWait);
		if (waits.length > 0) return Math.min(...waits);
	}
	const named = durationIn(body.toString('utf8', 0, 1000));
	return isWait(named) ? named : null;
}
