import { submit } from '../../api/queue';
import type { Task } from '../../batch/task';
import { toDefaultName } from '../../files/fileName';
import type { ImageRequest } from '../../jobs/imageRequest';
import type { Result } from '../../output/result';
import { collectImage, requestImage } from './fetchImage';

const textOr = <T>(value: unknown, otherwise: T): string | T =>
	typeof value === 'string' ? value : otherwise;

function fieldsOf({ model, body }: ImageRequest, seed: number | undefined): Result['fields'] {
	return {
		model: model.id,
		prompt: textOr(body.prompt, null),
		seed: seed ?? (typeof body.seed === 'number' ? body.seed : null),
		aspectRatio: textOr(body.aspect_ratio, null),
	};
}

/**
 * Makes images, directly or through Segmind's queue.
 *
 * @param price US dollars that one image is expected to cost
 */
export const imageTask = (price: number): Task<ImageRequest> => ({
	price,
	identityOf({ request: { model, body, seedDrawn } }) {
		// A drawn seed is not part of what the user asked for.
		const attributes = Object.entries(body).filter(([wire]) => !(seedDrawn && wire === 'seed'));
		return [model.id, Object.fromEntries(attributes)];
	},
	fileNameOf: ({ request: { model, body } }, queued) =>
		toDefaultName(textOr(body.prompt, model.id), queued?.seed ?? body.seed),
	async send(client, { request, options }) {
		const { delivery, timeout } = options;
		if (delivery !== 'direct') {
			return { queued: await submit(client, `/v2/${request.model.id}`, request.body, timeout) };
		}
		const image = await requestImage(client, request, timeout);
		return { result: { ...image, fields: fieldsOf(request, undefined) } };
	},
	async collect(client, { request, options }, queued, deadline) {
		const fields = fieldsOf(request, queued.seed);
		if (options.delivery === 'submitOnly') {
			const { requestId } = queued;
			const usage = { cost: null, remainingCredits: null, generationTime: null, requestId };
			return { fields, usage, status: 'QUEUED' };
		}
		const { image } = await collectImage(client, queued, deadline);
		return { ...image, fields };
	},
});
