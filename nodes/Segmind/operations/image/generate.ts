import type { INodeProperties } from 'n8n-workflow';

import { toOtherModelRequest } from '../../jobs/imageRequest';
import { readParameters } from '../../jobs/parameters';
import { MODELS, OTHER_MODEL } from '../../models/models';
import { imageOperation } from './imageOperation';

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

/** Makes images from text. */
export const generate = imageOperation({
	name: 'Generate',
	value: 'generate',
	action: 'Generate an image',
	description: 'Make an image from a text prompt',
	toolDescription:
		'Text to image: makes an image from a prompt and returns imageUrl, a link that opens as the image. Give that link to the user. Each image costs money, about $0.05. When no image was made, error says why and message says what to do: change the input accordingly instead of calling again with the same.',
	user: 'image:generate',
	models: MODELS,
	otherModels: {
		value: OTHER_MODEL,
		name: 'Other',
		description: 'Any other model on Segmind, by its ID and with a JSON body',
		fields: OTHER_MODEL_FIELDS,
		requestOf(context, itemIndex, draw) {
			const { modelId, modelBody } = readParameters(context, ['modelId', 'modelBody'], itemIndex);
			return toOtherModelRequest(modelId, modelBody, draw);
		},
	},
});
