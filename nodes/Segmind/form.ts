import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { Attribute, Model } from './model/attribute';
import { optionFields } from './options';

const RESOURCE: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Account', value: 'account' },
		{ name: 'Image', value: 'image' },
	],
	default: 'image',
};

const OPERATIONS: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['image'] } },
		options: [
			{
				name: 'Generate',
				value: 'generate',
				action: 'Generate an image',
				description: 'Make an image from a text prompt',
			},
		],
		default: 'generate',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['account'] } },
		options: [
			{
				name: 'Get Credits',
				value: 'getCredits',
				action: 'Get the credits of an account',
				description: 'Tell what is left in the account, which costs nothing',
			},
		],
		default: 'getCredits',
	},
];

/** What a model reads of the node as its tool; n8n has a field of that name only for nodes that bring none. */
const toolDescription = (resource: string, text: string): INodeProperties => ({
	displayName: 'Description',
	name: 'toolDescription',
	type: 'string',
	typeOptions: { rows: 2 },
	required: true,
	displayOptions: { show: { '@tool': [true], resource: [resource] } },
	default: text,
	description: 'What the model is told of this tool',
});

const TOOL_DESCRIPTIONS: INodeProperties[] = [
	toolDescription(
		'image',
		'Text to image: makes an image from a prompt and answers with imageUrl, a link that opens as the image. Hand that link on to the user. Each image costs about $0.05. When no image was made, error says why and message says what to do: change the input accordingly, rather than calling again with the same.',
	),
	toolDescription(
		'account',
		'Tells how many US dollars are left for making images in the Segmind account. Costs nothing.',
	),
];

const GENERATE: IDisplayOptions = { show: { resource: ['image'], operation: ['generate'] } };

/** A field inside a collection reaches the fields outside with a leading slash. */
function displayOptionsOf({ place, onlyFor }: Attribute, model: Model): IDisplayOptions {
	const shown = place === 'top' ? GENERATE.show : {};
	if (onlyFor === undefined) return { show: { ...shown } };
	const other = model.attributes.find(({ wire }) => wire === onlyFor.wire);
	const path = `${place === 'top' ? '' : '/'}${other?.parameter}`;
	return { show: { ...shown, [path]: [...onlyFor.values] } };
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

function fieldOf(attribute: Attribute, model: Model): INodeProperties {
	const displayOptions = displayOptionsOf(attribute, model);
	return {
		displayName: attribute.label,
		name: attribute.parameter,
		...typeOf(attribute),
		...(Object.keys(displayOptions.show ?? {}).length === 0 ? {} : { displayOptions }),
		description: attribute.description,
	};
}

const byDisplayName = (one: INodeProperties, other: INodeProperties): number =>
	one.displayName.localeCompare(other.displayName);

const collectionOf = (displayName: string, name: string, fields: INodeProperties[]): INodeProperties => ({
	displayName,
	name,
	type: 'collection',
	placeholder: `Add ${name === 'options' ? 'Option' : 'Field'}`,
	default: {},
	displayOptions: GENERATE,
	options: [...fields].sort(byDisplayName),
});

/** An agent gets no file, so as its tool the node makes a link from the start. */
function optionsOf(): INodeProperties[] {
	const options = collectionOf('Options', 'options', optionFields);
	return [
		{ ...options, displayOptions: { ...GENERATE, hide: { '@tool': [true] } } },
		{
			...options,
			default: { linkExpiry: '1 day' },
			displayOptions: { show: { ...GENERATE.show, '@tool': [true] } },
		},
	];
}

/** The node's whole form: the model's attributes from its table, and around them what the node itself offers. */
export function formOf(model: Model): INodeProperties[] {
	const fieldsIn = (place: Attribute['place']): INodeProperties[] =>
		model.attributes
			.filter((attribute) => attribute.place === place)
			.map((attribute) => fieldOf(attribute, model));
	return [
		RESOURCE,
		...OPERATIONS,
		...TOOL_DESCRIPTIONS,
		...fieldsIn('top'),
		collectionOf('Additional Fields', 'additionalFields', fieldsIn('additional')),
		...optionsOf(),
	];
}
