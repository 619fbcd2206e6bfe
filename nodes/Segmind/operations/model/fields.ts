import type { INodeProperties } from 'n8n-workflow';

import { optionsFieldsWithLink } from '../operation';

/** The fields of Model: Run. */
export const RUN_FIELDS: readonly INodeProperties[] = [
	{
		displayName: 'Model',
		name: 'modelId',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description: 'The model to run, from the list that Segmind publishes or by its ID',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'e.g. Seedream',
				typeOptions: { searchListMethod: 'searchModels', searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. seedream-v3-text-to-image',
				hint: "The last part of the address of the model's page, or the whole address",
			},
		],
	},
	{
		displayName: 'Inputs',
		name: 'inputMode',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Using Fields Below',
				value: 'fields',
				description: 'A field for each input that Segmind publishes, checked before anything is sent',
			},
			{
				name: 'Using JSON',
				value: 'json',
				description: 'One object, sent as it is, also for inputs that the fields do not have',
			},
		],
		default: 'fields',
		description: 'How the inputs of the model are entered',
	},
	{
		displayName: 'Input Fields',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		displayOptions: { show: { inputMode: ['fields'] } },
		description: 'The inputs of the chosen model; those that it needs are shown, others can be added',
		typeOptions: {
			loadOptionsDependsOn: ['modelId.value'],
			resourceMapper: {
				resourceMapperMethod: 'getModelInputs',
				mode: 'add',
				valuesLabel: 'Input Fields',
				fieldWords: { singular: 'input', plural: 'inputs' },
				addAllFields: false,
				supportAutoMap: false,
				multiKeyMatch: false,
				noFieldsError: "No inputs found. Set 'Inputs' to Using JSON",
			},
		},
	},
	{
		displayName: 'JSON',
		name: 'inputJson',
		type: 'json',
		displayOptions: { show: { inputMode: ['json'] } },
		default: '{\n  "prompt": ""\n}',
		description:
			"The inputs by their names on the model's API page; an expression that makes the object is safe from quotes",
	},
	...optionsFieldsWithLink('model:run'),
];
