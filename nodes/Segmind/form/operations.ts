import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

/** Where the fields of each operation are shown. */
export const GENERATE = { resource: ['image'], operation: ['generate'] };
export const GET_RESULT = { resource: ['image'], operation: ['getResult'] };
export const RUN = { resource: ['pixelFlow'], operation: ['run'] };

/** What the node deals with. */
export const RESOURCE: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Account', value: 'account' },
		{ name: 'Image', value: 'image' },
		{ name: 'PixelFlow', value: 'pixelFlow' },
	],
	default: 'image',
};

/** What it can do with each. */
export const OPERATIONS: INodeProperties[] = [
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
			{
				name: 'Get Result',
				value: 'getResult',
				action: 'Get the result of a queued image',
				description: 'Wait for an image that was submitted before and fetch it, which costs nothing',
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
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['pixelFlow'] } },
		options: [
			{
				name: 'Run',
				value: 'run',
				action: 'Run a pixel flow',
				description: 'Run a workflow that was published on Segmind and fetch what it makes',
			},
		],
		default: 'run',
	},
];

/** What a model reads of the node as its tool; n8n has a field of that name only for nodes that bring none. */
const toolDescription = (show: IDisplayOptions['show'], text: string): INodeProperties => ({
	displayName: 'Description',
	name: 'toolDescription',
	type: 'string',
	typeOptions: { rows: 2 },
	required: true,
	displayOptions: { show: { '@tool': [true], ...show } },
	default: text,
	description: 'What the model is told of this tool',
});

/** What the node tells an agent of each of its operations. */
export const TOOL_DESCRIPTIONS: INodeProperties[] = [
	toolDescription(
		GENERATE,
		'Text to image: makes an image from a prompt and answers with imageUrl, a link that opens as the image. Hand that link on to the user. Each image costs money, about $0.05. When no image was made, error says why and message says what to do: change the input accordingly, rather than calling again with the same.',
	),
	toolDescription(
		GET_RESULT,
		'Fetches an image that was asked for before, by its request id, and answers with imageUrl, a link that opens as the image. Costs nothing.',
	),
	toolDescription(
		{ resource: ['account'] },
		'Tells how many US dollars are left for making images in the Segmind account. Costs nothing.',
	),
	toolDescription(
		RUN,
		'Runs a workflow that was published on Segmind, and answers with its outputs; files are links. Each run costs money.',
	),
];
