import { randomInt } from 'node:crypto';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { SegmindError, SkippedError } from '../../api/errors';
import { asObject } from '../../api/json';
import { executeJobs } from '../../batch/execute';
import type { Catalog } from '../../catalog/catalog';
import { fetchForRun } from '../../catalog/fetchCatalog';
import { toChoice } from '../../jobs/checks';
import { toImageJobs } from '../../jobs/imageJobs';
import type { ImageRequest } from '../../jobs/imageRequest';
import type { Job } from '../../jobs/jobs';
import { toJobList } from '../../jobs/jobs';
import { toModelId } from '../../jobs/modelId';
import { toJobOptions } from '../../jobs/options';
import { readOptions, readParameters } from '../../jobs/parameters';
import { imageTask } from '../image/imageTask';
import type { Operation } from '../operation';
import { RUN_FIELDS } from './fields';
import { withPrices } from './prices';
import { toFieldsRequest, toJsonRequest } from './request';

/** Reads the values of the fields without n8n's own check of them, whose messages don't say what to do. */
function readInputs(context: IExecuteFunctions, itemIndex: number): IDataObject {
	const values = context.getNodeParameter('inputs.value', itemIndex, {}, { skipValidation: true });
	return asObject(values) as IDataObject;
}

/** The value of a resource locator, or the value itself in a workflow that was written by hand. */
function valueOf(locator: unknown): unknown {
	const { value = locator } = asObject(locator);
	return value;
}

function requestOf(
	context: IExecuteFunctions,
	itemIndex: number,
	catalog: Catalog | undefined,
): ImageRequest {
	const draw = (max: number): number => randomInt(max + 1);
	const raw = readParameters(context, ['modelId', 'inputMode', 'inputJson'], itemIndex);
	const id = toModelId(valueOf(raw.modelId));
	const mode = toChoice(raw.inputMode === '' ? 'fields' : raw.inputMode, 'Inputs', ['fields', 'json']);
	return mode === 'json'
		? toJsonRequest(id, raw.inputJson, draw)
		: toFieldsRequest(id, readInputs(context, itemIndex), catalog, draw);
}

/** Without the list the inputs may differ from those that an earlier run sent, so that the key would not be found. */
const toKeyError = (cause: SegmindError): SkippedError =>
	new SkippedError(
		'server',
		`Not sent: with an 'Idempotency Key', the inputs are read as Segmind's model list says, and that was not possible: ${cause.message}`,
		"Try again later, set 'Inputs' to Using JSON, or remove 'Idempotency Key'. Nothing was sent and nothing was billed.",
		{ statusCode: cause.statusCode, stops: 'nothing', cause },
	);

async function jobsOf(
	context: IExecuteFunctions,
	itemIndex: number,
	catalog: Catalog | undefined,
): Promise<Array<Job<ImageRequest>>> {
	const options = toJobOptions({ delivery: 'queued', ...readOptions(context, itemIndex) });
	return await toImageJobs(context, requestOf(context, itemIndex, catalog), options, itemIndex);
}

/** Says which inputs were sent without a check. */
function addUncheckedHint(
	context: IExecuteFunctions,
	catalog: Catalog | SegmindError,
	jobs: ReadonlyArray<Job<ImageRequest>>,
): void {
	const hint = (message: string): void =>
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	if (jobs.length === 0) return;
	if (catalog instanceof SegmindError) {
		if (jobs.every(({ options }) => options.idempotencyKey !== undefined)) return;
		hint(`The inputs were sent as entered, without a check. ${catalog.message}`);
		return;
	}
	const ids = new Set(jobs.map(({ request }) => request.model.id));
	const unknown = [...ids].filter((id) => catalog.get(id)?.parameters === undefined);
	if (unknown.length === 0) return;
	hint(
		`The inputs were sent as entered, without a check: Segmind publishes none for ${unknown.slice(0, 5).join(', ')}`,
	);
}

/** Whether the items read the fields, which are checked against Segmind's list. No expression chooses that. */
const usesFields = (context: IExecuteFunctions): boolean => context.getNode().parameters.inputMode !== 'json';

/** Runs any model of Segmind's. */
export const runModel: Operation = {
	resource: 'model',
	name: 'Run',
	value: 'run',
	action: 'Run a model',
	description: 'Run any model on Segmind, such as one for images, video, sound or text, and fetch its files',
	toolDescription:
		'Runs a model on Segmind with the given inputs and returns what it made: imageUrl is a link that opens as the file, which may be an image, a video or sound. Give that link to the user. Each run costs money, from less than a cent for an image to several dollars for a video. When nothing was made, error says why and message says what to do: change the input accordingly instead of calling again with the same.',
	fields: RUN_FIELDS,
	async execute(context): Promise<INodeExecutionData[]> {
		const catalog = usesFields(context) ? await fetchForRun(context) : undefined;
		const isUnread = catalog instanceof SegmindError;
		const known = isUnread ? undefined : catalog;
		const list = await toJobList(context, (itemIndex) => jobsOf(context, itemIndex, known));
		if (catalog !== undefined) addUncheckedHint(context, catalog, list.jobs);
		const keyError = isUnread ? toKeyError(catalog) : undefined;
		return await executeJobs(context, imageTask, await withPrices(context, list), {
			noun: 'result',
			keyError,
		});
	},
};
