import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { Attribute, Model } from '../model/attribute';
import { DEFAULT_MODEL, OTHER_MODEL } from '../model/models';
import { collectionOf } from './collection';
import { GENERATE } from './operations';

/** A field inside a collection reaches the fields outside with a leading slash. */
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
		case 'integer':
			return {
				type: 'number',
				typeOptions: { minValue: attribute.min, maxValue: attribute.max, numberPrecision: 0 },
				...(attribute.drawn === undefined
					? { default: attribute.default }
					: { default: '', placeholder: 'e.g. 12345' }),
			};
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

/** The fields at the top; one that several models have alike stands once. */
export function topFields(models: readonly Model[]): INodeProperties[] {
	const fields = new Map<string, { readonly attribute: Attribute; readonly models: Model[] }>();
	for (const model of models) {
		for (const attribute of model.attributes.filter(({ place }) => place === 'top')) {
			const key = JSON.stringify([fieldOf(attribute, conditionOf(attribute, model))]);
			const known = fields.get(key);
			if (known === undefined) fields.set(key, { attribute, models: [model] });
			else known.models.push(model);
		}
	}
	// What models share stands once, and still below what stands above it in each of them.
	const order = [
		...new Set(models.flatMap(({ attributes }) => attributes.map(({ parameter }) => parameter))),
	];
	const ordered = [...fields.values()].toSorted(
		(one, other) => order.indexOf(one.attribute.parameter) - order.indexOf(other.attribute.parameter),
	);
	return ordered.map(({ attribute, models: [first, ...rest] }) =>
		fieldOf(attribute, {
			...GENERATE,
			model: [first, ...rest].map((model) => model?.id ?? ''),
			...(first === undefined ? {} : conditionOf(attribute, first)),
		}),
	);
}

/** The fields of a model that are offered rather than shown. */
export const additionalFields = (model: Model): INodeProperties =>
	collectionOf(
		'Additional Fields',
		'additionalFields',
		{ ...GENERATE, model: [model.id] },
		model.attributes
			.filter(({ place }) => place === 'additional')
			.map((attribute) => fieldOf(attribute, conditionOf(attribute, model))),
	);

const choiceOf = (models: readonly Model[]): Pick<INodeProperties, 'type' | 'options' | 'default'> => ({
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
			description: "Any other model of Segmind's, by its ID and with a JSON body",
		},
	],
	default: DEFAULT_MODEL.id,
});

/** The choice of a model. */
export const modelField = (models: readonly Model[]): INodeProperties => ({
	displayName: 'Model',
	name: 'model',
	...choiceOf(models),
	noDataExpression: true,
	displayOptions: { show: GENERATE },
	description: 'The model that makes the image',
});
