import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { RunOptions } from './engine';
import { emulator } from './setup';

export const CONTINUE = { onError: 'continueRegularOutput' } as const;

export const ERROR_OUTPUT = { onError: 'continueErrorOutput' } as const;

/** n8n's own retry, without a wait. */
export const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

/** The smallest image. */
export const SMALL = { aspectRatio: 'custom', width: 256, height: 256 };

export const itemsOf = (...prompts: string[]): INodeExecutionData[] =>
	prompts.map((prompt) => ({ json: { prompt } }));

/** Items with the prompts `fox 0`, `fox 1` and so on. */
export const numberedItems = (count: number): INodeExecutionData[] =>
	itemsOf(...Array.from({ length: count }, (_, index) => `fox ${index}`));

export const credential = () => ({ apiKey: emulator.key, baseUrl: emulator.url });

/** A run of the node with exactly these parameters. */
export const withParameters = (parameters: IDataObject, rest: RunOptions = {}): RunOptions => ({
	credential: credential(),
	items: itemsOf('a'),
	...rest,
	parameters,
});

/** A run of Image: Generate, by default for one item. */
export const generate = (options: IDataObject = {}, rest: RunOptions = {}): RunOptions =>
	withParameters({ prompt: '={{ $json.prompt }}', ...SMALL, options, ...rest.parameters }, rest);

/** A run of Image: Generate through Segmind's queue. */
export const queued = (options: IDataObject = {}, rest: RunOptions = {}): RunOptions =>
	generate({ delivery: 'queued', ...options }, rest);

/** A run of Image: Get Result. */
export const getResult = (
	items: INodeExecutionData[],
	options: IDataObject = {},
	node: RunOptions['node'] = {},
): RunOptions =>
	withParameters({ operation: 'getResult', requestId: '={{ $json.requestId }}', options }, { items, node });

/** A run of PixelFlow: Run with the item's prompt. */
export const flow = (parameters: IDataObject = {}, rest: RunOptions = {}): RunOptions =>
	withParameters(
		{
			resource: 'pixelFlow',
			operation: 'run',
			flow: 'product-photo',
			inputFields: { input: [{ name: 'prompt', value: '={{ $json.prompt }}' }] },
			...parameters,
		},
		rest,
	);

/** A binary field with these bytes, as n8n has it in memory. */
export const binaryOf = (bytes: Buffer, mimeType = 'image/png', fileName = 'input.png'): IBinaryData => ({
	data: bytes.toString('base64'),
	mimeType,
	fileName,
});

/** An item for each picture, which is in the field `data`, with the prompts `edit 0`, `edit 1` and so on. */
export const picturesOf = (...pictures: Buffer[]): INodeExecutionData[] =>
	pictures.map((picture, index) => ({
		json: { prompt: `edit ${index}` },
		binary: { data: binaryOf(picture) },
	}));

/** A run of Image: Edit. */
export const edit = (
	items: INodeExecutionData[],
	options: IDataObject = {},
	rest: RunOptions = {},
): RunOptions =>
	withParameters(
		{ operation: 'edit', prompt: '={{ $json.prompt }}', options, ...rest.parameters },
		{ items, ...rest },
	);

/** A run of File: Upload. */
export const upload = (items: INodeExecutionData[], rest: RunOptions = {}): RunOptions =>
	withParameters({ resource: 'file', operation: 'upload', ...rest.parameters }, { items, ...rest });

/** A run of Model: Run with inputs in the fields, by default for one item. */
export const runModel = (
	modelId: string,
	inputs: IDataObject = { prompt: '={{ $json.prompt }}' },
	parameters: IDataObject = {},
	rest: RunOptions = {},
): RunOptions =>
	withParameters(
		{
			resource: 'model',
			operation: 'run',
			modelId: { __rl: true, mode: 'list', value: modelId },
			inputs: { mappingMode: 'defineBelow', value: inputs, matchingColumns: [], schema: [] },
			...parameters,
		},
		rest,
	);

/** A run of Model: Run with inputs as JSON, for one item. */
export const runJson = (inputJson: string, parameters: IDataObject = {}, rest: RunOptions = {}): RunOptions =>
	runModel('other-model', {}, { inputMode: 'json', inputJson, ...parameters }, rest);
