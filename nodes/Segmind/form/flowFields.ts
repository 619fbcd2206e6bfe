import type { INodeProperties } from 'n8n-workflow';

import { RUN } from './operations';

/** The fields of a published flow; which inputs it has, no endpoint tells. */
export const FLOW_FIELDS: INodeProperties[] = [
	{
		displayName: 'Flow',
		name: 'flow',
		type: 'string',
		required: true,
		displayOptions: { show: RUN },
		default: '',
		placeholder: 'e.g. product-photo',
		description: 'The slug of a published flow, or the address on its API page',
	},
	{
		displayName: 'Inputs',
		name: 'inputMode',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: RUN },
		options: [
			{ name: 'Using Fields Below', value: 'fields', description: 'A name and a value for each input' },
			{
				name: 'Using JSON',
				value: 'json',
				description: 'One object, also for values that are lists or objects',
			},
		],
		default: 'fields',
		description: 'How the inputs of the flow are entered; their names are on its API page',
	},
	{
		displayName: 'Input Fields',
		name: 'inputFields',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Input',
		displayOptions: { show: { ...RUN, inputMode: ['fields'] } },
		default: {},
		description: 'The inputs of the flow, each by the name that it has on the API page',
		options: [
			{
				displayName: 'Input',
				name: 'input',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. prompt',
						description: 'The name of the input on the API page of the flow',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						description: 'Text as entered; a number, a boolean or an empty value by an expression',
					},
				],
			},
		],
	},
	{
		displayName: 'JSON',
		name: 'inputJson',
		type: 'json',
		displayOptions: { show: { ...RUN, inputMode: ['json'] } },
		default: '{}',
		description: 'An object with a value for each input of the flow',
	},
	{
		displayName: 'Download Files',
		name: 'downloadFiles',
		type: 'boolean',
		displayOptions: { show: RUN },
		default: true,
		description: 'Whether to fetch the files among the outputs, each into the binary field of its name',
	},
];
