import type { IBinaryData, IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { Image } from './image';
import { Refusal } from './refusal';
import type { ImageRequest } from './request';
import type { Settings } from './settings';

/** A paid image with all that its item tells. */
export interface Delivery {
	readonly image: Image;
	readonly request: ImageRequest;
	readonly settings: Settings;
	/** Without an extension, unique in the run. */
	readonly fileName: string;
	/** Requests sent for this image. */
	readonly attempts: number;
	readonly itemIndex: number;
}

const NO_LINK: Record<'memory' | 'old', string> = {
	memory:
		'No public link could be made: this n8n keeps files in memory, where no link can reach them. Set N8N_DEFAULT_BINARY_DATA_MODE to filesystem, or set Public Link to None.',
	old: 'No public link could be made: this version of n8n can not sign links. Update n8n, or set Public Link to None.',
};

/** The signed link, or null with a hint that says why: the image is paid for and must arrive without it, too. */
function linkTo(
	context: IExecuteFunctions,
	file: IBinaryData,
	expiry: Exclude<Settings['linkExpiry'], 'none'>,
): string | null {
	const canSign = typeof context.helpers.createBinarySignedUrl === 'function';
	if (canSign && file.id !== undefined) return context.helpers.createBinarySignedUrl(file, expiry);
	context.addExecutionHints({
		message: NO_LINK[canSign ? 'memory' : 'old'],
		type: 'warning',
		location: 'outputPane',
	});
	return null;
}

/** What is left to say of a paid image that n8n could not store. */
function notStored(thrown: unknown): Refusal {
	const words = thrown instanceof Error ? thrown.message : String(thrown);
	return new Refusal(
		'uncertain',
		`The image was made, but n8n could not store it: ${words}`,
		'Check the disk or storage of this n8n. The image was billed, and running again makes and bills another.',
	);
}

/** A paid image as n8n's item: the file as binary data, and what was asked, made and paid as json. */
export async function toItem(context: IExecuteFunctions, delivery: Delivery): Promise<INodeExecutionData> {
	const { image, request, settings, attempts, itemIndex } = delivery;
	const { format, mimeType, width, height, bytes } = image.picture;
	const { prompt = '', seed = null, aspect_ratio: aspectRatio = null } = request.body;
	const fileName = `${delivery.fileName}.${format}`;
	const file = await context.helpers.prepareBinaryData(bytes, fileName, mimeType).catch((thrown: unknown) => {
		throw notStored(thrown);
	});
	const json: IDataObject = {
		model: request.model.id,
		prompt,
		seed,
		aspectRatio,
		width,
		height,
		format,
		mimeType,
		fileName,
		fileSize: bytes.length,
		cost: image.told.cost,
		remainingCredits: image.told.remainingCredits,
		requestId: image.told.requestId,
		generationTime: image.told.generationTime,
		attempts,
		...(settings.linkExpiry === 'none' ? {} : { imageUrl: linkTo(context, file, settings.linkExpiry) }),
	};
	const input = settings.includeInputFields ? context.getInputData()[itemIndex] : undefined;
	return {
		json: { ...input?.json, ...json },
		binary: { ...input?.binary, [settings.binaryPropertyOutput]: file },
		pairedItem: { item: itemIndex },
	};
}

/**
 * A refusal as n8n's item. Its json has no other keys than these three, since n8n routes nothing else to the
 * error output.
 */
export function toFailedItem(refusal: Refusal, itemIndex: number): INodeExecutionData {
	const { message, advice, statusCode, cause, billed, retryable, attempts, requestId, remainingCredits } =
		refusal;
	return {
		json: {
			error: message,
			message: advice,
			details: { statusCode, cause, billed, retryable, attempts, requestId, remainingCredits },
		},
		pairedItem: { item: itemIndex },
	};
}

/**
 * A refusal as the error that stops a workflow. It is made of our own words alone: n8n's error from the request
 * holds the headers, and with them the key.
 */
export function toNodeError(
	node: INode,
	{ message, advice, statusCode }: Refusal,
	itemIndex: number,
): NodeApiError | NodeOperationError {
	const options = { message, description: advice, itemIndex };
	return statusCode === null
		? new NodeOperationError(node, message, options)
		: new NodeApiError(node, { message }, { ...options, httpCode: String(statusCode) });
}
