import type { IDataObject } from 'n8n-workflow';

import type { Attribute, BodyValue, Model } from '../models/attribute';
import { applies, DRAW, mayBeEmpty } from '../models/attribute';
import type { RawParameters } from './checks';
import { isEmpty, toBoolean, toEntry, toNumber, toText, toWholeNumber } from './checks';
import { toImageInput, toImageInputs } from './imageInput';
import type { InputFile } from './inputFiles';

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
	/** The price is in US dollars; undefined for a model without a table. */
	readonly model: Pick<Model, 'id' | 'attributes'> & Partial<Pick<Model, 'price'>>;
	readonly body: Readonly<IDataObject>;
	/** Files that are to be uploaded, by their placeholders in the body. */
	readonly files?: Readonly<Record<string, InputFile>>;
	/** Whether the node drew the seed, or derived it from the idempotency key, because the user gave none, or -1. */
	readonly seedDrawn: boolean;
	readonly roundings: readonly Rounding[];
	/** Whether the model may return other files than images. */
	readonly anyMedia: boolean;
}

const isScalar = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';

/** Returns whether a value asks for a drawn number: -1, or its digits. */
export const asksToDraw = (value: unknown): boolean =>
	value === DRAW || (typeof value === 'string' && value.trim() === String(DRAW));

function toValue(attribute: Attribute, value: unknown): BodyValue {
	const { label } = attribute;
	switch (attribute.type) {
		case 'text':
			return toText(isScalar(value) ? String(value) : value, label, attribute.placeholder);
		case 'image':
			return toImageInput(value, label);
		case 'images':
			return toImageInputs(value, label, attribute.max);
		case 'integer':
			return toWholeNumber(value, label, attribute);
		case 'decimal':
			return toNumber(value, label, attribute);
		case 'boolean':
			return toBoolean(value, label);
		case 'choice':
			return toEntry(
				value,
				label,
				attribute.choices,
				(choice) => [choice.value, ...(choice.synonyms ?? [])],
				'with this model',
			).value;
	}
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function roundingOf(attribute: Attribute, entered: BodyValue): Rounding | undefined {
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
 * don't apply left out. An empty field that is optional is left to the API.
 *
 * @param draw returns a whole number from 0 to `max`; draws the seed when none is given
 * @throws {SegmindError} for the first invalid value, before anything is spent
 */
export function toImageRequest(
	model: Model,
	raw: RawParameters,
	draw: (max: number) => number,
): ImageRequest {
	const body: Record<string, BodyValue> = {};
	const roundings: Rounding[] = [];
	let seedDrawn = false;
	for (const attribute of inOrderOfChecks(model.attributes)) {
		if (!applies(attribute, body)) continue;
		const value = raw[attribute.parameter];
		const { drawn } = attribute.type === 'integer' ? attribute : {};
		if (drawn !== undefined && (isEmpty(value) || asksToDraw(value))) {
			body[attribute.wire] = draw(drawn.max);
			seedDrawn = true;
			continue;
		}
		if (mayBeEmpty(attribute) && (isEmpty(value) || isEmptyList(value))) continue;
		const checked = toValue(attribute, value);
		const rounding = roundingOf(attribute, checked);
		if (rounding !== undefined) roundings.push(rounding);
		body[attribute.wire] = rounding?.sent ?? checked;
	}
	return { model, body, seedDrawn, roundings, anyMedia: false };
}

/** Seeds of models without a table are drawn from 31 bits, which any of them takes. */
export const MAX_DRAWN_SEED = 2147483647;
