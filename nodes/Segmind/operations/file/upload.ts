import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { untilCancelled } from '../../api/cancellation';
import { SegmindError, SkippedError } from '../../api/errors';
import { openerOf } from '../../api/opener';
import { mapConcurrent } from '../../batch/mapConcurrent';
import { Uploads } from '../../batch/uploads';
import { toText } from '../../jobs/checks';
import type { InputFile } from '../../jobs/inputFiles';
import { readInputFile } from '../../jobs/inputFiles';
import { checkItems } from '../../jobs/jobs';
import { readParameters } from '../../jobs/parameters';
import { BINARY_FIELD } from '../../models/attribute';
import type { Outcome } from '../../output/output';
import { stopsOnError, toOutput, triesAgain } from '../../output/output';
import type { Operation } from '../operation';

const LABEL = 'Input Data Field Name';

/** Uploads at the same time. */
const CONCURRENCY = 4;

async function readFile(context: IExecuteFunctions, itemIndex: number): Promise<InputFile> {
	const { binaryPropertyName } = readParameters(context, ['binaryPropertyName'], itemIndex);
	const field = toText(binaryPropertyName, LABEL, `e.g. ${BINARY_FIELD}`).trim();
	return await readInputFile(context, itemIndex, field, LABEL);
}

/** Uploads files until one fails for a reason that all others share, or the node stops on errors. */
async function uploadAll(
	context: IExecuteFunctions,
	files: readonly InputFile[],
	uploads: Uploads,
	stops: boolean,
): Promise<Outcome[]> {
	const open = openerOf(context);
	let stoppedBy: SegmindError | undefined;
	const urlOf = async (file: InputFile): Promise<string> => {
		if (stoppedBy !== undefined) throw SkippedError.because(stoppedBy);
		return await uploads.urlOf(await open(file.itemIndex), file);
	};
	return await mapConcurrent(files, { limit: CONCURRENCY }, async (file): Promise<Outcome> => {
		const { itemIndex, fileName, mimeType, size: fileSize } = file;
		try {
			const json = { url: await urlOf(file), fileName, mimeType, fileSize };
			return { itemIndex, item: { json, pairedItem: { item: itemIndex } } };
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			if (stops || error.stops === 'batch') stoppedBy ??= error;
			return { itemIndex, error };
		}
	});
}

/** Uploads files of the items to Segmind. */
export const upload: Operation = {
	resource: 'file',
	name: 'Upload',
	value: 'upload',
	action: 'Upload a file',
	description: 'Put a file where models can read it, for seven days, which costs nothing',
	toolDescription: 'Uploads a file and returns its url, which models take. Costs nothing.',
	fields: [
		{
			displayName: LABEL,
			name: 'binaryPropertyName',
			type: 'string',
			required: true,
			default: BINARY_FIELD,
			placeholder: 'e.g. data',
			hint: 'The name of the input field that has the file',
			description: 'The input field with the file; everybody who has its URL can open it',
		},
	],
	async execute(context): Promise<INodeExecutionData[]> {
		const stops = stopsOnError(context);
		const { checked, failures } = await checkItems(
			context,
			async (itemIndex) => await readFile(context, itemIndex),
		);
		if (stops && failures.length > 0) return toOutput(context, failures);
		const cancelled = context.getExecutionCancelSignal();
		const uploads = new Uploads(context, cancelled);
		const work = uploadAll(context, checked, uploads, stops);
		const outcomes = [...failures, ...(await untilCancelled(work, cancelled))];
		if (!triesAgain(context, outcomes)) uploads.clear();
		return toOutput(context, outcomes);
	},
};
