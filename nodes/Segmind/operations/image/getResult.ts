import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { JsonObject } from '../../api/json';
import type { Output } from '../../api/outputs';
import { findOutputs, holdsText } from '../../api/outputs';
import { isRequestId } from '../../api/queue';
import { executeJobs } from '../../batch/execute';
import type { Task } from '../../batch/task';
import { invalidValue, toText } from '../../jobs/checks';
import type { Job } from '../../jobs/jobs';
import { toJobList } from '../../jobs/jobs';
import { toJobOptions } from '../../jobs/options';
import { readOptions, readParameters } from '../../jobs/parameters';
import type { Operation } from '../operation';
import { optionsFieldsWithLink } from '../operation';
import { isFlowOutput, linksIn, toOutputs } from '../pixelFlow/flow';
import { collectImage } from './fetchImage';

interface Submitted {
	readonly requestId: string;
	/** The input's fields, when they are included: they may say what Segmind does not. */
	readonly input: Readonly<Record<string, unknown>>;
}

const firstText = (...values: unknown[]): string | null =>
	values.find((value) => typeof value === 'string') ?? null;

const firstNumber = (...values: unknown[]): number | null =>
	values.find((value) => typeof value === 'number') ?? null;

/** Fetches what was submitted before, which is free. */
const collectTask: Task<Submitted> = {
	isFree: true,
	targetOf: ({ request: { requestId } }) => ({ endpoint: requestId, price: undefined }),
	identityOf: ({ request: { requestId } }) => [requestId],
	fileNameOf: ({ request: { requestId } }) => requestId,
	send: async (client, job, deadline) => ({
		result: await collectTask.collect(client, job, { requestId: job.request.requestId }, deadline),
	}),
	async collect(client, { request: { input } }, queued, deadline) {
		const find = (response: JsonObject): readonly Output[] =>
			isFlowOutput(response)
				? linksIn(toOutputs(response))
						.filter(([, link]) => client.blockedReason(link) === undefined)
						.map(([, link]) => ({ link, certainty: 'output' as const }))
				: findOutputs(response, {});
		const expected = {
			find,
			holdsText: (response: JsonObject) => holdsText(response, [input.prompt, response.prompt]),
		};
		const collecting = collectImage(client, queued, expected, deadline);
		const { files, usage, response, output, refused = 0 } = await collecting;
		if (isFlowOutput(response)) {
			return { files, usage, refused, fields: { outputs: toOutputs(response) }, status: 'COMPLETED' };
		}
		return {
			files,
			usage,
			refused,
			fields: {
				model: firstText(response.model, input.model),
				prompt: firstText(response.prompt, input.prompt),
				seed: firstNumber(response.seed, input.seed),
				aspectRatio: firstText(response.aspect_ratio, input.aspectRatio),
				...(output === undefined ? {} : { output }),
			},
			status: 'COMPLETED',
		};
	},
};

function jobOf(context: IExecuteFunctions, itemIndex: number): Job<Submitted> {
	const raw = readParameters(context, ['requestId'], itemIndex);
	const requestId = toText(raw.requestId, 'Request ID', 'e.g. {{ $json.requestId }}').trim();
	if (!isRequestId(requestId)) {
		throw invalidValue(
			'Request ID',
			'has characters that no request ID has',
			'Use the requestId that was returned with Delivery set to Submit Only',
		);
	}
	const options = toJobOptions({ delivery: 'queued', ...readOptions(context, itemIndex) });
	const input = options.includeInputFields ? (context.getInputData()[itemIndex]?.json ?? {}) : {};
	return { itemIndex, imageIndex: 0, request: { requestId, input }, options };
}

/** Fetches images by their request ids. */
export const getResult: Operation = {
	resource: 'image',
	name: 'Get Result',
	value: 'getResult',
	action: 'Get the result of a queued request',
	description: 'Wait for what was submitted before and fetch it, which costs nothing',
	toolDescription:
		'Fetches an image or another result that was submitted before, by its request id, and returns imageUrl, a link that opens as the file. Costs nothing.',
	fields: [
		{
			displayName: 'Request ID',
			name: 'requestId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. {{ $json.requestId }}',
			description: 'The requestId that Generate, a model or a flow returned with Delivery set to Submit Only',
		},
		...optionsFieldsWithLink('image:getResult'),
	],
	async execute(context): Promise<INodeExecutionData[]> {
		const list = await toJobList(context, (itemIndex) => [jobOf(context, itemIndex)]);
		return await executeJobs(context, collectTask, list);
	},
};
