import { randomInt } from 'node:crypto';
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { executeJobs } from '../../batch/execute';
import type { ImageRequest } from '../../jobs/imageRequest';
import { toImageRequest, toOtherModelRequest } from '../../jobs/imageRequest';
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

/** US dollars that a request to an unknown model is expected to cost until a response says. */
export const OTHER_PRICE = 0.05;

/** Seeds of models whose limits are unknown. */
const ANY_SEED = { min: 0, max: 2147483647 };

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

/** Returns the request for one of an item's images: its seed counts up from the first, and starts over at the end. */
function nthRequest(request: ImageRequest, imageIndex: number): ImageRequest {
	const attribute = request.model.attributes.find(({ wire }) => wire === 'seed');
	const { min, max } = attribute?.type === 'integer' ? attribute : ANY_SEED;
	const { seed } = request.body;
	if (imageIndex === 0 || typeof seed !== 'number') return request;
	const next = ((seed - min + imageIndex) % (max - min + 1)) + min;
	return { ...request, body: { ...request.body, seed: next } };
}

function requestOf(context: IExecuteFunctions, model: Model | undefined, itemIndex: number): ImageRequest {
	if (model !== undefined) {
		return toImageRequest(model, readAttributes(context, model, itemIndex), (max) => randomInt(max + 1));
	}
	const { modelId, modelBody } = readParameters(context, ['modelId', 'modelBody'], itemIndex);
	return toOtherModelRequest(modelId, modelBody);
}

function jobsOf(
	context: IExecuteFunctions,
	model: Model | undefined,
	itemIndex: number,
): Array<Job<ImageRequest>> {
	const options = toJobOptions(readOptions(context, itemIndex));
	const request = requestOf(context, model, itemIndex);
	return Array.from({ length: options.numberOfImages }, (_, imageIndex) => ({
		itemIndex,
		imageIndex,
		request: nthRequest(request, imageIndex),
		options,
	}));
}

/** The chosen model, which is the same for all items; undefined for one by id. */
function modelOf(context: IExecuteFunctions): Model | undefined {
	const { model: id } = readParameters(context, ['model'], 0);
	if (id === OTHER_MODEL) return undefined;
	const model = id === '' ? DEFAULT_MODEL : MODELS.find((each) => each.id === id);
	if (model === undefined)
		throw new NodeOperationError(context.getNode(), "'Model' is not known to this node");
	return model;
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
	],
	async execute(context): Promise<INodeExecutionData[]> {
		const model = modelOf(context);
		const list = await toJobList(context, (itemIndex) => jobsOf(context, model, itemIndex));
		const roundings = list.jobs.flatMap(({ request }) => request.roundings);
		return await executeJobs(context, imageTask(model?.price ?? OTHER_PRICE), list, roundings);
	},
};
