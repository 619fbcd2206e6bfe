import type { IDataObject } from 'n8n-workflow';

import type { Attribute, Model } from '../models/attribute';
import { applies } from '../models/attribute';
import type { RawParameters } from './checks';
import {
	invalidValue,
	isEmpty,
	toBoolean,
	toChoice,
	toNumber,
	toObject,
	toText,
	toWholeNumber,
} from './checks';

/** A size that the API would round, and what is sent instead, in pixels. */
interface Rounding {
	readonly label: string;
	readonly entered: number;
	readonly sent: number;
	/** The API rounds to multiples of this. */
	readonly step: number;
}

/** A checked request for one image. */
export interface ImageRequest {
	readonly model: Pick<Model, 'id' | 'attributes'>;
	readonly body: Readonly<IDataObject>;
	/** Whether the node drew the seed, because the user gave none. */
	readonly seedDrawn: boolean;
	readonly roundings: readonly Rounding[];
	/** Whether the model may return other files than images. */
	readonly anyMedia: boolean;
}

function toValue(attribute: Attribute, value: unknown): string | number | boolean {
	const { label } = attribute;
	switch (attribute.type) {
		case 'text':
			return toText(value, label, attribute.placeholder);
		case 'integer':
			return toWholeNumber(value, label, attribute);
		case 'decimal':
			return toNumber(value, label, attribute);
		case 'boolean':
			return toBoolean(value, label);
		case 'choice':
			return toChoice(
				value,
				label,
				attribute.choices.map((choice) => choice.value),
			);
	}
}

function roundingOf(attribute: Attribute, entered: string | number | boolean): Rounding | undefined {
	if (attribute.type !== 'integer' || typeof entered !== 'number') return undefined;
	const { label, multipleOf: step = 1 } = attribute;
	const sent = Math.round(entered / step) * step;
	return sent === entered ? undefined : { label, entered, sent, step };
}

/** Attributes that others depend on come first. */
const inOrderOfChecks = (attributes: readonly Attribute[]): Attribute[] => [
	...attributes.filter((attribute) => attribute.onlyFor === undefined),
	...attributes.filter((attribute) => attribute.onlyFor !== undefined),
];

/**
 * Returns a request that the API accepts: values checked and typed, sizes rounded as the API would, and attributes that
 * don't apply left out. An empty field under Additional Fields is left to the API.
 *
 * @param draw returns a whole number from 0 to `max`; draws the seed when none is given
 * @throws {SegmindError} for the first invalid value, before anything is spent
 */
export function toImageRequest(
	model: Model,
	raw: RawParameters,
	draw: (max: number) => number,
): ImageRequest {
	const body: Record<string, string | number | boolean> = {};
	const roundings: Rounding[] = [];
	let seedDrawn = false;
	for (const attribute of inOrderOfChecks(model.attributes)) {
		if (!applies(attribute, body)) continue;
		const value = raw[attribute.parameter];
		if (attribute.place === 'additional' && isEmpty(value)) {
			if (attribute.type !== 'integer' || attribute.drawn === undefined) continue;
			body[attribute.wire] = draw(attribute.drawn.max);
			seedDrawn = true;
			continue;
		}
		const checked = toValue(attribute, value);
		const rounding = roundingOf(attribute, checked);
		if (rounding !== undefined) roundings.push(rounding);
		body[attribute.wire] = rounding?.sent ?? checked;
	}
	return { model, body, seedDrawn, roundings, anyMedia: false };
}

/** A model id that is one segment of a path. */
const MODEL_ID = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

/**
 * Returns a request to a model without a table of attributes.
 *
 * @throws {SegmindError} that names the field
 */
export function toOtherModelRequest(modelId: unknown, body: unknown): ImageRequest {
	const id = toText(modelId, 'Model ID', 'e.g. seedream-v3-text-to-image').trim();
	if (!MODEL_ID.test(id)) {
		throw invalidValue(
			'Model ID',
			'has characters that no model ID has',
			"Use letters, digits, '-', '_' and '.', as in the address of the model's page",
		);
	}
	const model = { id, attributes: [] };
	return { model, body: toObject(body, 'Body'), seedDrawn: false, roundings: [], anyMedia: true };
}
