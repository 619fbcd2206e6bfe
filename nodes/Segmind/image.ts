import type { IExecuteFunctions } from 'n8n-workflow';

import type { Answer, Redact, Told } from './answer';
import { isSuccess, toldBy, wordsOf } from './answer';
import { toDefaultName } from './fileName';
import type { Kept } from './item';
import { MAIN_FILE, store } from './item';
import { awaited, noImage, toRefusal } from './meaning';
import type { Media } from './media';
import { toMedia } from './media';
import type { Order } from './order';
import { collect, collectFile, Deadline, submitOnce, withTicket } from './queue';
import type { ImageRequest } from './request';
import type { Fields } from './result';
import { fieldsIn, toldByMetrics, toResult } from './result';
import { toPicture } from './picture';
import type { Segmind } from './segmind';
import type { Attempted, Made, Slip, Ticket, Work } from './work';

/** An image as it was paid for, with what its answer told. */
export interface Image extends Made {
	/** Undefined while Segmind makes it. */
	readonly media: Media | undefined;
	/** Where Segmind keeps it. */
	readonly link: string | undefined;
}

const toImage = (media: Media, told: Told, link?: string): Image => ({
	media,
	told,
	link,
	buffers: [media.bytes],
});

/** One request whose answer is the image. */
async function requestImage(segmind: Segmind, { request, settings }: Order<ImageRequest>): Promise<Image> {
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

async function queueImage(segmind: Segmind, order: Order<ImageRequest>, slip: Slip): Promise<Image> {
	const { request, settings } = order;
	const deadline = new Deadline(settings.timeout);
	const ticket = await submitOnce(segmind, `/v2/${request.model.id}`, request.body, slip, settings.timeout);
	if (settings.delivery === 'submitOnly') {
		const told = { cost: null, remainingCredits: null, generationTime: null, requestId: ticket.requestId };
		return { media: undefined, link: undefined, told, buffers: [] };
	}
	return await withTicket(slip, async () => (await collectImage(segmind, ticket, deadline)).image);
}

/** What an item tells of an image: what was asked for, what came, and what it cost. */
export async function keepImage(
	context: IExecuteFunctions,
	{ made: { media, told, link }, attempts }: Attempted<Image>,
	name: string,
	asked: Readonly<Record<'model' | 'prompt' | 'seed' | 'aspectRatio', string | number | null>>,
): Promise<Kept> {
	const { cost, remainingCredits, requestId, generationTime } = told;
	if (media === undefined) return { files: {}, json: { ...asked, requestId, status: 'QUEUED', attempts } };
	const { format, mimeType, width, height, bytes } = media;
	const fileName = `${name}.${format}`;
	return {
		files: { [MAIN_FILE]: await store(context, bytes, fileName, mimeType) },
		json: {
			...asked,
			width,
			height,
			format,
			mimeType,
			fileName,
			fileSize: bytes.length,
			cost,
			remainingCredits,
			requestId,
			generationTime,
			attempts,
			...(link === undefined ? {} : { imageUrl: link }),
		},
	};
}

const textOr = (value: unknown, otherwise: string | null): string | null =>
	typeof value === 'string' ? value : otherwise;

/** Making images with one model. */
export const imageWork = (price: number): Work<ImageRequest, Image> => ({
	price,
	askedOf({ request: { model, body, seedDrawn }, settings: { delivery } }) {
		// A seed that was drawn is no part of what was asked for.
		const asked = Object.entries(body).filter(([wire]) => !(seedDrawn && wire === 'seed'));
		return [model.id, Object.fromEntries(asked), delivery === 'submitOnly'];
	},
	nameOf: ({ model, body: { prompt, seed } }) => toDefaultName(textOr(prompt, model.id) ?? '', seed),
	send: async (segmind, order, slip) =>
		// A ticket is paid for, whatever was set since then.
		await (order.settings.delivery === 'direct' && slip.ticket === undefined
			? requestImage(segmind, order)
			: queueImage(segmind, order, slip)),
	async keep(context, { request: { model, body } }, attempted, name) {
		return await keepImage(context, attempted, name, {
			model: model.id,
			prompt: textOr(body.prompt, null),
			seed: typeof body.seed === 'number' ? body.seed : null,
			aspectRatio: textOr(body.aspect_ratio, null),
		});
	},
});
