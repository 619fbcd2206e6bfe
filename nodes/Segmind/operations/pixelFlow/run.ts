import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { SegmindClient } from '../../api/client';
import { asObject } from '../../api/json';
import { downloadResult, waitForResult } from '../../api/poll';
import type { QueuedRequest } from '../../api/queue';
import { submit, usageOf } from '../../api/queue';
import type { Deadline } from '../../api/wait';
import { executeJobs } from '../../batch/execute';
import type { Task } from '../../batch/task';
import { toDefaultName } from '../../files/fileName';
import type { MediaFile } from '../../files/fileType';
import { checkFile } from '../../files/fileType';
import type { RawParameters } from '../../jobs/checks';
import { invalidValue, toBoolean, toObject } from '../../jobs/checks';
import type { Job } from '../../jobs/jobs';
import { toJobList } from '../../jobs/jobs';
import { toJobOptions } from '../../jobs/options';
import { readOptions, readParameters } from '../../jobs/parameters';
import type { Operation } from '../operation';
import { optionsField } from '../operation';
import { linksIn, toFlowPath, toOutputs } from './flow';

/** US dollars that a flow is expected to cost until a response says; no price of a flow is published. */
const FLOW_PRICE = 0.05;

interface FlowRequest {
	readonly path: string;
	readonly flow: string;
	readonly inputs: IDataObject;
	readonly downloadFiles: boolean;
}

/** Downloads the files among the outputs. A link to anything else stays a link. */
async function downloadFiles(
	client: SegmindClient,
	outputs: IDataObject,
	queued: QueuedRequest,
	deadline: Deadline,
): Promise<Record<string, MediaFile>> {
	const files: Record<string, MediaFile> = {};
	for (const [name, link] of linksIn(outputs)) {
		if (client.blockedReason(link) !== undefined) continue;
		const { body, headers } = await downloadResult(client, link, queued, deadline);
		const { file } = checkFile(body, headers['content-type'], link);
		if (file !== undefined) files[name] = file;
	}
	return files;
}

/** Runs published flows. Each one is paid for when Segmind takes it into its queue. */
const flowTask: Task<FlowRequest> = {
	price: FLOW_PRICE,
	identityOf: ({ request: { path, inputs } }) => [path, inputs],
	fileNameOf: ({ request: { flow } }) => toDefaultName(flow),
	send: async (client, { request, options }) => ({
		queued: await submit(client, request.path, request.inputs, options.timeout),
	}),
	async collect(client, { request }, queued, deadline) {
		const response = await waitForResult(client, queued, deadline);
		const outputs = toOutputs(response);
		return {
			fields: { flow: request.flow, outputs },
			namedFiles: request.downloadFiles ? await downloadFiles(client, outputs, queued, deadline) : {},
			usage: usageOf(response, queued.requestId),
		};
	},
};

function inputsOf(raw: RawParameters): IDataObject {
	if (raw.inputMode === 'json') return toObject(raw.inputJson, 'JSON');
	const { input } = asObject(raw.inputFields);
	const pairs = (Array.isArray(input) ? input : []).map(asObject);
	if (pairs.some(({ name }) => typeof name !== 'string' || name.trim() === '')) {
		throw invalidValue(
			'Input Fields',
			'has an input without a name',
			"Enter the name from the flow's API page",
		);
	}
	return Object.fromEntries(pairs.map(({ name, value }) => [String(name).trim(), value])) as IDataObject;
}

function jobOf(context: IExecuteFunctions, itemIndex: number): Job<FlowRequest> {
	const names = ['flow', 'inputMode', 'inputFields', 'inputJson', 'downloadFiles'];
	const raw = readParameters(context, names, itemIndex);
	const options = toJobOptions({ delivery: 'queued', ...readOptions(context, itemIndex) });
	const request = {
		...toFlowPath(raw.flow),
		inputs: inputsOf(raw),
		downloadFiles: toBoolean(raw.downloadFiles, 'Download Files'),
	};
	return { itemIndex, imageIndex: 0, request, options };
}

/** The fields of a published flow. No endpoint lists the inputs of a flow. */
const FLOW_FIELDS: readonly INodeProperties[] = [
	{
		displayName: 'Flow',
		name: 'flow',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. product-photo',
		description: 'The slug of a published flow, or the address on its API page',
	},
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
	{
		displayName: 'Download Files',
		name: 'downloadFiles',
		type: 'boolean',
		default: true,
		description: 'Whether to fetch the files among the outputs, each into the binary field of its name',
	},
	optionsField('pixelFlow:run'),
];

/** Runs a published flow. */
export const runFlow: Operation = {
	resource: 'pixelFlow',
	name: 'Run',
	value: 'run',
	action: 'Run a pixel flow',
	description: 'Run a workflow that was published on Segmind and fetch its outputs',
	toolDescription:
		'Runs a workflow that was published on Segmind, and returns its outputs; files are links. Each run costs money.',
	fields: FLOW_FIELDS,
	async execute(context): Promise<INodeExecutionData[]> {
		const list = await toJobList(context, (itemIndex) => [jobOf(context, itemIndex)]);
		return await executeJobs(context, flowTask, list);
	},
};
