import type { IDataObject } from 'n8n-workflow';

import type { ImageRequest } from './request';
import { refuseValue, toText } from './request';

/** US dollars that an image of an unknown model is taken to cost until an answer tells. */
export const OTHER_PRICE = 0.05;

/** What can stand in a path, and leads nowhere else. */
const MODEL_ID = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

/**
 * An object, from itself or its JSON.
 *
 * @throws {Refusal} that names the field
 */
export function toObject(value: unknown, label: string): IDataObject {
	const object = typeof value === 'string' ? parsed(value, label) : value;
	if (typeof object === 'object' && object !== null && !Array.isArray(object)) return { ...object };
	throw refuseValue(label, 'is not a JSON object', 'Enter an object, e.g. {"prompt": "a red fox"}');
}

function parsed(text: string, label: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw notJson(label);
	}
}

const notJson = (label: string) =>
	refuseValue(label, 'is not valid JSON', 'Check its quotes and commas, or make it by an expression');

/**
 * The request to a model that the form does not know.
 *
 * @throws {Refusal} that names the field
 */
export function toOtherRequest(modelId: unknown, body: unknown): ImageRequest {
	const id = toText(modelId, 'Model ID', 'e.g. seedream-v3-text-to-image').trim();
	if (!MODEL_ID.test(id)) {
		throw refuseValue(
			'Model ID',
			'has characters that no model has',
			"Use letters, digits, '-', '_' and '.', as in the address of the model's page",
		);
	}
	const model = { id, price: OTHER_PRICE, attributes: [] };
	return { model, body: toObject(body, 'Body'), seedDrawn: false, roundings: [], anyMedia: true };
}
