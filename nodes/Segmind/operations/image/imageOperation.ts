import { randomInt } from 'node:crypto';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { executeJobs } from '../../batch/execute';
import { toEntry } from '../../jobs/checks';
import { toImageJobs } from '../../jobs/imageJobs';
import type { ImageRequest } from '../../jobs/imageRequest';
import { toImageRequest } from '../../jobs/imageRequest';
import type { Job } from '../../jobs/jobs';
import { toJobList } from '../../jobs/jobs';
import type { OptionUser } from '../../jobs/optionKinds';
import { toJobOptions } from '../../jobs/options';
import { readAttributes, readOptions, readParameters } from '../../jobs/parameters';
import type { Model } from '../../models/attribute';
import { additionalFields, modelField, topFields } from '../../models/fields';
import type { Operation } from '../operation';
import { optionsFieldsWithLink } from '../operation';
import { imageTask } from './imageTask';
import { misplacedIn } from './misplaced';

/** An operation that makes images with a model: what it says about itself, and the models that it offers. */
interface ImageOperation extends Omit<Operation, 'resource' | 'fields' | 'execute'> {
	readonly user: OptionUser;
	/** The first one is the default. */
	readonly models: readonly [Model, ...Model[]];
}

/**
 * Returns the chosen model.
 *
 * @throws {SegmindError} that names the choices
 */
function modelOf(context: IExecuteFunctions, { models }: ImageOperation, itemIndex: number): Model {
	const { model } = readParameters(context, ['model'], itemIndex);
	// Workflows that were saved before there was a choice have none.
	if (model === '') return models[0];
	return toEntry(model, 'Model', models, ({ id }) => [id]);
}

function requestOf(context: IExecuteFunctions, operation: ImageOperation, itemIndex: number): ImageRequest {
	const model = modelOf(context, operation, itemIndex);
	return toImageRequest(model, readAttributes(context, model, itemIndex), (max) => randomInt(max + 1));
}

async function jobsOf(
	context: IExecuteFunctions,
	operation: ImageOperation,
	itemIndex: number,
): Promise<Array<Job<ImageRequest>>> {
	const options = toJobOptions(readOptions(context, itemIndex));
	return await toImageJobs(context, requestOf(context, operation, itemIndex), options, itemIndex);
}

/** Returns an operation whose fields, checks and requests derive from the tables of its models. */
export function imageOperation(operation: ImageOperation): Operation {
	const { user, models, ...words } = operation;
	const misplaced = misplacedIn(models, user);
	return {
		...words,
		resource: 'image',
		fields: [
			modelField(models),
			...topFields(models),
			...models.map(additionalFields),
			...optionsFieldsWithLink(user),
			...misplaced.fields,
		],
		async execute(context): Promise<INodeExecutionData[]> {
			const list = await toJobList(context, (itemIndex) => jobsOf(context, operation, itemIndex));
			const roundings = list.jobs.flatMap(({ request }) => request.roundings);
			return await executeJobs(context, imageTask, list, { roundings, misplaced: misplaced.find(context) });
		},
	};
}
