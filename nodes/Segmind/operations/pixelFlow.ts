import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { run } from '../batch/run';
import type { Attempted, Work } from '../batch/work';
import type { Media } from '../image/media';
import { toMedia } from '../image/media';
import type { Kept } from '../item/item';
import { store } from '../item/item';
import { collect, collectFile } from '../queue/collect';
import { Deadline } from '../queue/deadline';
import type { Fields } from '../queue/result';
import { fieldsOf, toldByMetrics } from '../queue/result';
import { submitOnce, withTicket } from '../queue/submit';
import type { Slip, Ticket } from '../queue/ticket';
import { FileNames, toDefaultName, toSafeName } from '../request/fileName';
import type { Order } from '../request/order';
import { toPlan } from '../request/order';
import { OTHER_PRICE, toObject } from '../request/otherModel';
import { readFields, readOptions } from '../request/parameters';
import { refuseValue, toBoolean } from '../request/request';
import { toSettings } from '../request/settings';
import type { Answer, Made } from '../segmind/answer';
import type { Segmind } from '../segmind/segmind';
import { linksIn, toFlowPath, toOutputs } from './flow';

/** A flow to be run, with its inputs. */
interface FlowRequest {
	readonly path: string;
	readonly flow: string;
	readonly inputs: IDataObject;
	readonly downloadFiles: boolean;
}

/** What a flow gave, by the names of its outputs. */
interface FlowResult extends Made {
	readonly outputs: IDataObject;
	readonly files: Readonly<Record<string, Media>>;
}

/** The files among the outputs; a link to anything else stays a link. */
async function filesOf(
	segmind: Segmind,
	outputs: IDataObject,
	ticket: Ticket,
	deadline: Deadline,
): Promise<Record<string, Media>> {
	const files: Record<string, Media> = {};
	for (const [name, link] of linksIn(outputs)) {
		if (segmind.whyNotFetched(link) !== undefined) continue;
		const { body, headers }: Answer = await collectFile(segmind, link, ticket, deadline);
		const media = toMedia(body, headers['content-type'], link);
		if (typeof media !== 'string') files[name] = media;
	}
	return files;
}

async function runOnce(
	segmind: Segmind,
	{ request, settings }: Order<FlowRequest>,
	slip: Slip,
): Promise<FlowResult> {
	const deadline = new Deadline(settings.timeout);
	const ticket = await submitOnce(segmind, request.path, request.inputs, slip, settings.timeout);
	return await withTicket(slip, ticket, async () => {
		const fields = await collect(segmind, ticket, deadline);
		const outputs = toOutputs(fields);
		const files = request.downloadFiles ? await filesOf(segmind, outputs, ticket, deadline) : {};
		const buffers = Object.values(files).map(({ bytes }) => bytes);
		return { outputs, files, told: toldByMetrics(fields, ticket.requestId), buffers };
	});
}

async function keepFlow(
	context: IExecuteFunctions,
	{ request }: Order<FlowRequest>,
	{ made, attempts }: Attempted<FlowResult>,
	name: string,
): Promise<Kept> {
	const { outputs, told } = made;
	const files: Record<string, Kept['files'][string]> = {};
	const names = new FileNames();
	for (const [field, { bytes, format, mimeType }] of Object.entries(made.files)) {
		const fileName = names.claim(toSafeName(`${name}-${field}`));
		files[field] = await store(context, bytes, `${fileName}.${format}`, mimeType);
	}
	const { cost, remainingCredits, requestId, generationTime } = told;
	return {
		name,
		files,
		json: { flow: request.flow, outputs, cost, remainingCredits, requestId, generationTime, attempts },
	};
}

/** Running published flows, each of which is paid for when it is taken into the queue. */
const flowWork: Work<FlowRequest, FlowResult> = {
	price: OTHER_PRICE,
	askedOf: ({ request: { path, inputs } }) => [path, inputs],
	nameOf: ({ flow }) => toDefaultName(flow),
	send: runOnce,
	keep: keepFlow,
};

function inputsOf(entered: Fields): IDataObject {
	if (entered.inputMode === 'json') return toObject(entered.inputJson, 'JSON');
	const { input } = fieldsOf(entered.inputFields);
	const pairs = (Array.isArray(input) ? input : []).map(fieldsOf);
	if (pairs.some(({ name }) => typeof name !== 'string' || name.trim() === '')) {
		throw refuseValue(
			'Input Fields',
			'has an input without a name',
			"Enter the name from the flow's API page",
		);
	}
	return Object.fromEntries(pairs.map(({ name, value }) => [String(name).trim(), value])) as IDataObject;
}

function orderOf(context: IExecuteFunctions, itemIndex: number): Order<FlowRequest> {
	const names = ['flow', 'inputMode', 'inputFields', 'inputJson', 'downloadFiles'];
	const entered = readFields(context, names, itemIndex);
	const settings = toSettings({ delivery: 'queued', ...readOptions(context, itemIndex) });
	const downloadFiles = toBoolean(entered.downloadFiles, 'Download Files');
	const request = { ...toFlowPath(entered.flow), inputs: inputsOf(entered), downloadFiles };
	return { itemIndex, imageIndex: 0, request, settings };
}

/** pixelFlow: run. */
export const runFlow = async (context: IExecuteFunctions): Promise<INodeExecutionData[]> =>
	await run(
		context,
		flowWork,
		toPlan(context, (itemIndex) => [orderOf(context, itemIndex)]),
	);
