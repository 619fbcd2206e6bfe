import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { checkedBaseUrl } from '../api/baseUrl';
import { addressProblem } from '../api/fileUrl';
import { checkFile } from '../files/fileType';
import { invalidValue, quote } from './checks';
import { IMAGE_ADVICE, isAddress } from './imageInput';
import type { ImageRequest } from './imageRequest';
import type { InputFile } from './inputFiles';
import { readInputFile } from './inputFiles';

/** Images that models read. */
const READABLE = ['image/avif', 'image/gif', 'image/jpeg', 'image/png', 'image/webp'];

/** Checks that a file is an image that models read. */
const checkImage =
	(label: string, field: string) =>
	(bytes: Buffer): void => {
		const check = checkFile(bytes, undefined);
		if (check.file !== undefined && READABLE.includes(check.file.mimeType)) return;
		const isBroken = check.file === undefined && check.problem === 'truncated';
		const what = isBroken ? 'an image that is cut short or malformed' : 'a file that is no image';
		const type = check.file === undefined ? '' : ` (${check.file.mimeType})`;
		throw invalidValue(
			label,
			`has ${what}${type} in ${quote(field)}`,
			'Use a JPG, PNG or WebP; Edit Image converts others',
		);
	};

const ADDRESS_PROBLEMS = {
	scheme: 'is not an https address',
	userName: 'is an address with a user name',
	private: 'is an address inside a private network, which Segmind can not open',
} as const;

/**
 * Checks that Segmind can open an address. Besides https on a public host, the API's own origin is allowed.
 *
 * @throws {SegmindError} that names the field
 */
async function checkAddress(
	context: IExecuteFunctions,
	itemIndex: number,
	address: string,
	label: string,
): Promise<void> {
	const problem = addressProblem(address);
	if (problem === undefined) return;
	const { baseUrl } = await context.getCredentials('segmindApi', itemIndex);
	if (new URL(checkedBaseUrl(baseUrl)).origin === new URL(address).origin) return;
	// Without a password that may be in it.
	const { protocol, host, pathname } = new URL(address);
	const shown = quote(`${protocol}//${host}${pathname}`);
	throw invalidValue(label, `${ADDRESS_PROBLEMS[problem]}: ${shown}`, IMAGE_ADVICE);
}

/** Stands for a file in a request until it is uploaded. Equal files get equal placeholders, so equal requests are recognized. */
const placeholderOf = ({ hash }: InputFile): string => `sha256:${hash}`;

/**
 * Checks the pictures of a request. Those in input fields are read and replaced by their hashes, until
 * {@link withUploads} replaces these by addresses.
 *
 * @throws {SegmindError} that names the field, before anything is sent
 */
export async function attachFiles(
	context: IExecuteFunctions,
	request: ImageRequest,
	itemIndex: number,
): Promise<ImageRequest> {
	const files: Record<string, InputFile> = {};
	const attach = async (input: string, label: string): Promise<string> => {
		if (isAddress(input)) {
			await checkAddress(context, itemIndex, input, label);
			return input;
		}
		const file = await readInputFile(context, itemIndex, input, label, checkImage(label, input));
		files[placeholderOf(file)] = file;
		return placeholderOf(file);
	};
	const body = { ...request.body };
	for (const { type, wire, label } of request.model.attributes) {
		const value = body[wire];
		if (type === 'image' && typeof value === 'string') body[wire] = await attach(value, label);
		if (type !== 'images' || !Array.isArray(value)) continue;
		const attached: string[] = [];
		for (const input of value) attached.push(await attach(String(input), label));
		body[wire] = attached;
	}
	return { ...request, body, files };
}

/**
 * Returns a request with addresses in place of its files.
 *
 * @param urlOf uploads a file, or returns its address; undefined leaves it as it is
 */
export async function withUploads(
	request: ImageRequest,
	urlOf: (file: InputFile) => Promise<string | undefined>,
): Promise<ImageRequest> {
	const { files = {} } = request;
	const urls = new Map<unknown, string | undefined>();
	for (const [placeholder, file] of Object.entries(files)) urls.set(placeholder, await urlOf(file));
	if (urls.size === 0) return request;
	const body = JSON.parse(JSON.stringify(request.body), (_, value: unknown) => urls.get(value) ?? value);
	return { ...request, body: body as IDataObject };
}
