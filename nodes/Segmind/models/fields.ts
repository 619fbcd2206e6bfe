import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { Attribute, Model } from './attribute';
import { DRAW } from './attribute';
import { DEFAULT_MODEL, OTHER_MODEL } from './models';

const byDisplayName = (one: INodeProperties, other: INodeProperties): number =>
	one.displayName.localeCompare(other.displayName);

/** Returns a collection of fields that the user adds one by one, in alphabetical order. */
export const collection = (
	displayName: string,
	name: string,
	fields: readonly INodeProperties[],
): INodeProperties => ({
	displayName,
	name,
	type: 'collection',
	placeholder: `Add ${name === 'options' ? 'Option' : 'Field'}`,
	default: {},
	options: [...fields].sort(byDisplayName),
});

/** When the attribute applies. A field in a collection refers to the fields outside with a leading slash. */
function conditionOf({ place, onlyFor }: Attribute, model: Model): NonNullable<IDisplayOptions['show']> {
	if (onlyFor === undefined) return {};
	const other = model.attributes.find(({ wire }) => wire === onlyFor.wire);
	const path = `${place === 'top' ? '' : '/'}${other?.parameter}`;
	return { [path]: [...onlyFor.values] };
}

function typeOf(attribute: Attribute): Partial<INodeProperties> & Pick<INodeProperties, 'type' | 'default'> {
	switch (attribute.type) {
		case 'text':
			return {
				type: 'string',
				typeOptions: { rows: 4 },
				required: true,
				default: '',
				placeholder: attribute.placeholder,
			};
		case 'integer': {
			const { min, max, drawn } = attribute;
			const typeOptions = { minValue: drawn === undefined ? min : DRAW, maxValue: max, numberPrecision: 0 };
			return drawn === undefined
				? { type: 'number', typeOptions, default: attribute.default }
				: { type: 'number', typeOptions, default: '', placeholder: 'e.g. 12345' };
		}
		case 'decimal':
			return {
				type: 'number',
				typeOptions: { minValue: attribute.min, maxValue: attribute.max, numberPrecision: 2 },
				default: attribute.default,
			};
		case 'boolean':
			return { type: 'boolean', default: attribute.default };
		case 'choice':
			return {
				type: 'options',
				options: attribute.choices.map(({ label, value, use }) => ({ name: label, value, description: use })),
				default: attribute.default,
			};
	}
}

function fieldOf(attribute: Attribute, shown: IDisplayOptions['show']): INodeProperties {
	return {
		displayName: attribute.label,
		name: attribute.parameter,
		...typeOf(attribute),
		...(Object.keys(shown ?? {}).length === 0 ? {} : { displayOptions: { show: { ...shown } } }),
		description: attribute.description,
	};
}

/** Returns the fields that are always shown. A field that several models share stands once. */
export function topFields(models: readonly Model[]): INodeProperties[] {
	const fields = new Map<
		string,
		{ readonly attribute: Attribute; readonly condition: IDisplayOptions['show']; readonly ids: string[] }
	>();
	for (const model of models) {
		for (const attribute of model.attributes.filter(({ place }) => place === 'top')) {
			const condition = conditionOf(attribute, model);
			const key = JSON.stringify([fieldOf(attribute, condition)]);
			const shared = fields.get(key);
			if (shared === undefined) fields.set(key, { attribute, condition, ids: [model.id] });
			else shared.ids.push(model.id);
		}
	}
	// A shared field still comes after what stands above it in each model.
	const order = [
		...new Set(models.flatMap(({ attributes }) => attributes.map(({ parameter }) => parameter))),
	];
	return [...fields.values()]
		.sort((one, other) => order.indexOf(one.attribute.parameter) - order.indexOf(other.attribute.parameter))
		.map(({ attribute, condition, ids }) => fieldOf(attribute, { model: ids, ...condition }));
}

/** Returns the fields that the user adds one by one. */
export const additionalFields = (model: Model): INodeProperties => ({
	...collection(
		'Additional Fields',
		'additionalFields',
		model.attributes
			.filter(({ place }) => place === 'additional')
			.map((attribute) => fieldOf(attribute, conditionOf(attribute, model))),
	),
	displayOptions: { show: { model: [model.id] } },
});

const modelChoices = (models: readonly Model[]): Pick<INodeProperties, 'type' | 'options' | 'default'> => ({
	type: 'options',
	options: [
		...models.map(({ displayName, id, use, price }) => ({
			name: displayName,
			value: id,
			description: `${use}; about $${price} an image`,
		})),
		{
			name: 'Other',
			value: OTHER_MODEL,
			description: 'Any other model on Segmind, by its ID and with a JSON body',
		},
	],
	default: DEFAULT_MODEL.id,
});

/** Returns the choice of a model. */
export const modelField = (models: readonly Model[]): INodeProperties => ({
	displayName: 'Model',
	name: 'model',
	...modelChoices(models),
	noDataExpression: true,
	description: 'The model that makes the image',
});
