import { NOT_BILLED, SegmindError } from '../../api/errors';
import type { JsonObject } from '../../api/json';
import { findOutputs, holdsText } from '../../api/outputs';
import { submit } from '../../api/queue';
import type { Task } from '../../batch/task';
import { toDefaultName } from '../../files/fileName';
import { quote } from '../../jobs/checks';
import type { ImageRequest } from '../../jobs/imageRequest';
import { withUploads } from '../../jobs/attachFiles';
import type { Result } from '../../output/result';
import { toSubmitted } from '../../output/result';
import type { Fetched } from './fetchImage';
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

/** Adds what this model offers against a moderation error, and where its name comes from. */
function withAdvice(error: unknown, { model, body }: ImageRequest): unknown {
	if (!(error instanceof SegmindError)) return error;
	const isModeration = error.reason === 'moderation';
	const tolerance = model.attributes.find(({ wire }) => wire === 'safety_tolerance');
	if (isModeration && tolerance?.type === 'integer' && isBelow(body.safety_tolerance, tolerance)) {
		error.description = `Reword the prompt, or raise '${tolerance.label}'. ${NOT_BILLED}`;
	}
	if (error.reason === 'endpoint' && error.statusCode === 404) {
		error.description = `Check 'Model': Segmind has none named ${quote(model.id)}. It is the last part of the address of the model's page. ${NOT_BILLED}`;
	}
	return error;
}

/** @param sentSeed the seed that was sent, where a later try may have drawn another */
async function resultOf(
	request: ImageRequest,
	fetching: Promise<Fetched>,
	sentSeed?: number,
): Promise<Result> {
	const fetched = await fetching.catch((error: unknown) => {
		throw withAdvice(error, request);
	});
	const { files, usage, seed, output, refused = 0 } = fetched;
	return { files, usage, refused, fields: fieldsOf(request, sentSeed ?? seed, output) };
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
	listedAs({ request: { model, body, files = {}, seedDrawn } }) {
		// A file has another address in each run. A seed that was made for the request, and for its files, tells it apart.
		const isUpload = (value: unknown): boolean => [value].flat().some((each) => String(each) in files);
		const known = Object.entries(body).filter(([, value]) => !(seedDrawn && isUpload(value)));
		const isRepeatable = !Object.values(Object.fromEntries(known)).some(isUpload);
		return { model: model.id, body: Object.fromEntries(known), isUnique: seedDrawn, isRepeatable };
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
			const submitting = submit(client, `/v2/${request.model.id}`, request.body, timeout);
			const queued = await submitting.catch((error: unknown) => {
				throw withAdvice(error, request);
			});
			return { queued };
		}
		return { result: await resultOf(request, requestImage(client, request, timeout)) };
	},
	async collect(client, { request, options }, queued, deadline) {
		if (options.delivery === 'submitOnly') {
			return toSubmitted(fieldsOf(request, queued.seed), queued);
		}
		const { body, anyMedia } = request;
		const expected = {
			find: (response: JsonObject) => findOutputs(response, body),
			holdsText: (response: JsonObject) => anyMedia && holdsText(response, body),
		};
		return await resultOf(request, collectImage(client, queued, expected, deadline), queued.seed);
	},
};
