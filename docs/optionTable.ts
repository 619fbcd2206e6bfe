import type { INodeProperties } from 'n8n-workflow';

import { code, codes, toTable } from './markdown';

const HEAD = ['Option', 'Name', 'Default', 'Values', 'What it does'];

function valuesOf({ type, options = [], typeOptions = {} }: INodeProperties): string {
	if (type === 'boolean') return codes([true, false]);
	if (type === 'options')
		return codes(options.flatMap((option) => ('value' in option ? [option.value] : [])));
	const { minValue, maxValue } = typeOptions;
	if (minValue === undefined) return 'text';
	return maxValue === undefined ? `${minValue} or more` : `${minValue} to ${maxValue}`;
}

const defaultOf = ({ default: value }: INodeProperties): string => (value === '' ? 'empty' : code(value));

/** What is offered under Options. */
export function optionTable(fields: readonly INodeProperties[]): string {
	const rows = fields.map((field) => [
		field.displayName,
		code(field.name),
		defaultOf(field),
		valuesOf(field),
		field.description ?? '',
	]);
	return toTable(HEAD, rows);
}
