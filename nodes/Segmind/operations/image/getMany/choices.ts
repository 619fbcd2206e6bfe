import type { INodePropertyOptions } from 'n8n-workflow';

import type { HistoryQuery } from '../../../api/history';

/** Values of the filter Status, as Segmind names them. */
export const STATUSES = [
	{ name: 'Completed', value: 'COMPLETED', description: 'Requests that were billed' },
	{ name: 'Failed', value: 'FAILED', description: 'Requests that produced nothing' },
	{ name: 'Pending', value: 'PENDING', description: 'Requests that are still being made' },
] as const satisfies readonly INodePropertyOptions[];

/** An order of requests, and how the API is asked for it. */
interface Sort extends INodePropertyOptions {
	readonly wire: HistoryQuery['sort'] & object;
}

/** Values of the option Sort. */
export const SORTS = [
	{
		name: 'Highest Cost First',
		value: 'cost',
		description: 'By what each request cost',
		wire: { by: 'credits_deduction', order: 'desc' },
	},
	{
		name: 'Model',
		value: 'model',
		description: 'By the name of the model',
		wire: { by: 'model_name', order: 'asc' },
	},
	{
		name: 'Newest First',
		value: 'newest',
		description: 'By the time of the request',
		wire: { by: 'model_created', order: 'desc' },
	},
	{
		name: 'Oldest First',
		value: 'oldest',
		description: 'By the time of the request, in its order',
		wire: { by: 'model_created', order: 'asc' },
	},
] as const satisfies readonly Sort[];
