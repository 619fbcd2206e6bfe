import type { IDataObject } from 'n8n-workflow';

import type { Catalog, CatalogModel } from '../../catalog/catalog';
import { toCheckedInputs, withoutEmpty } from '../../catalog/checkInputs';
import { checkValues, invalidValue, isEmpty, toObject } from '../../jobs/checks';
import type { ImageRequest } from '../../jobs/imageRequest';
import { asksToDraw, MAX_DRAWN_SEED } from '../../jobs/imageRequest';
import type { Attribute } from '../../models/attribute';
import { priceOf } from '../../models/models';

/** Returns a random whole number from 0 to `max`. */
type Draw = (max: number) => number;

const SOURCE = { description: '', place: 'additional', source: "Segmind's list of models" } as const;

/** The seed of a model that publishes one, as the node's own tables have it. */
function seedOf({ parameters = [] }: CatalogModel): Extract<Attribute, { type: 'integer' }> | undefined {
	const seed = parameters.find(({ wire }) => wire === 'seed');
	if (seed?.kind !== 'integer') return undefined;
	return {
		...{ ...SOURCE, wire: 'seed', parameter: 'seed', label: seed.label, type: 'integer', default: 0 },
		min: Math.max(0, seed.min ?? 0),
		max: Math.max(0, seed.max ?? Number.MAX_SAFE_INTEGER),
	};
}

/** The pictures that a model takes, as the node's own tables have them. */
const picturesOf = ({ parameters = [] }: CatalogModel): Attribute[] =>
	parameters.flatMap(({ kind, wire, label }): Attribute[] => {
		const attribute = { ...SOURCE, wire, parameter: wire, label, placeholder: 'e.g. data' };
		if (kind === 'image') return [{ ...attribute, type: kind }];
		return kind === 'images' ? [{ ...attribute, type: kind, max: Infinity }] : [];
	});

/** Returns a drawn seed within limits. */
const drawSeed = (draw: Draw, { min, max }: { readonly min: number; readonly max: number }): number =>
	min + draw(Math.min(MAX_DRAWN_SEED, max - min));

const toRequest = (id: string, body: IDataObject, seedDrawn: boolean, attributes: readonly Attribute[]) => {
	const price = priceOf(id);
	const model = { id, attributes, ...(price === undefined ? {} : { price }) };
	return { model, body, seedDrawn, roundings: [], anyMedia: true };
};

/**
 * Returns a request with the inputs as they are. A seed of -1 is drawn here, so that the output can say which one made
 * the result.
 */
function toPlainRequest(id: string, inputs: IDataObject, draw: Draw): ImageRequest {
	const seedDrawn = asksToDraw(inputs.seed);
	const body = seedDrawn ? { ...inputs, seed: draw(MAX_DRAWN_SEED) } : inputs;
	return toRequest(id, body, seedDrawn, []);
}

/**
 * Returns a request with inputs from JSON, or from an object.
 *
 * @throws {SegmindError} that names the field
 */
export function toJsonRequest(id: string, inputJson: unknown, draw: Draw): ImageRequest {
	const inputs = toObject(inputJson, 'JSON');
	checkValues(inputs, 'JSON');
	if (Object.hasOwn(inputs, 'prompt') && isEmpty(inputs.prompt)) {
		throw invalidValue('JSON', 'has an empty prompt', 'Enter a prompt, or remove it if the model takes none');
	}
	return toPlainRequest(id, inputs, draw);
}

/**
 * Returns a request with the inputs of the fields, checked against what Segmind publishes about the model. A seed that
 * the model has and the user left out is drawn, since leaving it out may mean the same one every time.
 *
 * @param catalog undefined when it can't be had: then the inputs are sent as they are
 * @throws {SegmindError} for the first input that is not right
 */
export function toFieldsRequest(
	id: string,
	inputs: IDataObject,
	catalog: Catalog | undefined,
	draw: Draw,
): ImageRequest {
	const model = catalog?.get(id);
	if (model === undefined) {
		const given = withoutEmpty(inputs);
		checkValues(given, 'Input Fields');
		return toPlainRequest(id, given, draw);
	}
	const seed = seedOf(model);
	const isDrawn = seed !== undefined && (isEmpty(inputs.seed) || asksToDraw(inputs.seed));
	const body = toCheckedInputs(model, isDrawn ? { ...inputs, seed: drawSeed(draw, seed) } : inputs);
	return toRequest(id, body, isDrawn, [...picturesOf(model), ...(seed === undefined ? [] : [seed])]);
}
