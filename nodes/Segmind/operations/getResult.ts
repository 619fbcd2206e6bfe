import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { run } from '../batch/run';
import type { Work } from '../batch/work';
import type { Image } from '../image/image';
import { collectImage } from '../image/image';
import { Deadline } from '../queue/deadline';
import type { Fields } from '../queue/result';
import { isPathSafe } from '../queue/submit';
import type { Order } from '../request/order';
import { toPlan } from '../request/order';
import { readFields, readOptions } from '../request/parameters';
import { refuseValue, toText } from '../request/request';
import { toSettings } from '../request/settings';
import { keepImage } from './imageWork';

/** An image that was submitted before. */
interface Submitted {
	readonly requestId: string;
}

/** An image, and what its answer tells of what was asked for. */
interface Collected extends Image {
	readonly fields: Fields;
}

/** Fetching what was paid for when it was submitted. */
const collecting: Work<Submitted, Collected> = {
	price: 0,
	askedOf: ({ request: { requestId } }) => [requestId],
	nameOf: ({ requestId }) => requestId,
	async send(segmind, { request, settings }) {
		const { image, fields } = await collectImage(segmind, request, new Deadline(settings.timeout));
		return { ...image, fields };
	},
	async keep(context, order, attempted, name) {
		const { model, prompt, seed, aspect_ratio: aspectRatio } = attempted.made.fields;
		const input = order.settings.includeInputFields
			? context.getInputData()[order.itemIndex]?.json
			: undefined;
		// What Segmind does not tell may stand in the item that was given when it was submitted.
		const textOf = (value: unknown, known: unknown): string | null =>
			[value, known].find((each): each is string => typeof each === 'string') ?? null;
		const seedOf = [seed, input?.seed].find((each): each is number => typeof each === 'number');
		const kept = await keepImage(context, attempted, name, {
			model: textOf(model, input?.model),
			prompt: textOf(prompt, input?.prompt),
			seed: seedOf ?? null,
			aspectRatio: textOf(aspectRatio, input?.aspectRatio),
		});
		// In place of the one that it was submitted with, which may come along with the input.
		return { ...kept, json: { ...kept.json, status: 'COMPLETED' } };
	},
};

function orderOf(context: IExecuteFunctions, itemIndex: number): Order<Submitted> {
	const entered = readFields(context, ['requestId'], itemIndex);
	const requestId = toText(entered.requestId, 'Request ID', 'e.g. {{ $json.requestId }}').trim();
	if (!isPathSafe(requestId)) {
		throw refuseValue(
			'Request ID',
			'has characters that no request id has',
			'Use the requestId that Generate gave with Delivery set to Submit Only',
		);
	}
	const settings = toSettings({ delivery: 'queued', ...readOptions(context, itemIndex) });
	return { itemIndex, imageIndex: 0, request: { requestId }, settings };
}

/** image: getResult. */
export const getResult = async (context: IExecuteFunctions): Promise<INodeExecutionData[]> =>
	await run(
		context,
		collecting,
		toPlan(context, (itemIndex) => [orderOf(context, itemIndex)]),
	);
