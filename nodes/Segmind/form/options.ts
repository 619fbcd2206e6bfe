import type { INodeProperties } from 'n8n-workflow';

/** Bounds of our own; those of the timeout: the API gives up after about 100 s, its official client after 600. */
export const BOUNDS = {
	concurrency: { min: 1, max: 20 },
	maxRetries: { min: 0, max: 10 },
	minimumRemainingCredits: { min: 0, max: 1_000_000, unit: 'US dollars' },
	numberOfImages: { min: 1, max: 10 },
	requestsPerMinute: { min: 0, max: 6000 },
	timeout: { min: 5, max: 600, unit: 'seconds' },
} as const;

/** What is offered under Options. */
export const optionFields: INodeProperties[] = [
	{
		displayName: 'Delivery',
		name: 'delivery',
		type: 'options',
		options: [
			{
				name: 'Direct',
				value: 'direct',
				description: 'One request whose answer is the image; it is lost when the connection breaks',
			},
			{
				name: 'Queued',
				value: 'queued',
				description:
					'Submits, waits and fetches; when a connection breaks, a retry fetches what was paid for',
			},
			{
				name: 'Submit Only',
				value: 'submitOnly',
				description: 'Gives the request ID at once; fetch the image with Get Result within the hour',
			},
		],
		default: 'direct',
		description: 'How the image gets here',
	},
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. product-42',
		description:
			'A name without extension, which follows the file type; left empty, it is made of the prompt and the seed',
	},
	{
		displayName: 'Images at Once',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: BOUNDS.concurrency.min, maxValue: BOUNDS.concurrency.max, numberPrecision: 0 },
		default: 4,
		description: 'How many images are made side by side; the value for the first item holds for all',
	},
	{
		displayName: 'Images per Item',
		name: 'numberOfImages',
		type: 'number',
		typeOptions: {
			minValue: BOUNDS.numberOfImages.min,
			maxValue: BOUNDS.numberOfImages.max,
			numberPrecision: 0,
		},
		default: 1,
		description: 'How many images to make of each prompt, with seeds counting up; each one is paid for',
	},
	{
		displayName: 'Include Input Fields',
		name: 'includeInputFields',
		type: 'boolean',
		default: false,
		description: 'Whether to keep the fields and files of the input item beside the image',
	},
	{
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: BOUNDS.maxRetries.min, maxValue: BOUNDS.maxRetries.max, numberPrecision: 0 },
		default: 4,
		description: 'How often to send a request again that was surely not billed',
	},
	{
		displayName: 'Minimum Remaining Credits',
		name: 'minimumRemainingCredits',
		type: 'number',
		typeOptions: { minValue: BOUNDS.minimumRemainingCredits.min, numberPrecision: 2 },
		default: 0,
		description:
			'US dollars that must stay in the account: no image is made that would take the balance below; 0 is no limit',
	},
	{
		displayName: 'Public Link',
		name: 'linkExpiry',
		type: 'options',
		options: [
			{ name: '1 Day', value: '1 day', description: 'A link that opens without a login for a day' },
			{ name: '1 Hour', value: '1 hour', description: 'A link that opens without a login for an hour' },
			{ name: '7 Days', value: '7 days', description: 'A link that opens without a login for a week' },
			{ name: 'None', value: 'none', description: 'No link; the image stays inside n8n' },
		],
		default: 'none',
		description:
			'Whether to add imageUrl, a signed link to the image on this n8n, for posts that fetch it and for agents',
	},
	{
		displayName: 'Put Output in Field',
		name: 'binaryPropertyOutput',
		type: 'string',
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the binary field that will hold the image',
		description: 'The binary field to put the image in',
	},
	{
		displayName: 'Requests per Minute',
		name: 'requestsPerMinute',
		type: 'number',
		typeOptions: {
			minValue: BOUNDS.requestsPerMinute.min,
			maxValue: BOUNDS.requestsPerMinute.max,
			numberPrecision: 0,
		},
		default: 0,
		description: 'Spreads the requests evenly over all items of the run; 0 is no limit',
	},
	{
		displayName: 'Retry When Billing Is Uncertain',
		name: 'retryUncertain',
		type: 'boolean',
		default: false,
		description:
			'Whether to send a request again whose answer was lost, although its image may have been made and billed',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: BOUNDS.timeout.min, maxValue: BOUNDS.timeout.max, numberPrecision: 0 },
		default: 120,
		description:
			'Seconds to wait for one image, until its last byte; left out, it is 120, and 600 with queued delivery, Get Result and PixelFlow',
	},
];

/** The options that mean something where nothing is asked for, only fetched. */
export const COLLECT_OPTIONS = [
	'binaryPropertyOutput',
	'concurrency',
	'fileName',
	'includeInputFields',
	'linkExpiry',
	'timeout',
];

/** The options that mean something for a flow, whose outputs have names of their own. */
export const FLOW_OPTIONS = [
	'concurrency',
	'includeInputFields',
	'maxRetries',
	'minimumRemainingCredits',
	'requestsPerMinute',
	'retryUncertain',
	'timeout',
];
