import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { Attribute, Model } from './attribute';
import { DRAW, fieldDefault, isRequired } from './attribute';

/** The field that most users look for comes first. */
const FIRST = 'numberOfImages';

/** Compares code units, since the first comparison by locale loads the rules of all languages. */
const inOrder = (one: INodeProperties, other: INodeProperties): number =>
	Number(other.name === FIRST) - Number(one.name === FIRST) || (one.displayName < other.displayName ? -1 : 1);

/** Returns a collection of fields that the user adds one by one, in alphabetical order after the first. */
export const collection = (
	displayName: string,
	name: string,
	fields: readonly INodeProperties[],
	description: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'collection',
	placeholder: `Add ${name === 'options' ? 'Option' : 'Field'}`,
	default: {},
	description,
	options: [...fields].sort(inOrder),
});

/** When the attribute applies. A field in a collection refers to the fields outside with a leading slash. */
function conditionOf({ place, onlyFor }: Attribute, model: Model): NonNullable<IDisplayOptions['show']> {
	const other = model.attributes.find(({ wire }) => wire === onlyFor?.wire);
	if (onlyFor === undefined || other === undefined) return {};
	const path = place === other.place ? other.parameter : `/${other.parameter}`;
	return { [path]: [...onlyFor.values] };
}

/** Lines that a field for text shows. */
const ROWS = 4;

function typeOf(attribute: Attribute): Partial<INodeProperties> & Pick<INodeProperties, 'type'> {
	switch (attribute.type) {
		case 'text': {
			const { placeholder, rows = ROWS } = attribute;
			return { type: 'string', ...(rows === 1 ? {} : { typeOptions: { rows } }), placeholder };
		}
		case 'image':
		case 'images':
			return { type: 'string', placeholder: attribute.placeholder };
		case 'integer': {
			const { min, max, drawn } = attribute;
			const typeOptions = { minValue: drawn === undefined ? min : DRAW, maxValue: max, numberPrecision: 0 };
			return { type: 'number', typeOptions, ...(drawn === undefined ? {} : { placeholder: 'e.g. 12345' }) };
		}
		case 'decimal': {
			const { min, max } = attribute;
			return { type: 'number', typeOptions: { minValue: min, maxValue: max, numberPrecision: 2 } };
		}
		case 'boolean':
			return { type: 'boolean' };
		case 'choice':
			return {
				type: 'options',
				options: attribute.choices.map(({ label, value, use }) => ({ name: label, value, description: use })),
			};
	}
}

function fieldOf(attribute: Attribute, shown: IDisplayOptions['show']): INodeProperties {
	return {
		displayName: attribute.label,
		name: attribute.parameter,
		...typeOf(attribute),
		// n8n checks this inside a collection as well, although nobody added the field there.
		...(isRequired(attribute) ? { required: true } : {}),
		default: fieldDefault(attribute),
		...(Object.keys(shown ?? {}).length === 0 ? {} : { displayOptions: { show: { ...shown } } }),
		description: attribute.description,
	};
}

/** A field at the top, and the models that show it. */
interface SharedField {
	/** Equal for fields that look and behave alike. */
	readonly key: string;
	readonly field: INodeProperties;
	readonly ids: string[];
}

/**
 * Returns the fields that are always shown. A field that several models share stands once, as long as each model's fields
 * stay in the order of its table.
 */
export function topFields(models: readonly Model[]): INodeProperties[] {
	const fields: SharedField[] = [];
	for (const model of models) {
		let place = 0;
		for (const attribute of model.attributes.filter((each) => each.place === 'top')) {
			const field = fieldOf(attribute, conditionOf(attribute, model));
			const key = JSON.stringify(field);
			const shared = fields.findIndex((each, index) => index >= place && each.key === key);
			if (shared === -1) fields.splice(place, 0, { key, field, ids: [model.id] });
			else fields[shared]?.ids.push(model.id);
			place = (shared === -1 ? place : shared) + 1;
		}
	}
	return fields.map(({ field, ids }) => ({
		...field,
		displayOptions: { show: { model: ids, ...field.displayOptions?.show } },
	}));
}

/** Returns the fields that the user adds one by one. */
export const additionalFields = (model: Model): INodeProperties => ({
	...collection(
		'Additional Fields',
		'additionalFields',
		model.attributes
			.filter(({ place }) => place === 'additional')
			.map((attribute) => fieldOf(attribute, conditionOf(attribute, model))),
		`More attributes of ${model.displayName}; what is not added is left to the API`,
	),
	displayOptions: { show: { model: [model.id] } },
});

const modelChoices = ([first, ...rest]: readonly [Model, ...Model[]]): Pick<
	INodeProperties,
	'type' | 'options' | 'default'
> => ({
	type: 'options',
	options: [
		...[first, ...rest].map(({ displayName, id, use, price }) => ({
			name: displayName,
			value: id,
			description: `${use}; about $${price} an image`,
		})),
	],
	default: first.id,
});

/** Returns the choice of a model. Its first one is the default. */
export const modelField = (models: readonly [Model, ...Model[]]): INodeProperties => ({
	displayName: 'Model',
	name: 'model',
	...modelChoices(models),
	noDataExpression: true,
	description: 'The model that makes the image',
});
