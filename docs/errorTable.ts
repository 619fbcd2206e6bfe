import type { SegmindError } from '../nodes/Segmind/api/errors';
import type { Reason, Scope } from '../nodes/Segmind/api/reasons';
import { REASONS } from '../nodes/Segmind/api/reasons';
import { responseError } from '../nodes/Segmind/api/responseErrors';
import { code, toTable } from './markdown';

const errorOf = (statusCode: number, text: string): SegmindError =>
	responseError({ statusCode, headers: {}, body: Buffer.from(text) }, (unchanged) => unchanged);

/** What each reason stands for: first those of a single item, then those of the whole run. */
const SUMMARIES: Readonly<Record<Reason, string>> = {
	request: 'A value that Segmind rejects, or that the node rejects before anything is sent',
	moderation: 'Rejected by the content filter',
	network:
		'No request reached Segmind: unknown host, refused connection, rejected certificate, or a proxy or firewall in between',
	server: "An error on Segmind's side",
	rateLimit: 'Too many requests for the account',
	uncertain:
		'The response was lost (broken connection, timeout, gateway, cancelled), or n8n could not store the image. With a request ID the next try or Get Result fetches it',
	response: 'A successful response without a complete image',
	credential: 'The API key is not valid, or the account or team may not use the model',
	credits: "Not enough credits, the team's limit, or your minimum of remaining credits",
	endpoint: 'Unknown address or retired model, a redirect, or a method or content type that is not accepted',
};

const STATUSES = [
	200, 301, 302, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 410, 422, 425, 429, 500, 502, 503, 504,
];

/** Where a status has several reasons, the text of the response tells them apart. */
const TEXTS = [
	'',
	'blocked by the content filter',
	'Invalid content type',
	'Insufficient credits',
	"the team's spending limit is reached",
];

/** Statuses by what else they keep from being sent. */
function scopesOf(reason: Reason): Map<Scope, ReadonlySet<number>> {
	const scopes = new Map<Scope, Set<number>>();
	for (const status of STATUSES) {
		const errors = TEXTS.map((text) => errorOf(status, text)).filter((error) => error.reason === reason);
		for (const { stops } of errors) scopes.set(stops, (scopes.get(stops) ?? new Set()).add(status));
	}
	return scopes;
}

const statusesOf = (reason: Reason): string =>
	[...new Set([...scopesOf(reason).values()].flatMap((statuses) => [...statuses]))].sort().join(', ');

/** What tells apart the answers of one reason: their words for credits, the status for all else. */
const labelOf = (reason: Reason, scope: Scope, statuses: ReadonlySet<number>): string => {
	if (reason !== 'credits') return [...statuses].join(', ');
	return scope === 'batch' ? "The team's limit" : 'Too few credits';
};

const SKIPPED: Readonly<Record<Exclude<Scope, 'nothing'>, string>> = {
	batch: 'no more items are sent',
	endpoint: 'items of the same model are skipped',
	price: 'items that cost as much or more are skipped',
};

function nextStep(reason: Reason): string {
	const { billed, retryable, stops } = REASONS[reason];
	if (stops !== 'nothing') {
		const parts = [...scopesOf(reason)].flatMap(([scope, statuses]) =>
			scope === 'nothing' ? [] : [`${labelOf(reason, scope, statuses)}: ${SKIPPED[scope]}`],
		);
		return parts.join('. ');
	}
	if (billed !== 'no') return 'The item fails and is not retried automatically';
	if (reason === 'rateLimit') return 'All items wait, then continue';
	return retryable ? 'Retried with growing waits' : 'The item fails, the others continue';
}

/** The causes alone, in short. */
export const causeTable = (): string =>
	toTable(
		['`details.cause`', 'What it is', 'Billed'],
		(Object.keys(SUMMARIES) as Reason[]).map((reason) => [
			code(reason),
			SUMMARIES[reason],
			REASONS[reason].billed,
		]),
	);

/** Why there may be no image, and what that means for money and for the other items. */
export function errorTable(): string {
	return toTable(
		['Cause', 'Status', 'What it is', 'Billed', 'Retryable', 'What happens next'],
		(Object.keys(SUMMARIES) as Reason[]).map((reason) => {
			const { billed, retryable } = REASONS[reason];
			const facts = [code(reason), statusesOf(reason), SUMMARIES[reason]];
			const isFetchedLater = reason === 'uncertain' ? 'with a request ID' : 'no';
			return [...facts, billed, retryable ? 'yes' : isFetchedLater, nextStep(reason)];
		}),
	);
}
