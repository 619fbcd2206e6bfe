import { collect, collectFile, fetchPatiently } from '../queue/collect';
import { Deadline } from '../queue/deadline';
import type { Fields } from '../queue/result';
import { fieldsIn, toldByMetrics, toResult } from '../queue/result';
import type { Ticket } from '../queue/ticket';
import type { Order } from '../request/order';
import type { ImageRequest } from '../request/request';
import type { Answer, Made, Redact, Told } from '../segmind/answer';
import { isSuccess, shownLink, toldBy, wordsOf } from '../segmind/answer';
import { awaited, noImage, toRefusal } from '../segmind/meaning';
import type { Segmind } from '../segmind/segmind';
import type { Media } from './media';
import { toMedia } from './media';
import { toPicture } from './picture';

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
	const { media, link } = anyMedia
		? await mediaIn(segmind, answer, told, new Deadline(timeout))
		: { media: toPicture(answer.body), link: undefined };
	if (media === 'broken') throw noImage('The image that came is cut short or malformed', statusCode, told);
	if (media === 'unknown') throw noImage(whatCame(answer, redact), statusCode, told);
	return toImage(media, told, link);
}

/** The file of an answer, which other models also put into JSON, or name by a link. */
async function mediaIn(
	segmind: Segmind,
	{ body, headers, statusCode }: Answer,
	told: Told,
	deadline: Deadline,
): Promise<{ readonly media: ReturnType<typeof toMedia>; readonly link: string | undefined }> {
	const media = toMedia(body, headers['content-type']);
	const result = media === 'unknown' ? toResult(fieldsIn(body)) : null;
	if (result === null) return { media, link: undefined };
	const { link, bytes } = result;
	if (link === undefined) return { media: bytes === undefined ? media : toMedia(bytes, undefined), link };
	const file = await fetchPatiently(segmind, link, deadline);
	if (typeof file !== 'string')
		return { media: toMedia(file.body, file.headers['content-type'], link), link };
	const where = shownLink(link, segmind.redact);
	throw noImage(`The image is made, and could not be fetched from ${where}: ${file}`, statusCode, told);
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
	const where = link === undefined ? undefined : shownLink(link, segmind.redact);
	throw awaited('The file that came is not a whole image', requestId, where);
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
