import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Usage } from '../api/response';
import type { Job } from '../jobs/jobs';
import type { JobOptions } from '../jobs/optionTable';
import type { StoredResult } from './result';

/** A paid file, or a result without files, as an item. */
export interface Delivery {
	readonly itemIndex: number;
	readonly item: INodeExecutionData;
	readonly usage: Usage;
	/** Whether an earlier try paid for it. */
	readonly alreadyPaid: boolean;
	/** Null when there is none. */
	readonly imageUrl: string | null;
	/** Which link the user wants. */
	readonly linkExpiry: JobOptions['linkExpiry'];
	/** Which of its request's files, from 0. */
	readonly outputIndex: number;
	/** Files of its request that are missing, said with the first of them. */
	readonly refused: number;
	/** Names of input fields that the result replaced. */
	readonly replaced: readonly string[];
}

/** Fields that not every item has. They must not come through from the input. */
const OPTIONAL_FIELDS = ['imageUrl', 'alreadyPaid', 'recovered', 'outputIndex'];

/**
 * Fields of an error. n8n runs a node again when its first item has a top-level `error`, whatever On Error says, so a
 * result never passes them on from its input.
 */
const ERROR_FIELDS = ['error', 'message', 'details'];

/** A request is billed once, however many files it returns: only the first one has the cost. */
const USED_BEFORE = { cost: null } as const;

const without = (json: IDataObject, fields: readonly string[]): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([field]) => !fields.includes(field)));

/** Null where this n8n can't sign links, in memory mode or in old versions: the paid image arrives without one. */
function signLink(
	{ helpers }: IExecuteFunctions,
	file: IBinaryData,
	expiry: Exclude<JobOptions['linkExpiry'], 'none' | 'segmind'>,
): string | null {
	try {
		return helpers.createBinarySignedUrl(file, expiry);
	} catch {
		return null;
	}
}

function toImageUrl(
	context: IExecuteFunctions,
	file: StoredResult['files'][number] | undefined,
	{ linkExpiry }: JobOptions,
): string | null {
	if (file === undefined) return null;
	const own = file.link ?? null;
	return linkExpiry === 'none' || linkExpiry === 'segmind'
		? own
		: (signLink(context, file.binary, linkExpiry) ?? own);
}

/** The output fields that an agent, or whoever asks for a simplified output, needs of an image. */
const SIMPLIFIED: readonly string[] = [
	...['model', 'prompt', 'seed', 'flow', 'outputs', 'output', 'width', 'height', 'fileName'],
	...['cost', 'remainingCredits', 'imageUrl', 'recovered', 'alreadyPaid', 'outputIndex'],
];

const simplified = (json: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([field]) => SIMPLIFIED.includes(field)));

/** The output fields in their order, which is part of the contract. */
function toJson(
	{ fields, attempts, status, namedFiles }: StoredResult,
	file: StoredResult['files'][number] | undefined,
	{ cost, remainingCredits, requestId, generationTime }: Usage,
	imageUrl: string | null,
): IDataObject {
	// Outputs with names hold their links themselves.
	const link = namedFiles === undefined ? { imageUrl } : {};
	if (status === 'QUEUED') return { ...fields, requestId, status, attempts, ...link };
	return {
		...fields,
		...file?.fields,
		cost,
		remainingCredits,
		requestId,
		generationTime,
		attempts,
		...link,
		...(status === undefined ? {} : { status }),
	};
}

function toDelivery(
	context: IExecuteFunctions,
	result: StoredResult,
	{ options, itemIndex }: Job<unknown>,
	alreadyPaid: boolean,
	index: number,
): Delivery {
	const file = result.files[index];
	const usage = index === 0 ? result.usage : { ...result.usage, ...USED_BEFORE };
	const input = options.includeInputFields ? context.getInputData()[itemIndex] : undefined;
	const imageUrl = toImageUrl(context, file, options);
	const files = {
		...(index === 0 ? result.namedFiles : {}),
		...(file === undefined ? {} : { [options.binaryPropertyOutput]: file.binary }),
	};
	const binary = { ...input?.binary, ...files };
	const made = {
		...toJson(result, file, usage, imageUrl),
		...(alreadyPaid ? { alreadyPaid } : {}),
		...(result.recovered === true ? { recovered: true } : {}),
		...(result.files.length > 1 ? { outputIndex: index } : {}),
	};
	const isShort = options.output === 'simplified' && result.status !== 'QUEUED';
	const json = {
		...without(input?.json ?? {}, [...OPTIONAL_FIELDS, ...ERROR_FIELDS]),
		...(isShort ? simplified(made) : made),
	};
	const replaced = [
		...Object.keys(input?.json ?? {}).filter((field) => field in made || ERROR_FIELDS.includes(field)),
		...Object.keys(input?.binary ?? {}).filter((field) => field in files),
	];
	const item = {
		json,
		...(Object.keys(binary).length === 0 ? {} : { binary }),
		pairedItem: { item: itemIndex },
	};
	const { linkExpiry } = options;
	const refused = index === 0 ? (result.refused ?? 0) : 0;
	return { itemIndex, item, usage, alreadyPaid, imageUrl, linkExpiry, outputIndex: index, refused, replaced };
}

/** Returns the items of a stored result, one for each file: the files as binary data, what was asked and paid as json. */
export const toDeliveries = (
	context: IExecuteFunctions,
	result: StoredResult,
	job: Job<unknown>,
	alreadyPaid: boolean,
): Delivery[] =>
	Array.from({ length: Math.max(1, result.files.length) }, (_, index) =>
		toDelivery(context, result, job, alreadyPaid, index),
	);
