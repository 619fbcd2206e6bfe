import type { INodeProperties } from 'n8n-workflow';

import { OTHER_MODEL } from '../model/models';
import { GENERATE, GET_RESULT } from './operations';

/** The fields for a model that the form does not know. */
export const OTHER_FIELDS: INodeProperties[] = [
	{
		displayName: 'Model ID',
		name: 'modelId',
		type: 'string',
		required: true,
		displayOptions: { show: { ...GENERATE, model: [OTHER_MODEL] } },
		default: '',
		placeholder: 'e.g. seedream-v3-text-to-image',
		description: "The model's name in the address of its page and its API",
	},
	{
		displayName: 'Body',
		name: 'modelBody',
		type: 'json',
		required: true,
		displayOptions: { show: { ...GENERATE, model: [OTHER_MODEL] } },
		default: '{\n  "prompt": ""\n}',
		description:
			"The attributes of the request, by the names on the model's API page; quotes in a prompt are safe when an expression makes the body",
	},
];

/** Which image to fetch. */
export const REQUEST_ID: INodeProperties = {
	displayName: 'Request ID',
	name: 'requestId',
	type: 'string',
	required: true,
	displayOptions: { show: GET_RESULT },
	default: '',
	placeholder: 'e.g. {{ $json.requestId }}',
	description: 'The requestId that Generate gave with Delivery set to Submit Only',
};
