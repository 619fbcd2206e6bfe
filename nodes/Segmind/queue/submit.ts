import type { IDataObject } from 'n8n-workflow';

import { isSuccess, wordsOf } from '../segmind/answer';
import { awaited, noImage, toRefusal } from '../segmind/meaning';
import { Awaited, Refusal } from '../segmind/refusal';
import type { Segmind } from '../segmind/segmind';
import type { Fields } from './result';
import { fieldsIn } from './result';
import type { Slip, Ticket } from './ticket';

/** An id that can stand in a path. */
export const isPathSafe = (id: unknown): id is string =>
	typeof id === 'string' && /^[\w-][\w.-]{0,199}$/.test(id);

/** The request id, wherever an answer has it. */
function requestIdIn(fields: Fields): string | undefined {
	if (isPathSafe(fields.request_id)) return fields.request_id;
	for (const url of [fields.response_url, fields.status_url, fields.poll_url]) {
		const id = typeof url === 'string' ? /\/requests?\/([^/?#]+)/.exec(url)?.[1] : undefined;
		if (isPathSafe(id)) return id;
	}
	return undefined;
}

/** Where to ask for a flow of the older form, which has one address for everything. */
function pollPathIn({ poll_url: url, status_url: statusUrl }: Fields): string | undefined {
	if (statusUrl !== undefined || typeof url !== 'string' || !URL.canParse(url)) return undefined;
	const { pathname } = new URL(url);
	return /^\/[\w./-]+$/.test(pathname) ? pathname : undefined;
}

/**
 * Hands a request to Segmind's queue. From then on it is paid for.
 *
 * @throws {Refusal} when it was not taken, or nobody knows
 */
async function submit(
	{ ask, redact }: Segmind,
	path: string,
	body: IDataObject,
	timeout: number,
): Promise<Ticket> {
	const answer = await ask({ method: 'POST', path, body, timeout });
	if (!isSuccess(answer.statusCode)) throw toRefusal(answer, redact);
	const fields = fieldsIn(answer.body);
	const pollPath = pollPathIn(fields);
	const requestId = requestIdIn(fields) ?? pollPath?.split('/').filter(Boolean).at(-1);
	if (requestId !== undefined) return { requestId, ...(pollPath === undefined ? {} : { pollPath }) };
	const words = wordsOf(answer, redact);
	const happened = 'Segmind answered without a request id';
	throw noImage(words === '' ? happened : `${happened}: ${words}`, answer.statusCode);
}

/**
 * Submits a request unless an earlier try did, and hands over its ticket.
 *
 * @throws {Refusal} when it was not taken, or nobody knows
 */
export async function submitOnce(
	segmind: Segmind,
	path: string,
	body: IDataObject,
	slip: Slip,
	timeout: number,
): Promise<Ticket> {
	if (slip.ticket !== undefined) return slip.ticket;
	const { seed } = body;
	const ticket = {
		...(await submit(segmind, path, body, timeout)),
		...(typeof seed === 'number' ? { seed } : {}),
	};
	slip.note(ticket);
	return ticket;
}

/**
 * Does something with a ticket. Where Segmind says that nothing will come of it, the ticket is forgotten; after
 * anything else it is kept for a later try.
 *
 * @throws {Refusal}
 */
export async function withTicket<T>(slip: Slip, { requestId }: Ticket, use: () => Promise<T>): Promise<T> {
	return await use().catch((thrown: unknown) => {
		if (!(thrown instanceof Refusal)) throw awaited(String(thrown), requestId);
		if (!(thrown instanceof Awaited)) slip.drop();
		throw thrown;
	});
}
