import type { Answer, Made, Redact, Told } from './answer';
import { isSuccess, toldBy, wordsOf } from './answer';
import { awaited, noImage, toRefusal } from './meaning';
import type { Media } from './media';
import { toMedia } from './media';
import type { Order } from './order';
import { collect, collectFile } from './collect';
import type { Deadline } from './deadline';
import type { ImageRequest } from './request';
import type { Fields } from './result';
import { fieldsIn, toldByMetrics, toResult } from './result';
import { toPicture } from './picture';
import type { Segmind } from './segmind';
import type { Ticket } from './ticket';

/** An image as it was paid for, with what its answer told. */
export interface Image extends Made {
	/** Undefined while Segmind makes it. */
	readonly media: Media | undefined;
	/** Where Segmind keeps it. */
	readonly link: string | undefined;
	/** The seed that was sent, where another try sent it. */
	readonly seed?: number | undefined;
}

const toImage = (media: Media, told: Told, link?: string): Image => ({
	media,
	told,
	link,
	buffers: [media.bytes],
});

/** One request whose answer is the image. */
export async function requestImage(
	segmind: Segmind,
	{ request, settings }: Order<ImageRequest>,
): Promise<Image> {
	const { ask, redact } = segmind;
	const { model, body, anyMedia } = request;
	const { timeout } = settings;
	const answer = await ask({ method: 'POST', path: `/v1/${model.id}`, body, timeout });
	const { statusCode } = answer;
	if (!isSuccess(statusCode)) throw toRefusal(answer, redact);
	const told = toldBy(answer, redact);
	const media = anyMedia ? await mediaIn(segmind, answer, timeout) : toPicture(answer.body);
	if (media === 'broken') throw noImage('The image that came is cut short or malformed', statusCode, told);
	if (media === 'unknown') throw noImage(whatCame(answer, redact), statusCode, told);
	return toImage(media, told);
}

/** The file of an answer, which other models also put into JSON, or name by a link. */
async function mediaIn(
	{ fetchFile }: Segmind,
	{ body, headers }: Answer,
	timeout: number,
): Promise<ReturnType<typeof toMedia>> {
	const media = toMedia(body, headers['content-type']);
	const result = media === 'unknown' ? toResult(fieldsIn(body)) : null;
	if (result === null) return media;
	if (result.bytes !== undefined) return toMedia(result.bytes, undefined);
	const file = await fetchFile(result.link ?? '', timeout);
	return isSuccess(file.statusCode)
		? toMedia(file.body, file.headers['content-type'], result.link)
		: 'unknown';
}

function whatCame(answer: Answer, redact: Redact): string {
	if (answer.body.length === 0) return 'The answer is empty';
	const words = wordsOf(answer, redact);
	return words === '' ? 'The answer is not an image' : `The answer is not an image: ${words}`;
}

/** The image of a request that is finished. */
async function openResult(
	segmind: Segmind,
	fields: Fields,
	ticket: Ticket,
	deadline: Deadline,
): Promise<Image> {
	const { requestId } = ticket;
	const result = toResult(fields);
	if (result === null) throw awaited('The request is finished, and its answer names no image', requestId);
	const { link } = result;
	const file: Pick<Answer, 'body' | 'headers'> =
		result.bytes === undefined
			? await collectFile(segmind, link ?? '', ticket, deadline)
			: { body: result.bytes, headers: {} };
	const media = toMedia(file.body, file.headers['content-type'], link);
	if (typeof media !== 'string') return toImage(media, toldByMetrics(fields, requestId), link);
	throw awaited('The file that came is not a whole image', requestId, link);
}

/**
 * Waits for an image in Segmind's queue and fetches it.
 *
 * @throws {Refusal} when there is no whole image; {@link Awaited} when a later try can fetch it
 */
export async function collectImage(
	segmind: Segmind,
	ticket: Ticket,
	deadline: Deadline,
): Promise<{ readonly image: Image; readonly fields: Fields }> {
	const fields = await collect(segmind, ticket, deadline);
	return { image: await openResult(segmind, fields, ticket, deadline), fields };
}
