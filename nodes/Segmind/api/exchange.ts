import type { IN8nHttpFullResponse } from 'n8n-workflow';

import { chainOf, wasSent } from './connectionErrors';

/** Options that all requests share: any status is a response, the body is streamed, and no redirect is followed. */
export const httpOptions = (timeout: number) =>
	({
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		// n8n's own timeout counts silence only. It must not end a long wait before the deadline does.
		timeout: (timeout + 5) * 1000,
	}) as const;

/** A response as n8n returns it, and whether the request went out whole; undefined when that is unknown. */
export type Exchange = Pick<IN8nHttpFullResponse, 'statusCode' | 'headers' | 'body'> & {
	readonly wasSent?: boolean | undefined;
};

/**
 * Statuses that a proxy gives as well when it lets no request pass. For these n8n throws an error that has the request,
 * which knows whether it went out. A 401 is not among them: n8n sends that request again.
 */
export const TELLING_STATUSES = [
	...[300, 301, 302, 303, 307, 308, 403, 404, 407],
	...Array.from({ length: 100 }, (_, index) => 500 + index),
];

/** Returns the response in an error for one of these statuses. Throws any other error. */
export function toExchange(thrown: unknown): Exchange {
	for (const error of chainOf(thrown)) {
		const { status, headers, data } = 'response' in error ? Object(error.response) : {};
		if (typeof status === 'number')
			return { statusCode: status, headers, body: data, wasSent: wasSent(thrown) };
	}
	throw thrown;
}
