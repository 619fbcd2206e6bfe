import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { asObject } from '../../api/json';
import type { RawParameters } from '../../jobs/checks';
import { checkValues, invalidValue, quote, toChoice, toObject } from '../../jobs/checks';

/** The fields for a flow's inputs. No endpoint lists them. */
export const INPUT_FIELDS: readonly INodeProperties[] = [
	{
		displayName: 'Inputs',
		name: 'inputMode',
		type: 'options',
		noDataExpression: true,
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
		displayOptions: { show: { inputMode: ['fields'] } },
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
		displayOptions: { show: { inputMode: ['json'] } },
		default: '{}',
		description: 'An object with a value for each input of the flow',
	},
];

function fromFields(inputFields: unknown): Map<string, unknown> {
	const { input = [] } = asObject(inputFields);
	const inputs = new Map<string, unknown>();
	for (const { name, value } of [input].flat().map(asObject)) {
		if (typeof name !== 'string' || name.trim() === '') {
			throw invalidValue(
				'Input Fields',
				'has an input without a name',
				"Enter the name from the flow's API page",
			);
		}
		const key = name.trim();
		if (inputs.has(key)) {
			throw invalidValue(
				'Input Fields',
				`has two inputs named ${quote(key)}`,
				'Remove one, or correct its name',
			);
		}
		inputs.set(key, value);
	}
	return inputs;
}

/**
 * Returns the inputs of a flow by name.
 *
 * @throws {SegmindError} that names the field, and the input
 */
export function toInputs({ inputMode, inputFields, inputJson }: RawParameters): IDataObject {
	const isJson = toChoice(inputMode, 'Inputs', ['fields', 'json']) === 'json';
	const inputs = isJson
		? toObject(inputJson, 'JSON')
		: (Object.fromEntries(fromFields(inputFields)) as IDataObject);
	checkValues(inputs, isJson ? 'JSON' : 'Input Fields');
	return inputs;
}
