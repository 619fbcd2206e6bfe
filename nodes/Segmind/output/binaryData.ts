import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { free } from '../api/body';
import { SegmindError, uncertainError } from '../api/errors';
import { toSafeName, UniqueNames } from '../files/fileName';
import type { MediaFile } from '../files/fileType';
import type { Result, StoredResult } from './result';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** n8n could not store a paid file. Storing the next one would fail too, so nothing more is paid for. */
const storageError = (error: unknown): SegmindError =>
	new SegmindError(
		'uncertain',
		`The result was made but n8n could not store it: ${messageOf(error)}`,
		"Check the disk or storage of this n8n. It was billed: Retry execution fetches it where Segmind's request history has it.",
		{ cause: error, stops: 'batch' },
	);

async function store(
	{ helpers }: IExecuteFunctions,
	{ bytes, mimeType }: MediaFile,
	fileName: string,
): Promise<IBinaryData> {
	return await helpers.prepareBinaryData(bytes, fileName, mimeType).catch((error: unknown) => {
		const isBroken = !Buffer.isBuffer(bytes) && bytes.errored !== null;
		throw isBroken
			? uncertainError(`The result was made but could not be downloaded: ${messageOf(error)}`, error)
			: storageError(error);
	});
}

const fieldsOf = ({ width, height, format, mimeType, size }: MediaFile, fileName: string): IDataObject => ({
	width,
	height,
	format,
	mimeType,
	fileName,
	fileSize: size,
});

/**
 * Stores the files of a result where this n8n keeps binary data, and frees their bytes.
 *
 * @param fileName of the first file, without an extension
 * @param nextName returns a name without an extension for each further file
 * @throws {SegmindError} when n8n can't store them
 */
export async function storeResult(
	context: IExecuteFunctions,
	{ files, namedFiles, ...rest }: Result,
	attempts: number,
	fileName: string,
	nextName: () => string,
): Promise<StoredResult> {
	const storedFiles: Array<StoredResult['files'][number]> = [];
	for (const [index, { file, link }] of files.entries()) {
		const name = `${index === 0 ? fileName : nextName()}.${file.format}`;
		storedFiles.push({ binary: await store(context, file, name), link, fields: fieldsOf(file, name) });
	}
	const stored: Record<string, IBinaryData> = {};
	const names = UniqueNames.forFiles();
	for (const [field, file] of Object.entries(namedFiles ?? {})) {
		const name = names.claim(toSafeName(`${fileName}-${field}`));
		stored[field] = await store(context, file, `${name}.${file.format}`);
	}
	// Not one by one, since outputs may share their bytes.
	for (const { bytes } of [...files.map(({ file }) => file), ...Object.values(namedFiles ?? {})]) {
		if (Buffer.isBuffer(bytes)) free(bytes);
	}
	const named = namedFiles === undefined ? {} : { namedFiles: stored };
	return { ...rest, ...named, fileName, files: storedFiles, attempts };
}

/** Whether n8n says that a file is not there, rather than that it could not be read. */
function isGone(error: unknown): boolean {
	const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown };
	const names = [name, Object(error).constructor?.name].map(String);
	return (
		names.some((each) => each.endsWith('FileNotFoundError')) || code === 'ENOENT' || code === 'NoSuchKey'
	);
}

/** What became of files that an earlier try stored. */
type Restored =
	| { readonly state: 'found'; readonly result: StoredResult }
	| { readonly state: 'gone' }
	| { readonly state: 'unreadable'; readonly error: unknown };

/**
 * Stores a file of another execution again, because n8n deletes an execution's files with it.
 *
 * @throws n8n's error when the file is gone or can't be read or stored
 */
async function restoreFile(
	{ helpers }: IExecuteFunctions,
	file: IBinaryData,
	isOfThisExecution: boolean,
): Promise<IBinaryData> {
	if (file.id === undefined) return file;
	if (isOfThisExecution) {
		await helpers.getBinaryMetadata(file.id);
		return file;
	}
	// As a stream, since it may be a film. It may break before n8n listens, and stay open when n8n does not read it.
	const stream = await helpers.getBinaryStream(file.id);
	stream.once('error', () => undefined);
	try {
		return await helpers.prepareBinaryData(stream, file.fileName, file.mimeType);
	} finally {
		stream.destroy();
	}
}

/**
 * Finds what an earlier try stored.
 *
 * @param fileName of the first file, without an extension
 */
export async function restoreResult(
	context: IExecuteFunctions,
	result: StoredResult,
	isOfThisExecution: boolean,
	fileName: string,
): Promise<Restored> {
	const restore = async (file: IBinaryData): Promise<IBinaryData> =>
		await restoreFile(context, file, isOfThisExecution);
	try {
		const files: Array<StoredResult['files'][number]> = [];
		for (const each of result.files) files.push({ ...each, binary: await restore(each.binary) });
		const namedFiles: Record<string, IBinaryData> = {};
		for (const [field, file] of Object.entries(result.namedFiles ?? {})) {
			namedFiles[field] = await restore(file);
		}
		const named = result.namedFiles === undefined ? {} : { namedFiles };
		const restored = { ...result, ...named, files };
		return { state: 'found', result: renamed(restored, fileName) };
	} catch (error) {
		return isGone(error) ? { state: 'gone' } : { state: 'unreadable', error };
	}
}

/** Renames the first file if the user has changed its name since. */
function renamed(result: StoredResult, fileName: string): StoredResult {
	const [first, ...others] = result.files;
	if (first === undefined || fileName === result.fileName) return result;
	const name = `${fileName}.${String(first.fields.format)}`;
	const file = {
		...first,
		binary: { ...first.binary, fileName: name },
		fields: { ...first.fields, fileName: name },
	};
	return { ...result, fileName, files: [file, ...others] };
}
