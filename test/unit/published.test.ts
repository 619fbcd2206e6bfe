import type { Attribute } from '../../nodes/Segmind/models/attribute';
import { isRequired } from '../../nodes/Segmind/models/attribute';
import { EDIT_MODELS, MODELS as GENERATE_MODELS } from '../../nodes/Segmind/models/models';
import { toImageRequest } from '../../nodes/Segmind/jobs/imageRequest';
import type { PublishedAttribute } from '../emulator/published';
import { MODELS, SAMPLE } from '../emulator/published';

const NODE_MODELS = [...GENERATE_MODELS, ...EDIT_MODELS];

const TYPES: Readonly<Record<Attribute['type'], PublishedAttribute['type']>> = {
	...{ text: 'str', integer: 'int', decimal: 'float', choice: 'enum', boolean: 'bool' },
	...{ image: 'image', images: 'images' },
};

const sorted = (values: readonly string[] | undefined) => values && [...values].sort();

/** One of the node's attributes in the words of the published table. */
function toPublished(attribute: Attribute) {
	const { type, onlyFor } = attribute;
	const limits = type === 'integer' || type === 'decimal' ? attribute : undefined;
	return {
		type: TYPES[type],
		required: isRequired(attribute) ? true : undefined,
		default: 'default' in attribute ? attribute.default : undefined,
		min: limits?.min,
		max: limits?.max,
		multipleOf: type === 'integer' ? attribute.multipleOf : undefined,
		values: type === 'choice' ? sorted(attribute.choices.map(({ value }) => value)) : undefined,
		onlyFor: onlyFor && { attribute: onlyFor.wire, values: onlyFor.values },
	};
}

/** The node's models, as the published table has them. */
const nodeModels = Object.fromEntries(
	NODE_MODELS.map(({ id, price, attributes }) => [
		id,
		{ price, attributes: Object.fromEntries(attributes.map((each) => [each.wire, toPublished(each)])) },
	]),
);

/** The body that the node sends to Flux 1.1 Pro for the sample of the page. */
function bodyOf(sample: Readonly<Record<string, unknown>>): object {
	const parameters = Object.entries(sample).map(([name, value]) => [
		name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
		value,
	]);
	return toImageRequest(NODE_MODELS[0]!, Object.fromEntries(parameters), () => {
		throw new Error('the seed is given');
	}).body;
}

it('has the published models', () => {
	expect(Object.keys(nodeModels).sort()).toEqual(Object.keys(MODELS).sort());
});

describe.each(Object.entries(MODELS))('%s', (id, { price, attributes }) => {
	it('has the published price and attributes and no others', () => {
		expect(nodeModels[id]?.price).toBe(price);
		expect(Object.keys(nodeModels[id]?.attributes ?? {}).sort()).toEqual(Object.keys(attributes).sort());
	});

	it.each(Object.entries<PublishedAttribute>(attributes))(
		'has the published %s',
		(name, { values, ...rest }) => {
			const published = { required: undefined, multipleOf: undefined, onlyFor: undefined, ...rest };
			expect(nodeModels[id]?.attributes[name]).toMatchObject(published);
			if (values !== undefined) expect(nodeModels[id]?.attributes[name]?.values).toEqual(sorted(values));
		},
	);
});

it('sends all nine attributes of the sample of the page if the size is custom and the format jpg', () => {
	const sample = { ...SAMPLE, aspect_ratio: 'custom', output_format: 'jpg' };
	expect(Object.keys(sample)).toHaveLength(9);
	expect(bodyOf(sample)).toEqual(sample);
});
