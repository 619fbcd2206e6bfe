import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Attempted } from './attempt';
import type { Order } from './order';
import { Refusal } from './refusal';
import type { ImageRequest } from './request';
import type { Settings } from './settings';

/** Fields that tell of one image only where they apply, and must not come through from the input. */
const SOMETIMES = ['imageUrl', 'alreadyPaid'];

const without = (json: IDataObject, fields: readonly string[]): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([field]) => !fields.includes(field)));

/**
 * The signed link. Null where this n8n can't make one, in memory mode or before it could sign links: the image is
 * paid for and must arrive without a link, too.
 */
function linkTo(
	{ helpers }: IExecuteFunctions,
	file: IBinaryData,
	expiry: Exclude<Settings['linkExpiry'], 'none'>,
): string | null {
	try {
		return helpers.createBinarySignedUrl(file, expiry);
	} catch {
		return null;
	}
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

/** A paid image in n8n's keeping: the stored file, and what its item tells of it. */
export interface Kept {
	readonly file: IBinaryData;
	readonly json: IDataObject;
}

/**
 * Stores a paid image where this n8n keeps binary data.
 *
 * @param name of the file, without an extension
 * @throws {Refusal} when n8n can't store it
 */
export async function keep(
	context: IExecuteFunctions,
	{ model, body }: ImageRequest,
	{ image, attempts }: Attempted,
	name: string,
): Promise<Kept> {
	const { format, mimeType, width, height, bytes } = image.picture;
	const { cost, remainingCredits, requestId, generationTime } = image.told;
	const { prompt = '', seed = null, aspect_ratio: aspectRatio = null } = body;
	const fileName = `${name}.${format}`;
	const file = await context.helpers.prepareBinaryData(bytes, fileName, mimeType).catch((thrown: unknown) => {
		throw notStored(thrown);
	});
	return {
		file,
		json: {
			model: model.id,
			prompt,
			seed,
			aspectRatio,
			width,
			height,
			format,
			mimeType,
			fileName,
			fileSize: bytes.length,
			cost,
			remainingCredits,
			requestId,
			generationTime,
			attempts,
		},
	};
}

/** A paid image as n8n's item: the file as binary data, and what was asked, made and paid as json. */
export function toItem(
	context: IExecuteFunctions,
	{ file, json }: Kept,
	{ settings, itemIndex }: Order,
	alreadyPaid: boolean,
): INodeExecutionData {
	const input = settings.includeInputFields ? context.getInputData()[itemIndex] : undefined;
	return {
		json: {
			...without(input?.json ?? {}, SOMETIMES),
			...json,
			...(settings.linkExpiry === 'none' ? {} : { imageUrl: linkTo(context, file, settings.linkExpiry) }),
			...(alreadyPaid ? { alreadyPaid } : {}),
		},
		binary: { ...input?.binary, [settings.binaryPropertyOutput]: file },
		pairedItem: { item: itemIndex },
	};
}
