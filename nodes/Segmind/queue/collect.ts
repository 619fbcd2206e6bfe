import type { Answer } from '../segmind/answer';
import { isSuccess, shownLink } from '../segmind/answer';
import { awaited, recordGone, toRefusal } from '../segmind/meaning';
import { Refusal } from '../segmind/refusal';
import type { Segmind } from '../segmind/segmind';
import { wait } from '../segmind/wait';
import type { Deadline } from './deadline';
import type { Fields } from './result';
import { fieldsIn, fieldsOf } from './result';
import type { Ticket } from './ticket';

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

/** What to say when no time is left for another look. */
function whyNotThere({ left, seconds }: Deadline, pause: number, pending: Refusal | undefined): string {
	const why = pending === undefined ? '' : `: ${pending.message}`;
	return left < pause
		? `Nothing was there within ${seconds} seconds${why}`
		: `Segmind asks to wait for longer than is left of ${seconds} seconds${why}`;
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
		if (cancelled?.aborted === true) {
			throw awaited('The execution was cancelled while the image was being made', requestId);
		}
		const timeout = deadline.secondsFor(LOOK_TIMEOUT);
		const answer = await ask({ method: 'GET', path, timeout }).catch(Refusal.from);
		const look = answer instanceof Refusal ? { pending: answer } : toLook(answer, segmind, isThere);
		if ('fields' in look) return look.fields;
		const { pending } = look;
		notFound = pending?.statusCode === 404 ? notFound + 1 : 0;
		if (notFound === NOT_FOUND_LIMIT) throw recordGone(requestId);
		if (pending?.shared === true && notFound === 0) throw awaited(pending.message, requestId);
		const rest = Math.max(pause, pending?.retryAfter ?? 0);
		if (deadline.left < rest) throw awaited(whyNotThere(deadline, pause, pending), requestId);
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
	const isWhole = (fields: Fields): boolean =>
		Object.keys(fields).length > 0 && (fields.status === undefined || isDone(fields));
	const result = await lookUntil(segmind, path, requestId, deadline, isWhole);
	return { ...result, metrics: { ...fieldsOf(done.metrics), ...fieldsOf(result.metrics) } };
}

/**
 * Fetches a file that was paid for, again when that may help: it is free.
 *
 * @returns the file, or why it does not come
 */
export async function fetchPatiently(
	{ fetchFile, whyNotFetched, cancelled }: Segmind,
	link: string,
	deadline: Deadline,
): Promise<Answer | string> {
	const why = whyNotFetched(link);
	if (why !== undefined) return why;
	for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * GROWTH)) {
		const answer = await fetchFile(link, deadline.secondsFor()).catch(Refusal.from);
		if (!(answer instanceof Refusal) && isSuccess(answer.statusCode)) return answer;
		const isLast = pause === LONGEST_PAUSE || deadline.left < pause || cancelled?.aborted === true;
		if (isLast) {
			return answer instanceof Refusal ? answer.message : `its host answered with ${answer.statusCode}`;
		}
		await wait(pause, cancelled);
	}
}

/**
 * Fetches the file of a finished request.
 *
 * @throws {Awaited} when it does not come
 */
export async function collectFile(
	segmind: Segmind,
	link: string,
	{ requestId }: Ticket,
	deadline: Deadline,
): Promise<Answer> {
	const file = await fetchPatiently(segmind, link, deadline);
	if (typeof file !== 'string') return file;
	const where = shownLink(link, segmind.redact);
	throw awaited(`The image is made, and could not be fetched: ${file}`, requestId, where);
}
