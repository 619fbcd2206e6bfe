import type { IDataObject } from 'n8n-workflow';

import type { Answer } from './answer';
import { isSuccess } from './answer';
import { awaited, noImage, recordGone, toRefusal } from './meaning';
import { Awaited, Refusal } from './refusal';
import type { Fields } from './result';
import { fieldsIn, fieldsOf } from './result';
import type { Segmind } from './segmind';
import { wait } from './wait';
import type { Slip, Ticket } from './work';

/** Milliseconds before the second look; each further pause is longer, since most images are there in seconds. */
const FIRST_PAUSE = 1000;

/** Milliseconds. */
const LONGEST_PAUSE = 5000;

const GROWTH = 1.5;

/** Seconds for one look, which costs nothing and is taken again. */
const LOOK_TIMEOUT = 30;

/** A record may take a moment to be found everywhere; so many times in a row, it is gone. */
const NOT_FOUND_LIMIT = 3;

const DONE = /^(completed|succeeded|success)$/i;
const FAILED = /^(failed|error|cancell?ed)$/i;

/** How long a whole delivery may take, from now. */
export class Deadline {
	private readonly at: number;

	/** @param seconds from now */
	constructor(readonly seconds: number) {
		this.at = performance.now() + seconds * 1000;
	}

	/** Milliseconds, below 0 when it is over. */
	get left(): number {
		return this.at - performance.now();
	}

	/** Whole seconds that one request may take of what is left, and of so many. */
	secondsFor(limit = Infinity): number {
		return Math.max(1, Math.min(limit, Math.ceil(this.left / 1000)));
	}
}

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
	const requestId = requestIdIn(fields) ?? pollPath?.split('/').at(-1);
	if (requestId !== undefined) return { requestId, ...(pollPath === undefined ? {} : { pollPath }) };
	throw noImage('Segmind answered without a request id', answer.statusCode);
}

/** What a look found: its fields, or why there is nothing yet. */
type Look = { readonly fields: Fields } | { readonly pending: Refusal | undefined };

/** What an answer to a look means; a failed request throws. */
function toLook(answer: Answer, { redact }: Segmind, isThere: (fields: Fields) => boolean): Look {
	const { statusCode } = answer;
	const fields = isSuccess(statusCode) ? fieldsIn(answer.body) : {};
	if (FAILED.test(String(fields.status))) throw toRefusal({ ...answer, statusCode: 422 }, redact);
	if (statusCode === 422) throw toRefusal(answer, redact);
	if (isThere(fields)) return { fields };
	return { pending: isSuccess(statusCode) ? undefined : toRefusal(answer, redact) };
}

/** Looks until there is what is waited for. */
async function lookUntil(
	segmind: Segmind,
	path: string,
	requestId: string,
	deadline: Deadline,
	isThere: (fields: Fields) => boolean,
): Promise<Fields> {
	const { ask, cancelled } = segmind;
	let notFound = 0;
	for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * GROWTH)) {
		const timeout = deadline.secondsFor(LOOK_TIMEOUT);
		const answer = await ask({ method: 'GET', path, timeout }).catch(Refusal.from);
		const look = answer instanceof Refusal ? { pending: answer } : toLook(answer, segmind, isThere);
		if ('fields' in look) return look.fields;
		const { pending } = look;
		notFound = pending?.statusCode === 404 ? notFound + 1 : 0;
		if (notFound === NOT_FOUND_LIMIT) throw recordGone(requestId);
		if (cancelled?.aborted === true) {
			throw awaited('The execution was cancelled while the image was being made', requestId);
		}
		if (pending?.shared === true && notFound === 0) throw awaited(pending.message, requestId);
		const rest = Math.max(pause, pending?.retryAfter ?? 0);
		if (deadline.left < rest) {
			const why = pending === undefined ? '' : `: ${pending.message}`;
			throw awaited(`The image was not there within ${deadline.seconds} seconds${why}`, requestId);
		}
		await wait(rest, cancelled);
	}
}

/**
 * Waits for a request and reads what it gave.
 *
 * @throws {Awaited} when it is not there in time; {@link Refusal} when it never will be
 */
export async function collect(
	segmind: Segmind,
	{ requestId, pollPath }: Ticket,
	deadline: Deadline,
): Promise<Fields> {
	const path = `/v2/requests/${requestId}`;
	const isDone = ({ status }: Fields): boolean => DONE.test(String(status));
	if (pollPath !== undefined) return await lookUntil(segmind, pollPath, requestId, deadline, isDone);
	const done = await lookUntil(segmind, `${path}/status`, requestId, deadline, isDone);
	const result = await lookUntil(
		segmind,
		path,
		requestId,
		deadline,
		(fields) => Object.keys(fields).length > 0,
	);
	return { ...result, metrics: { ...fieldsOf(done.metrics), ...fieldsOf(result.metrics) } };
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
	const ticket = await submit(segmind, path, body, timeout);
	slip.note(ticket);
	return ticket;
}

/**
 * Fetches the file of a finished request, again when that may help: it is free.
 *
 * @throws {Awaited} when it does not come
 */
export async function collectFile(
	segmind: Segmind,
	link: string,
	{ requestId }: Ticket,
	deadline: Deadline,
): Promise<Answer> {
	for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * GROWTH)) {
		const answer = await segmind.fetchFile(link, deadline.secondsFor()).catch(Refusal.from);
		if (!(answer instanceof Refusal) && isSuccess(answer.statusCode)) return answer;
		const why = answer instanceof Refusal ? answer.message : `its host answered with ${answer.statusCode}`;
		const isLast = pause === LONGEST_PAUSE || deadline.left < pause || segmind.cancelled?.aborted === true;
		if (isLast) throw awaited(`The image is made, and could not be fetched: ${why}`, requestId, link);
		await wait(pause, segmind.cancelled);
	}
}

/** Does something with a ticket, and forgets the ticket when it is worth nothing any more. */
export async function withTicket<T>(slip: Slip, use: () => Promise<T>): Promise<T> {
	return await use().catch((thrown: unknown) => {
		if (!(thrown instanceof Awaited)) slip.drop();
		throw thrown;
	});
}
