import type { INodeProperties } from 'n8n-workflow';

import { collection } from '../../../models/fields';
import { SORTS, STATUSES } from './choices';

const FILTERS: readonly INodeProperties[] = [
	{
		displayName: 'From',
		name: 'from',
		type: 'dateTime',
		default: '',
		description: 'The first day; left out, it is seven days ago',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'string',
		default: '',
		placeholder: 'e.g. flux-1.1-pro',
		description: "The model's ID or a part of it",
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		options: [...STATUSES],
		default: 'COMPLETED',
		description: 'Only requests that ended this way',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'dateTime',
		default: '',
		description: 'The last day, which is included; left out, it is today',
	},
];

const OPTIONS: readonly INodeProperties[] = [
	{
		displayName: 'Download Files',
		name: 'downloadFiles',
		type: 'boolean',
		default: false,
		description: 'Whether to fetch the files too, into the field data; Segmind keeps them for seven days',
	},
	{
		displayName: 'Sort',
		name: 'sort',
		type: 'options',
		options: SORTS.map(({ name, value, description }) => ({ name, value, description })),
		default: 'newest',
		description: 'The order of the requests, which also decides which ones a limit leaves out',
	},
];

/** The fields of Image: Get Many. */
export const getManyFields: readonly INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: { show: { returnAll: [false] } },
		default: 50,
		description: 'Max number of results to return',
	},
	collection('Filters', 'filters', FILTERS, 'Which requests to return; all are optional'),
	collection('Options', 'options', OPTIONS, 'In which order, and whether with their files'),
];
