import { randomInt } from 'node:crypto';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { run } from '../batch/run';
import type { Model } from '../model/attribute';
import { DEFAULT_MODEL, MODELS, OTHER_MODEL } from '../model/models';
import type { Order } from '../request/order';
import { toPlan } from '../request/order';
import { OTHER_PRICE, toOtherRequest } from '../request/otherModel';
import { readAttributes, readFields, readOptions } from '../request/parameters';
import type { ImageRequest } from '../request/request';
import { toImageRequest } from '../request/request';
import { toSettings } from '../request/settings';
import { imageWork } from './imageWork';

const draw = (max: number): number => randomInt(max + 1);

/** Highest seed of models whose limits are not known. */
const ANY_SEED = { min: 0, max: 2147483647 };

/** The request for the image of this number: its seed counts up from the first, and around at the end. */
function nextRequest(request: ImageRequest, imageIndex: number): ImageRequest {
	const known = request.model.attributes.find(({ wire }) => wire === 'seed');
	const { min, max } = known?.type === 'integer' ? known : ANY_SEED;
	const { seed } = request.body;
	if (imageIndex === 0 || typeof seed !== 'number') return request;
	const next = ((seed - min + imageIndex) % (max - min + 1)) + min;
	return { ...request, body: { ...request.body, seed: next } };
}

function requestOf(context: IExecuteFunctions, model: Model | undefined, itemIndex: number): ImageRequest {
	if (model !== undefined) return toImageRequest(model, readAttributes(context, model, itemIndex), draw);
	const { modelId, modelBody } = readFields(context, ['modelId', 'modelBody'], itemIndex);
	return toOtherRequest(modelId, modelBody);
}

function ordersOf(
	context: IExecuteFunctions,
	model: Model | undefined,
	itemIndex: number,
): Array<Order<ImageRequest>> {
	const settings = toSettings(readOptions(context, itemIndex));
	const request = requestOf(context, model, itemIndex);
	return Array.from({ length: settings.numberOfImages }, (_, imageIndex) => ({
		itemIndex,
		imageIndex,
		request: nextRequest(request, imageIndex),
		settings,
	}));
}

/** The model that was chosen, undefined for one that the form does not know; it is the same for all items. */
function modelOf(context: IExecuteFunctions): Model | undefined {
	const { model: id } = readFields(context, ['model'], 0);
	if (id === OTHER_MODEL) return undefined;
	const model = id === '' ? DEFAULT_MODEL : MODELS.find((each) => each.id === id);
	if (model === undefined)
		throw new NodeOperationError(context.getNode(), "'Model' is not known to this node");
	return model;
}

/** image: generate. */
export async function generate(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const model = modelOf(context);
	const plan = toPlan(context, (itemIndex) => ordersOf(context, model, itemIndex));
	const roundings = plan.orders.flatMap(({ request }) => request.roundings);
	return await run(context, imageWork(model?.price ?? OTHER_PRICE), plan, roundings);
}
