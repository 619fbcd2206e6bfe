import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { SegmindClient } from '../../api/client';
import { NOT_BILLED, SegmindError } from '../../api/errors';
import { downloadResult, isOldFile, isRefused } from '../../api/download';
import { asObject } from '../../api/json';
import { waitForResult } from '../../api/poll';
import type { QueuedRequest } from '../../api/queue';
import { submit, usageOf } from '../../api/queue';
import type { Deadline } from '../../api/wait';
import { executeJobs } from '../../batch/execute';
import type { Task } from '../../batch/task';
import { toDefaultName } from '../../files/fileName';
import type { MediaFile } from '../../files/fileType';
import { checkResponse } from '../../files/fileType';
import { invalidValue, quote, toBoolean } from '../../jobs/checks';
import type { Job } from '../../jobs/jobs';
import { toJobList } from '../../jobs/jobs';
import { toJobOptions } from '../../jobs/options';
import type { JobOptions } from '../../jobs/optionTable';
import { readOptions, readParameters } from '../../jobs/parameters';
import type { Result } from '../../output/result';
import { toSubmitted } from '../../output/result';
import type { Operation } from '../operation';
import { optionsField } from '../operation';
import { linksIn, toFlowPath, toOutputs } from './flow';
import { INPUT_FIELDS, toInputs } from './inputs';

interface FlowRequest {
	readonly path: string;
	readonly flow: string;
	/** Whether Get Result does not find what it makes. */
	readonly isOld: boolean;
	readonly inputs: IDataObject;
	readonly downloadFiles: boolean;
}

/** The links to files that a flow made, each with a field of its own. What was sent was not made. */
function newLinksIn(outputs: IDataObject, inputs: IDataObject): ReturnType<typeof linksIn> {
	const sent = new Set(linksIn(inputs).map(([, link]) => link));
	return linksIn(outputs).filter(([, link]) => !sent.has(link));
}

/**
 * Downloads the files among the outputs. A link to anything else stays a link, and so does one of several that is refused.
 *
 * @throws {PendingError} that a later try may not meet, or when every file is refused
 */
async function downloadFiles(
	client: SegmindClient,
	outputs: IDataObject,
	inputs: IDataObject,
	queued: QueuedRequest,
	deadline: Deadline,
): Promise<{ readonly namedFiles: Record<string, MediaFile>; readonly refused: number }> {
	const files: Record<string, MediaFile> = {};
	const errors: Error[] = [];
	for (const [name, link] of newLinksIn(outputs, inputs)) {
		if (client.blockedReason(link) !== undefined) continue;
		const response = await downloadResult(client, link, queued, deadline).catch((error: Error) => error);
		if (response instanceof Error) errors.push(response);
		else {
			const { file } = checkResponse(response, link);
			if (file !== undefined) files[name] = file;
		}
	}
	const hasFiles = Object.keys(files).length > 0;
	const error = errors.find((each) => !hasFiles || !isRefused(each, isOldFile(queued)));
	if (error !== undefined) throw error;
	return { namedFiles: files, refused: errors.length };
}

/** Adds where the flow and its inputs are entered. */
function withAdvice(error: unknown, { inputs, flow }: FlowRequest): unknown {
	if (!(error instanceof SegmindError)) return error;
	if (error.reason === 'endpoint' && error.statusCode === 404) {
		error.description = `Check 'Flow', ${quote(flow)}: copy it from the flow's API page on Segmind. ${NOT_BILLED}`;
	}
	if (error.reason === 'request' && Object.keys(inputs).length === 0) {
		error.description = `Add the inputs of the flow under 'Input Fields', by the names on its API page. ${NOT_BILLED}`;
	}
	return error;
}

async function collectFlow(
	client: SegmindClient,
	request: FlowRequest,
	queued: QueuedRequest,
	deadline: Deadline,
): Promise<Result> {
	const response = await waitForResult(client, queued, deadline);
	const outputs = toOutputs(response);
	const { flow, inputs, downloadFiles: isWanted } = request;
	return {
		fields: { flow, outputs },
		files: [],
		...(isWanted ? await downloadFiles(client, outputs, inputs, queued, deadline) : { namedFiles: {} }),
		usage: usageOf(response, queued.requestId),
	};
}

/** Runs published flows. Each one is paid for when Segmind takes it into its queue. */
const flowTask: Task<FlowRequest> = {
	isFree: false,
	targetOf: ({ request: { path } }) => ({ endpoint: path, price: undefined }),
	identityOf: ({ request: { path, inputs } }) => [path, inputs],
	fileNameOf: ({ request: { flow } }, _queued, requestId) =>
		requestId === null ? undefined : toDefaultName(flow, undefined, requestId),
	isFetchable: ({ request: { isOld } }) => !isOld,
	isUsable: ({ request: { downloadFiles: isWanted, inputs } }, { namedFiles = {}, fields }) =>
		!isWanted ||
		Object.keys(namedFiles).length > 0 ||
		newLinksIn(asObject(fields.outputs) as IDataObject, inputs).length === 0,
	async send(client, { request, options }) {
		const submitting = submit(client, request.path, request.inputs, options.timeout);
		const queued = await submitting.catch((error: unknown) => {
			throw withAdvice(error, request);
		});
		return { queued };
	},
	async collect(client, { request, options }, queued, deadline) {
		if (options.delivery === 'submitOnly') {
			return { ...toSubmitted({ flow: request.flow }, queued), namedFiles: {} };
		}
		return await collectFlow(client, request, queued, deadline).catch((error: unknown) => {
			throw withAdvice(error, request);
		});
	},
};

/** @throws {SegmindError} for a delivery that the flow can't have */
function checkDelivery({ delivery }: JobOptions, isOld: boolean): void {
	if (delivery === 'direct') {
		throw invalidValue('Delivery', "can't be Direct for a flow", 'Use Queued or Submit Only');
	}
	if (delivery === 'submitOnly' && isOld) {
		throw invalidValue(
			'Delivery',
			"can't be Submit Only for a flow of the older form, whose result Get Result does not find",
			'Use Queued, or publish the flow again on Segmind and use its new address',
		);
	}
}

function jobOf(context: IExecuteFunctions, itemIndex: number): Job<FlowRequest> {
	const names = ['flow', 'inputMode', 'inputFields', 'inputJson', 'downloadFiles'];
	const raw = readParameters(context, names, itemIndex);
	const options = toJobOptions({ delivery: 'queued', ...readOptions(context, itemIndex) });
	const { path, flow, isOld } = toFlowPath(raw.flow);
	checkDelivery(options, isOld);
	const request = {
		path,
		flow,
		isOld,
		inputs: toInputs(raw),
		downloadFiles: toBoolean(raw.downloadFiles, 'Download Files'),
	};
	return { itemIndex, imageIndex: 0, request, options };
}

/** The fields of a published flow. */
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
	...INPUT_FIELDS,
	{
		displayName: 'Download Files',
		name: 'downloadFiles',
		type: 'boolean',
		default: true,
		description: 'Whether to fetch the files among the outputs, each into the output field of its name',
	},
	optionsField('pixelFlow:run'),
];

/** Runs a published flow. */
export const runFlow: Operation = {
	resource: 'pixelFlow',
	name: 'Run',
	value: 'run',
	action: 'Run a published workflow',
	description: 'Run a workflow that was published on Segmind and fetch its outputs',
	toolDescription:
		'Runs a workflow that was published on Segmind, and returns its outputs; files are links. Each run costs money.',
	fields: FLOW_FIELDS,
	async execute(context): Promise<INodeExecutionData[]> {
		const list = await toJobList(context, (itemIndex) => [jobOf(context, itemIndex)]);
		return await executeJobs(context, flowTask, list, { noun: 'run' });
	},
};
