import type { IExecuteFunctions } from 'n8n-workflow';

import { readCost, readNumber } from './json';
import type { Redact } from './text';
import { toDisplayText } from './text';

/** An HTTP response with its whole body. */
export interface ApiResponse {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: Buffer;
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

/** Returns whether a proxy, firewall or gateway wrote a response: the API itself writes JSON and names no proxy. */
export const isForeign = ({ headers, body }: ApiResponse): boolean =>
	/^\s*</.test(body.toString('utf8', 0, 100)) ||
	textOf(headers.via) !== '' ||
	PROXY.test(textOf(headers.server));

/** Milliseconds; a server's clock that differs by less counts as ours, since its Date has no finer unit. */
const SAME_CLOCK = 2000;

const DAY = 24 * 60 * 60 * 1000;

/** From this number on it is a time in seconds; a thousand times larger, in milliseconds. */
const FIRST_EPOCH_SECOND = 1_000_000_000;

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** Milliseconds since the epoch, from ISO with a zone or without (then UTC), seconds or milliseconds. */
function toTime(text: string): number | null {
	if (/^\d+(\.\d+)?$/.test(text)) {
		const number = Number(text);
		if (number < FIRST_EPOCH_SECOND) return null;
		return number < FIRST_EPOCH_SECOND * 1000 ? number * 1000 : number;
	}
	const time = Date.parse(WITHOUT_ZONE.test(text) ? `${text.replace(' ', 'T')}Z` : text);
	return Number.isNaN(time) ? null : time;
}

/** Milliseconds since the epoch by the server's clock, so that a wrong clock on either side does no harm. */
function serverNow(date: unknown): number {
	const stated = Date.parse(textOf(date));
	const here = Date.now();
	return Number.isNaN(stated) || Math.abs(stated - here) < SAME_CLOCK ? here : stated;
}

/**
 * Returns how long the server asks to wait, from Retry-After or `x-rate-limit-reset-at-utc`.
 *
 * @returns milliseconds; null when it names no time, a past one, or one more than a day away
 */
export function toRetryAfter(headers: Readonly<Record<string, unknown>>): number | null {
	const after = textOf(headers['retry-after']);
	const reset = textOf(headers['x-rate-limit-reset-at-utc']);
	const now = serverNow(headers.date);
	const times = [
		/^\d{1,9}$/.test(after) ? Number(after) * 1000 : (toTime(after) ?? Number.NaN) - now,
		(toTime(reset) ?? Number.NaN) - now,
	];
	return times.find((time) => time >= 0 && time <= DAY) ?? null;
}
