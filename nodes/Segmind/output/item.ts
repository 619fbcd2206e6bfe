import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Usage } from '../api/response';
import type { Job } from '../jobs/jobs';
import type { JobOptions } from '../jobs/optionTable';
import type { StoredResult } from './result';

/** A paid result as an item. */
export interface Delivery {
	readonly itemIndex: number;
	readonly item: INodeExecutionData;
	readonly usage: Usage;
	/** Whether an earlier try paid for it. */
	readonly alreadyPaid: boolean;
	/** Null when a link was wanted and none could be made; undefined when none was wanted. */
	readonly imageUrl: string | null | undefined;
}

/**
 * Fields that must not come through from the input: those that not every item has, and those of an error. n8n runs a node
 * again when its first item has a top-level `error`, whatever On Error says, and would pay for all items again.
 */
const NOT_FROM_INPUT = ['imageUrl', 'alreadyPaid', 'error', 'message', 'details'];

const without = (json: IDataObject, fields: readonly string[]): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([field]) => !fields.includes(field)));

/** Null where this n8n can't sign links, in memory mode or in old versions: the paid image arrives without one. */
function signLink(
	{ helpers }: IExecuteFunctions,
	file: IBinaryData,
	expiry: Exclude<JobOptions['linkExpiry'], 'none'>,
): string | null {
	try {
		return helpers.createBinarySignedUrl(file, expiry);
	} catch {
		return null;
	}
}

function toImageUrl(
	context: IExecuteFunctions,
	{ file, link }: StoredResult,
	{ linkExpiry }: JobOptions,
): string | null | undefined {
	if (linkExpiry === 'none' || file === undefined) return link;
	return signLink(context, file, linkExpiry) ?? link ?? null;
}

/** The output fields in their order, which is part of the contract. */
function toJson(
	{ fields, usage, attempts, status }: StoredResult,
	imageUrl: string | null | undefined,
): IDataObject {
	const { cost, remainingCredits, requestId, generationTime } = usage;
	if (status === 'QUEUED') return { ...fields, requestId, status, attempts };
	return {
		...fields,
		cost,
		remainingCredits,
		requestId,
		generationTime,
		attempts,
		...(imageUrl === undefined ? {} : { imageUrl }),
		...(status === undefined ? {} : { status }),
	};
}

/** Returns the item of a stored result: its files as binary data, and what was asked, made and paid as json. */
export function toDelivery(
	context: IExecuteFunctions,
	result: StoredResult,
	{ options, itemIndex }: Job<unknown>,
	alreadyPaid: boolean,
): Delivery {
	const input = options.includeInputFields ? context.getInputData()[itemIndex] : undefined;
	const imageUrl = toImageUrl(context, result, options);
	const binary = {
		...input?.binary,
		...result.namedFiles,
		...(result.file === undefined ? {} : { [options.binaryPropertyOutput]: result.file }),
	};
	const item = {
		json: {
			...without(input?.json ?? {}, NOT_FROM_INPUT),
			...toJson(result, imageUrl),
			...(alreadyPaid ? { alreadyPaid } : {}),
		},
		...(Object.keys(binary).length === 0 ? {} : { binary }),
		pairedItem: { item: itemIndex },
	};
	return { itemIndex, item, usage: result.usage, alreadyPaid, imageUrl };
}
