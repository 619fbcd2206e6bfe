import type { INodeProperties } from 'n8n-workflow';

import { toEntry } from '../jobs/checks';
import { getCredits } from './account/getCredits';
import { withBuilderHint } from './builderHints';
import { upload } from './file/upload';
import { edit } from './image/edit';
import { generate } from './image/generate';
import { getMany } from './image/getMany/getMany';
import { getResult } from './image/getResult';
import { runModel } from './model/run';
import type { Operation } from './operation';
import { runFlow } from './pixelFlow/run';

const OPERATIONS: readonly Operation[] = [
	...[generate, edit, getMany, getResult],
	...[upload, getCredits, runModel, runFlow],
];

const RESOURCES = [
	{ name: 'Account', value: 'account' },
	{ name: 'File', value: 'file' },
	{ name: 'Image', value: 'image' },
	{ name: 'Model', value: 'model' },
	{ name: 'PixelFlow', value: 'pixelFlow' },
] as const;

/** Returns the Operation field of one resource. Its first operation is the default. */
function operationField(resource: string): INodeProperties {
	const operations = OPERATIONS.filter((operation) => operation.resource === resource);
	const defaultValue = operations[0]?.value ?? '';
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options: operations.map(({ name, value, action, description }) => ({ name, value, action, description })),
		default: defaultValue,
	};
}

const onlyFor = ({ resource, value }: Operation, field: INodeProperties): INodeProperties => ({
	...withBuilderHint(resource, field),
	displayOptions: {
		...field.displayOptions,
		show: { resource: [resource], operation: [value], ...field.displayOptions?.show },
	},
});

/** n8n adds a field of this name only to nodes that have none. */
const toolDescription = (text: string): INodeProperties => ({
	displayName: 'Description',
	name: 'toolDescription',
	type: 'string',
	typeOptions: { rows: 2 },
	required: true,
	displayOptions: { show: { '@tool': [true] } },
	default: text,
	description: 'What the model reads about this tool',
});

/** All fields of the node. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: [...RESOURCES],
		default: 'image',
	},
	...RESOURCES.map(({ value }) => operationField(value)),
	...OPERATIONS.map((operation) => onlyFor(operation, toolDescription(operation.toolDescription))),
	...OPERATIONS.flatMap((operation) => operation.fields.map((field) => onlyFor(operation, field))),
];

/**
 * Returns the operation that a workflow names.
 *
 * @throws {SegmindError} that names the choices
 */
export function findOperation(resource: unknown, value: unknown): Operation {
	const known = toEntry(resource, 'Resource', RESOURCES, (each) => [each.value]).value;
	const operations = OPERATIONS.filter((operation) => operation.resource === known);
	return toEntry(value, 'Operation', operations, (operation) => [operation.value]);
}
