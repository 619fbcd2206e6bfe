import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Order } from '../request/order';
import type { Settings } from '../request/settings';
import { Refusal } from '../segmind/refusal';

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

/** The file that goes where 'Put Output in Field' says; any other goes where its own name says. */
export const MAIN_FILE = '';

/** What was paid for in n8n's keeping: the stored files, and what its item tells of them. */
export interface Kept {
	/** What its files are called, without an extension. */
	readonly name: string;
	/** By the name of their field. */
	readonly files: Readonly<Record<string, IBinaryData>>;
	readonly json: IDataObject;
}

/**
 * Stores a paid file where this n8n keeps binary data.
 *
 * @throws {Refusal} when n8n can't store it
 */
export async function store(
	{ helpers }: IExecuteFunctions,
	bytes: Buffer,
	fileName: string,
	mimeType: string,
): Promise<IBinaryData> {
	return await helpers.prepareBinaryData(bytes, fileName, mimeType).catch((thrown: unknown) => {
		throw notStored(thrown);
	});
}

/** What was paid for as n8n's item: files as binary data, and what was asked, made and paid as json. */
export function toItem(
	context: IExecuteFunctions,
	{ files, json }: Kept,
	{ settings, itemIndex }: Order<unknown>,
	alreadyPaid: boolean,
): INodeExecutionData {
	const input = settings.includeInputFields ? context.getInputData()[itemIndex] : undefined;
	const { [MAIN_FILE]: main, ...others } = files;
	const link =
		settings.linkExpiry === 'none' || main === undefined
			? {}
			: { imageUrl: linkTo(context, main, settings.linkExpiry) ?? json.imageUrl ?? null };
	const binary = {
		...input?.binary,
		...others,
		...(main === undefined ? {} : { [settings.binaryPropertyOutput]: main }),
	};
	return {
		json: {
			...without(input?.json ?? {}, SOMETIMES),
			...json,
			...link,
			...(alreadyPaid ? { alreadyPaid } : {}),
		},
		...(Object.keys(binary).length === 0 ? {} : { binary }),
		pairedItem: { item: itemIndex },
	};
}
