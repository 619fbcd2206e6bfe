import { createHash } from 'node:crypto';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { free, readBody } from '../api/body';
import type { SegmindError } from '../api/errors';
import { MAX_UPLOAD_BYTES } from '../api/upload';
import { checkFile } from '../files/fileType';
import { readImage } from '../files/image';
import { invalidValue, quote } from './checks';
import { IMAGE_ADVICE } from './imageInput';

/** A file of an input item that is to be uploaded. */
export interface InputFile {
	readonly itemIndex: number;
	/** The input field that has it. */
	readonly field: string;
	readonly fileName: string;
	/** From its bytes. */
	readonly mimeType: string;
	/** Bytes. */
	readonly size: number;
	/** SHA-256 of its bytes. */
	readonly hash: string;
}

const MEBIBYTE = 1024 * 1024;

const UNKNOWN_TYPE = 'application/octet-stream';

/** The media type of a file: from its bytes, or else as n8n states it. */
function typeOf(bytes: Buffer, stated: string): string {
	const withStated = (type: string | undefined): string | undefined => checkFile(bytes, type).file?.mimeType;
	const known = readImage(bytes)?.mimeType ?? withStated(undefined) ?? UNKNOWN_TYPE;
	return known === UNKNOWN_TYPE ? (withStated(stated) ?? 'text/plain') : known;
}

/** Where n8n's binary mode "combined" keeps files among the fields of an item. */
const FILES_FIELD = '_files';

/** The names of the files of an item. */
function filesOf(context: IExecuteFunctions, itemIndex: number): string[] {
	const { binary = {}, json = {} } = context.getInputData()[itemIndex] ?? {};
	const fields = [...Object.keys(binary), ...Object.keys(json[FILES_FIELD] ?? {})];
	return fields.filter((field) => findFile(context, itemIndex, field) !== undefined);
}

/** Gets a file from n8n, which knows its binary mode. Throws if it is not there. */
function assertFile({ helpers }: IExecuteFunctions, itemIndex: number, path: string): unknown {
	try {
		return helpers.assertBinaryData(itemIndex, path);
	} catch {
		return undefined;
	}
}

function findFile(context: IExecuteFunctions, itemIndex: number, field: string): IBinaryData | undefined {
	const places = [
		Object.entries(context.getInputData()[itemIndex]?.binary ?? {}).find(([name]) => name === field)?.[1],
		assertFile(context, itemIndex, `${FILES_FIELD}.${field}`),
		assertFile(context, itemIndex, field),
	];
	return places.find(isFile);
}

const isFile = (value: unknown): value is IBinaryData =>
	typeof value === 'object' && value !== null && 'mimeType' in value && ('data' in value || 'id' in value);

/** Where n8n keeps a file: what an expression finds in the `data` of a binary field, and what a file's id starts with. */
const STORAGE = /^(default|filesystem(-v\d+)?|database|s3|azure-?blob)(:.*)?$/i;

/** File names that a message lists. */
const MAX_NAMES = 10;

function noFileError(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
	label: string,
): SegmindError {
	const files = filesOf(context, itemIndex);
	const names = files.slice(0, MAX_NAMES).map(quote).join(', ');
	const there = files.length === 0 ? 'The item has no files' : `The item has files in ${names}`;
	const problem = STORAGE.test(field)
		? 'names where n8n keeps the file, not the field that has it'
		: 'names no input field with a file';
	return invalidValue(label, `${problem}: ${quote(field)}`, `${there}. ${IMAGE_ADVICE}`);
}

const tooLargeError = (label: string): SegmindError =>
	invalidValue(
		label,
		`has a file larger than ${MAX_UPLOAD_BYTES / MEBIBYTE} MiB`,
		'Make it smaller, or put it where it has an https address',
	);

/** Opens a file wherever this n8n keeps it. One in memory is in the item itself. */
async function* open({ helpers }: IExecuteFunctions, { id, data }: IBinaryData): AsyncGenerator<Uint8Array> {
	if (id === undefined) yield Buffer.from(data, 'base64');
	else for await (const chunk of await helpers.getBinaryStream(id)) yield chunk as Uint8Array;
}

/** Reads an input file piece by piece. */
export async function* openInputFile(
	context: IExecuteFunctions,
	{ itemIndex, field }: InputFile,
): AsyncGenerator<Uint8Array> {
	const binary = findFile(context, itemIndex, field);
	if (binary !== undefined) yield* open(context, binary);
}

/** Bytes that n8n says a file has; 0 when it does not say. */
async function statedSize({ helpers }: IExecuteFunctions, { id, data }: IBinaryData): Promise<number> {
	if (id === undefined) return Math.floor((data.length * 3) / 4);
	return (await helpers.getBinaryMetadata(id)).fileSize;
}

const unreadableError = (label: string, field: string, error: unknown): SegmindError =>
	invalidValue(
		label,
		`has a file that n8n could not read in ${quote(field)}: ${error instanceof Error ? error.message : String(error)}`,
		'Check that the execution which made it is still there',
	);

async function readBytes(
	context: IExecuteFunctions,
	binary: IBinaryData,
	field: string,
	label: string,
): Promise<{ readonly bytes: Buffer; readonly complete: boolean }> {
	try {
		const size = await statedSize(context, binary);
		if (size > MAX_UPLOAD_BYTES + 2) return { bytes: Buffer.alloc(0), complete: false };
		return await readBody(open(context, binary), MAX_UPLOAD_BYTES, size);
	} catch (error) {
		throw unreadableError(label, field, error);
	}
}

/**
 * Reads a file of an input item: its type and its hash. The bytes are not kept.
 *
 * @param check throws a {@link SegmindError} for a file that is not accepted
 * @throws {SegmindError} that names the field
 */
export async function readInputFile(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
	label: string,
	check: (bytes: Buffer) => void = () => undefined,
): Promise<InputFile> {
	const binary = findFile(context, itemIndex, field);
	if (binary === undefined) throw noFileError(context, itemIndex, field, label);
	const { bytes, complete } = await readBytes(context, binary, field, label);
	if (!complete) throw tooLargeError(label);
	if (bytes.length === 0) throw invalidValue(label, `has an empty file in ${quote(field)}`, IMAGE_ADVICE);
	const mimeType = typeOf(bytes, binary.mimeType);
	check(bytes);
	const hash = createHash('sha256').update(bytes).digest('hex');
	const size = bytes.length;
	free(bytes);
	const fileName = binary.fileName ?? `${field}.${binary.fileExtension ?? 'bin'}`;
	return { itemIndex, field, fileName, mimeType, size, hash };
}
