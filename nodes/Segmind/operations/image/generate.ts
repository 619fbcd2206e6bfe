import { createHash, randomInt } from 'node:crypto';
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { executeJobs } from '../../batch/execute';
import { invalidValue, toChoice } from '../../jobs/checks';
import type { ImageRequest } from '../../jobs/imageRequest';
import { MAX_DRAWN_SEED, toImageRequest, toOtherModelRequest } from '../../jobs/imageRequest';
import type { Job } from '../../jobs/jobs';
import { toJobList } from '../../jobs/jobs';
import { toJobOptions } from '../../jobs/options';
import { readAttributes, readOptions, readParameters } from '../../jobs/parameters';
import type { Model } from '../../models/attribute';
import { additionalFields, modelField, topFields } from '../../models/fields';
import { DEFAULT_MODEL, MODELS, OTHER_MODEL } from '../../models/models';
import type { Operation } from '../operation';
import { optionsFieldsWithLink } from '../operation';
import { imageTask } from './imageTask';
import { findMisplaced, misplacedFields } from './misplaced';

/** The fields of a model without fields of its own. */
const OTHER_MODEL_FIELDS: readonly INodeProperties[] = [
	{
		displayName: 'Model ID',
		name: 'modelId',
		type: 'string',
		required: true,
		displayOptions: { show: { model: [OTHER_MODEL] } },
		default: '',
		placeholder: 'e.g. seedream-v3-text-to-image',
		description: "The model's name in the address of its page and its API",
	},
	{
		displayName: 'Body',
		name: 'modelBody',
		type: 'json',
		required: true,
		displayOptions: { show: { model: [OTHER_MODEL] } },
		default: '{\n  "prompt": ""\n}',
		description:
			"The attributes of the request, by the names on the model's API page; quotes in a prompt are safe when an expression makes the body",
	},
];

/** The first seed as a number; undefined where there is none to count up from. A body may have it as digits. */
function seedOf({ body: { seed } }: ImageRequest): number | undefined {
	if (typeof seed === 'number') return seed;
	return typeof seed === 'string' && /^\s*\d+\s*$/.test(seed) ? Number(seed) : undefined;
}

/** Where counting starts over. A body's seed shows whether its model takes more than 31 bits. */
function seedLimits({ model }: ImageRequest, seed: number): { readonly min: number; readonly max: number } {
	const attribute = model.attributes.find(({ wire }) => wire === 'seed');
	if (attribute?.type === 'integer') return attribute;
	return { min: 0, max: seed > MAX_DRAWN_SEED ? Number.MAX_SAFE_INTEGER : MAX_DRAWN_SEED };
}

/**
 * Returns the request for one of an item's images: its seed counts up from the first, and starts over at the end.
 *
 * @throws {SegmindError} when the seed is too large to count up, since equal seeds make equal images
 */
function nthRequest(request: ImageRequest, imageIndex: number): ImageRequest {
	const seed = seedOf(request);
	if (imageIndex === 0 || seed === undefined) return request;
	if (seed > Number.MAX_SAFE_INTEGER) {
		throw invalidValue(
			'Body',
			`has too large a seed to count up: ${seed}`,
			'Use a smaller one, or one image per item',
		);
	}
	const { min, max } = seedLimits(request, seed);
	const next = ((seed - min + imageIndex) % (max - min + 1)) + min;
	return { ...request, body: { ...request.body, seed: next } };
}

/**
 * Returns what chooses the seed where the user gives none: chance, or the idempotency key with what is asked for, so that
 * every run with the key sends the same request.
 */
function drawerOf(key: string | undefined, asked: unknown): (max: number) => number {
	if (key === undefined) return (max) => randomInt(max + 1);
	const digest = createHash('sha256')
		.update(JSON.stringify([key, asked]))
		.digest();
	return (max) => digest.readUIntBE(0, 6) % (max + 1);
}

function requestOf(
	context: IExecuteFunctions,
	model: Model | undefined,
	key: string | undefined,
	itemIndex: number,
): ImageRequest {
	if (model !== undefined) {
		const attributes = readAttributes(context, model, itemIndex);
		return toImageRequest(model, attributes, drawerOf(key, attributes.prompt));
	}
	const { modelId, modelBody } = readParameters(context, ['modelId', 'modelBody'], itemIndex);
	return toOtherModelRequest(modelId, modelBody, drawerOf(key, modelBody));
}

/**
 * Returns the chosen model; undefined for one by id.
 *
 * @throws {SegmindError} that names the choices
 */
function modelOf(context: IExecuteFunctions, itemIndex: number): Model | undefined {
	const { model } = readParameters(context, ['model'], itemIndex);
	if (model === '') return DEFAULT_MODEL;
	const id = toChoice(model, 'Model', [...MODELS.map((each) => each.id), OTHER_MODEL]);
	return MODELS.find((each) => each.id === id);
}

function jobsOf(context: IExecuteFunctions, itemIndex: number): Array<Job<ImageRequest>> {
	const options = toJobOptions(readOptions(context, itemIndex));
	const request = requestOf(context, modelOf(context, itemIndex), options.idempotencyKey, itemIndex);
	return Array.from({ length: options.numberOfImages }, (_, imageIndex) => ({
		itemIndex,
		imageIndex,
		request: nthRequest(request, imageIndex),
		options,
	}));
}

/** Makes images with a model. */
export const generate: Operation = {
	resource: 'image',
	name: 'Generate',
	value: 'generate',
	action: 'Generate an image',
	description: 'Make an image from a text prompt',
	toolDescription:
		'Text to image: makes an image from a prompt and returns imageUrl, a link that opens as the image. Give that link to the user. Each image costs money, about $0.05. When no image was made, error says why and message says what to do: change the input accordingly instead of calling again with the same.',
	fields: [
		modelField(MODELS),
		...topFields(MODELS),
		...OTHER_MODEL_FIELDS,
		...MODELS.map(additionalFields),
		...optionsFieldsWithLink('image:generate'),
		...misplacedFields,
	],
	async execute(context): Promise<INodeExecutionData[]> {
		const list = await toJobList(context, (itemIndex) => jobsOf(context, itemIndex));
		const roundings = list.jobs.flatMap(({ request }) => request.roundings);
		return await executeJobs(context, imageTask, list, { roundings, misplaced: findMisplaced(context) });
	},
};
