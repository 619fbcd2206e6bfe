import { randomInt } from 'node:crypto';
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { executeJobs } from '../../batch/execute';
import { toChoice } from '../../jobs/checks';
import type { ImageRequest } from '../../jobs/imageRequest';
import { toImageRequest } from '../../jobs/imageRequest';
import type { Job } from '../../jobs/jobs';
import { toJobList } from '../../jobs/jobs';
import type { OptionUser } from '../../jobs/optionKinds';
import { toJobOptions } from '../../jobs/options';
import { readAttributes, readOptions, readParameters } from '../../jobs/parameters';
import { nthRequest } from '../../jobs/seeds';
import { attachFiles } from '../../jobs/attachFiles';
import type { Model } from '../../models/attribute';
import { additionalFields, modelField, topFields } from '../../models/fields';
import type { Operation } from '../operation';
import { optionsFieldsWithLink } from '../operation';
import { imageTask } from './imageTask';
import { misplacedIn } from './misplaced';

type Draw = (max: number) => number;

/** A choice of a model that has no table. */
interface OtherModels {
	/** How the choice is stored and shown. */
	readonly value: string;
	readonly name: string;
	readonly description: string;
	/** Shown only for this choice. */
	readonly fields: readonly INodeProperties[];
	/**
	 * Returns the request of an item.
	 *
	 * @throws {SegmindError} that names the field
	 */
	requestOf(context: IExecuteFunctions, itemIndex: number, draw: Draw): ImageRequest;
}

/** An operation that makes images with a model: what it says about itself, and the models that it offers. */
interface ImageOperation extends Omit<Operation, 'resource' | 'fields' | 'execute'> {
	readonly user: OptionUser;
	/** The first one is the default. */
	readonly models: readonly [Model, ...Model[]];
	readonly otherModels?: OtherModels;
}

/**
 * Returns the chosen model; undefined for one without a table.
 *
 * @throws {SegmindError} that names the choices
 */
function modelOf(
	context: IExecuteFunctions,
	{ models, otherModels }: ImageOperation,
	itemIndex: number,
): Model | undefined {
	const { model } = readParameters(context, ['model'], itemIndex);
	// Workflows that were saved before there was a choice have none.
	if (model === '') return models[0];
	const others = otherModels === undefined ? [] : [otherModels.value];
	const id = toChoice(model, 'Model', [...models.map((each) => each.id), ...others]);
	return models.find((each) => each.id === id);
}

function requestOf(
	context: IExecuteFunctions,
	operation: ImageOperation,
	itemIndex: number,
): ImageRequest | undefined {
	const draw: Draw = (max) => randomInt(max + 1);
	const model = modelOf(context, operation, itemIndex);
	if (model === undefined) return operation.otherModels?.requestOf(context, itemIndex, draw);
	return toImageRequest(model, readAttributes(context, model, itemIndex), draw);
}

async function jobsOf(
	context: IExecuteFunctions,
	operation: ImageOperation,
	itemIndex: number,
): Promise<Array<Job<ImageRequest>>> {
	const options = toJobOptions(readOptions(context, itemIndex));
	const checked = requestOf(context, operation, itemIndex);
	if (checked === undefined) return [];
	const request = await attachFiles(context, checked, itemIndex);
	return Array.from({ length: options.numberOfImages }, (_, imageIndex) => ({
		itemIndex,
		imageIndex,
		request: nthRequest(request, imageIndex),
		options,
	}));
}

/** Returns an operation whose fields, checks and requests derive from the tables of its models. */
export function imageOperation(operation: ImageOperation): Operation {
	const { user, models, otherModels, ...words } = operation;
	const misplaced = misplacedIn(models, user);
	return {
		...words,
		resource: 'image',
		fields: [
			modelField(models, ...(otherModels === undefined ? [] : [otherModels])),
			...topFields(models),
			...(otherModels?.fields ?? []),
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
