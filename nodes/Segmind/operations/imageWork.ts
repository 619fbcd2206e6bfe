import type { IExecuteFunctions } from 'n8n-workflow';

import type { Attempted, Work } from '../batch/work';
import type { Image } from '../image/image';
import { collectImage, requestImage } from '../image/image';
import type { Kept } from '../item/item';
import { MAIN_FILE, store } from '../item/item';
import { Deadline } from '../queue/deadline';
import { submitOnce, withTicket } from '../queue/submit';
import type { Slip } from '../queue/ticket';
import { toDefaultName } from '../request/fileName';
import type { Order } from '../request/order';
import type { ImageRequest } from '../request/request';
import type { Segmind } from '../segmind/segmind';

async function queueImage(segmind: Segmind, order: Order<ImageRequest>, slip: Slip): Promise<Image> {
	const { request, settings } = order;
	const deadline = new Deadline(settings.timeout);
	const ticket = await submitOnce(segmind, `/v2/${request.model.id}`, request.body, slip, settings.timeout);
	if (settings.delivery === 'submitOnly') {
		const told = { cost: null, remainingCredits: null, generationTime: null, requestId: ticket.requestId };
		return { media: undefined, link: undefined, told, seed: ticket.seed, waits: true, buffers: [] };
	}
	return await withTicket(slip, ticket, async () => {
		const { image } = await collectImage(segmind, ticket, deadline);
		return { ...image, seed: ticket.seed };
	});
}

/** What an item tells of an image: what was asked for, what came, and what it cost. */
export async function keepImage(
	context: IExecuteFunctions,
	{ made: { media, told, link }, attempts }: Attempted<Image>,
	name: string,
	asked: Readonly<Record<'model' | 'prompt' | 'seed' | 'aspectRatio', string | number | null>>,
): Promise<Kept> {
	const { cost, remainingCredits, requestId, generationTime } = told;
	if (media === undefined)
		return { name, files: {}, json: { ...asked, requestId, status: 'QUEUED', attempts } };
	const { format, mimeType, width, height, bytes } = media;
	const fileName = `${name}.${format}`;
	return {
		name,
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
	askedOf({ request: { model, body, seedDrawn } }) {
		// A seed that was drawn is no part of what was asked for.
		const asked = Object.entries(body).filter(([wire]) => !(seedDrawn && wire === 'seed'));
		return [model.id, Object.fromEntries(asked)];
	},
	nameOf: ({ model, body: { prompt, seed } }, ticket) =>
		toDefaultName(textOr(prompt, model.id) ?? '', ticket?.seed ?? seed),
	send: async (segmind, order, slip) =>
		// A ticket is paid for, whatever was set since then.
		await (order.settings.delivery === 'direct' && slip.ticket === undefined
			? requestImage(segmind, order)
			: queueImage(segmind, order, slip)),
	async keep(context, { request: { model, body } }, attempted, name) {
		return await keepImage(context, attempted, name, {
			model: model.id,
			prompt: textOr(body.prompt, null),
			seed: attempted.made.seed ?? (typeof body.seed === 'number' ? body.seed : null),
			aspectRatio: textOr(body.aspect_ratio, null),
		});
	},
});
