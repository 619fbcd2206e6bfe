import { NOT_BILLED, SegmindError } from '../../api/errors';
import { submit } from '../../api/queue';
import type { Task } from '../../batch/task';
import { toDefaultName } from '../../files/fileName';
import type { ImageRequest } from '../../jobs/imageRequest';
import { withUploads } from '../../jobs/attachFiles';
import type { Result } from '../../output/result';
import { collectImage, requestImage } from './fetchImage';

const textOr = <T>(value: unknown, otherwise: T): string | T =>
	typeof value === 'string' ? value : otherwise;

function fieldsOf(
	{ model, body }: ImageRequest,
	seed: number | null | undefined,
	output?: Result['fields'][string],
): Result['fields'] {
	return {
		model: model.id,
		prompt: textOr(body.prompt, null),
		seed: seed ?? (typeof body.seed === 'number' ? body.seed : null),
		aspectRatio: textOr(body.aspect_ratio, null),
		...(output === undefined ? {} : { output }),
	};
}

/** Whether a value can be raised. One that was left out is the default. */
const isBelow = (value: unknown, attribute: { readonly default: number; readonly max: number }): boolean =>
	Number(value ?? attribute.default) < attribute.max;

/** Adds what this model offers against a moderation error. */
function withAdvice(error: unknown, { model, body }: ImageRequest): unknown {
	const isModeration = error instanceof SegmindError && error.reason === 'moderation';
	const tolerance = model.attributes.find(({ wire }) => wire === 'safety_tolerance');
	if (isModeration && tolerance?.type === 'integer' && isBelow(body.safety_tolerance, tolerance)) {
		error.description = `Reword the prompt, or raise '${tolerance.label}'. ${NOT_BILLED}`;
	}
	return error;
}

/** Makes images, directly or through Segmind's queue. */
export const imageTask: Task<ImageRequest> = {
	isFree: false,
	targetOf: ({ request: { model } }) => ({ endpoint: model.id, price: model.price }),
	identityOf({ request: { model, body, seedDrawn } }) {
		// A drawn seed is not part of what the user asked for.
		const attributes = Object.entries(body).filter(([wire]) => !(seedDrawn && wire === 'seed'));
		return [model.id, Object.fromEntries(attributes)];
	},
	fileNameOf({ request: { model, body } }, queued, requestId) {
		const seed = queued?.seed ?? body.seed;
		if (typeof seed !== 'number' && requestId === null) return undefined;
		return toDefaultName(textOr(body.prompt, model.id), seed, requestId ?? undefined);
	},
	prepare: async (job, urlOf) => ({ ...job, request: await withUploads(job.request, urlOf) }),
	async send(client, { request, options }) {
		const { delivery, timeout } = options;
		if (delivery !== 'direct') {
			return { queued: await submit(client, `/v2/${request.model.id}`, request.body, timeout) };
		}
		const { files, usage, seed, output } = await requestImage(client, request, timeout).catch(
			(error: unknown) => {
				throw withAdvice(error, request);
			},
		);
		return { result: { files, usage, fields: fieldsOf(request, seed, output) } };
	},
	async collect(client, { request, options }, queued, deadline) {
		if (options.delivery === 'submitOnly') {
			const { requestId } = queued;
			const usage = { cost: null, remainingCredits: null, generationTime: null, requestId };
			return { files: [], fields: fieldsOf(request, queued.seed), usage, status: 'QUEUED' };
		}
		const collecting = collectImage(client, queued, request.body, deadline);
		const { files, usage, seed, output } = await collecting.catch((error: unknown) => {
			throw withAdvice(error, request);
		});
		return { files, usage, fields: fieldsOf(request, queued.seed ?? seed, output) };
	},
};
