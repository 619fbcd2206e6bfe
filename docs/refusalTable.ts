import { toRefusal } from '../nodes/Segmind/segmind/meaning';
import type { Cause } from '../nodes/Segmind/segmind/refusal';
import { Refusal } from '../nodes/Segmind/segmind/refusal';
import { code, toTable } from './markdown';

const HEAD = ['Cause', 'Status', 'What it is', 'Billed', 'Retryable', 'What then'];

/** What each cause stands for, in the order of the table: first what concerns one item, then what concerns all. */
const CAUSES: Readonly<Record<Cause, string>> = {
	request: 'A value that Segmind refuses, or that the node refuses before anything is sent',
	moderation: 'The content filter did not let the request pass',
	network: 'No connection came about: name not found, refused, not secure',
	server: 'Segmind had trouble with the request',
	rateLimit: 'Too many requests for the account at this time',
	uncertain:
		'The answer was lost (gateway timeout, broken connection, time run out, cancelled), or n8n could not store the image; what has a request ID is fetched by the next try',
	response: 'A success without a whole image',
	credential: 'The key is not accepted, or the account or team may not use the model',
	credits:
		"The balance is too low, the team's limit is reached, or the minimum that you set would be crossed",
	endpoint: 'The address does not take the request, redirects it, or has retired the model',
};

const isCause = (cause: string): cause is Cause => cause in CAUSES;

/** Answers as Segmind gives them; where a status has several causes, the words tell them apart. */
const ANSWERS: ReadonlyArray<readonly [status: number, words: string]> = [
	...[200, 301, 302, 307, 308].map((status) => [status, ''] as const),
	...[400, 401, 402, 403, 404, 405, 406, 410, 422, 429].map((status) => [status, ''] as const),
	...[500, 502, 503, 504].map((status) => [status, ''] as const),
	...[400, 406, 422, 500].map((status) => [status, 'blocked by the content filter'] as const),
	[406, 'Invalid content type'],
	[406, 'Insufficient credits'],
	[406, 'Team spend limit reached'],
];

function causeOf(statusCode: number, words: string): Cause {
	return toRefusal({ statusCode, headers: {}, body: Buffer.from(words) }, (text) => text).cause;
}

function statusesOf(cause: Cause): string {
	const statuses = ANSWERS.filter(([status, words]) => causeOf(status, words) === cause).map(
		([status]) => status,
	);
	return [...new Set(statuses)].join(', ');
}

function thenOf({ cause, billed, retryable, shared }: Refusal): string {
	if (shared) return 'no further item is sent: it would be refused alike';
	if (billed === 'unknown') return 'this item ends; it is not sent again on its own';
	if (cause === 'rateLimit') return 'all items wait together, then go on';
	return retryable ? 'sent again after a wait that grows' : 'this item ends, the others go on';
}

/** Why there may be no image, and what that means for money and for the other items. */
export function refusalTable(): string {
	const rows = Object.entries(CAUSES).map(([cause, meaning]) => {
		if (!isCause(cause)) throw new Error(`${cause} is no cause`);
		const refusal = new Refusal(cause, '', '');
		const { billed, retryable } = refusal;
		return [code(cause), statusesOf(cause), meaning, billed, retryable ? 'yes' : 'no', thenOf(refusal)];
	});
	return toTable(HEAD, rows);
}
