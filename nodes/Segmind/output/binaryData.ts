import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { SegmindError } from '../api/errors';
import { toSafeName, UniqueNames } from '../files/fileName';
import type { MediaFile } from '../files/fileType';
import type { Result, StoredResult } from './result';

async function store(
	{ helpers }: IExecuteFunctions,
	{ bytes, mimeType }: MediaFile,
	fileName: string,
): Promise<IBinaryData> {
	return await helpers.prepareBinaryData(bytes, fileName, mimeType).catch((error: unknown) => {
		const why = error instanceof Error ? error.message : String(error);
		throw new SegmindError(
			'uncertain',
			`The image was made but n8n could not store it: ${why}`,
			'Check the disk or storage of this n8n. The image was billed, and running again makes and bills another.',
			{ cause: error },
		);
	});
}

const fieldsOf = ({ width, height, format, mimeType, bytes }: MediaFile, fileName: string): IDataObject => ({
	width,
	height,
	format,
	mimeType,
	fileName,
	fileSize: bytes.length,
});

/**
 * Stores the files of a result where this n8n keeps binary data.
 *
 * @param fileName without an extension
 * @throws {SegmindError} when n8n can't store them
 */
export async function storeResult(
	context: IExecuteFunctions,
	{ file, namedFiles = {}, fields, ...rest }: Result,
	fileName: string,
	attempts: number,
): Promise<StoredResult> {
	const stored: Record<string, IBinaryData> = {};
	const names = UniqueNames.forFiles();
	for (const [field, namedFile] of Object.entries(namedFiles)) {
		const name = names.claim(toSafeName(`${fileName}-${field}`));
		stored[field] = await store(context, namedFile, `${name}.${namedFile.format}`);
	}
	const result = { ...rest, fileName, namedFiles: stored, attempts };
	if (file === undefined) return { ...result, fields };
	const name = `${fileName}.${file.format}`;
	return {
		...result,
		fields: { ...fields, ...fieldsOf(file, name) },
		file: await store(context, file, name),
	};
}

/** Stores a file of another execution again, because n8n deletes an execution's files with it. */
async function restoreFile(
	{ helpers }: IExecuteFunctions,
	file: IBinaryData,
	isOfThisExecution: boolean,
): Promise<IBinaryData | undefined> {
	if (file.id === undefined) return file;
	try {
		const bytes = await helpers.binaryToBuffer(await helpers.getBinaryStream(file.id));
		if (bytes.length === 0) return undefined;
		return isOfThisExecution ? file : await helpers.prepareBinaryData(bytes, file.fileName, file.mimeType);
	} catch {
		return undefined;
	}
}

/** Reads back what an earlier try stored. Undefined when a file is gone. */
export async function restoreResult(
	context: IExecuteFunctions,
	{ file, namedFiles, ...rest }: StoredResult,
	isOfThisExecution: boolean,
): Promise<StoredResult | undefined> {
	const restored: Record<string, IBinaryData> = {};
	for (const [field, namedFile] of Object.entries(namedFiles)) {
		const found = await restoreFile(context, namedFile, isOfThisExecution);
		if (found === undefined) return undefined;
		restored[field] = found;
	}
	if (file === undefined) return { ...rest, namedFiles: restored };
	const found = await restoreFile(context, file, isOfThisExecution);
	return found === undefined ? undefined : { ...rest, namedFiles: restored, file: found };
}
