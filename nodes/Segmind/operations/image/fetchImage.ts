import type { IDataObject } from 'n8n-workflow';

import type { SegmindClient } from '../../api/client';
import { downloadResult, downloadWithRetries, isOldFile, isRefused } from '../../api/download';
import { PendingError } from '../../api/errors';
import type { JsonObject } from '../../api/json';
import { asObject, parseJson } from '../../api/json';
import { waitForResult } from '../../api/poll';
import type { QueuedRequest } from '../../api/queue';
import type { Output } from '../../api/outputs';
import { findOutputs, holdsText } from '../../api/outputs';
import { usageOf } from '../../api/queue';
import type { ApiResponse, FileResponse } from '../../api/response';
import { isSuccess, readSeed, readUsage, toSeed } from '../../api/response';
import { noFileError, responseError } from '../../api/responseErrors';
import type { Redact } from '../../api/text';
import { errorText, toDisplayLink } from '../../api/text';
import { Deadline } from '../../api/wait';
import type { FileCheck, MediaFile } from '../../files/fileType';
import { checkFile, checkResponse, isFileLink } from '../../files/fileType';
import type { ImageRequest } from '../../jobs/imageRequest';
import type { Result } from '../../output/result';

/** What a request produced, and what its response said. */
export type Fetched = Pick<Result, 'files' | 'usage' | 'refused'> & {
	/** The seed that was used, where the response names it. */
	readonly seed: number | null;
	/** The response, where it holds text rather than files. */
	readonly output?: IDataObject[string];
};

type Files = Result['files'];

/** What came of the outputs of a response. */
interface Opened {
	readonly files: Files;
	/** Whether no file is sure to be an output, so that text beside them may be what was asked for. */
	readonly areGuesses: boolean;
	/** Outputs whose files are refused. */
	readonly refused: number;
}

/** How the outputs of a response are opened. */
interface Opening {
	download(link: string): Promise<FileResponse>;
	/** Returns the error of a file that is not whole. */
	onBroken(link: string | undefined): Error;
	/** Whether a file that is missing is gone, rather than late. */
	readonly isOld: boolean;
	/** Whether there is text, which is worth having without files. */
	readonly hasText: boolean;
}

async function open(output: Output, download: Opening['download']): Promise<MediaFile | undefined> {
	if ('bytes' in output) return checkFile(output.bytes, output.contentType).file;
	return checkResponse(await download(output.link), output.link).file;
}

/**
 * Opens the outputs of a JSON response. What was paid for is not withheld for a link that may be none, nor for one of
 * several files that is refused.
 *
 * @throws the first error that a later try may not meet, or for which there is nothing
 */
async function openOutputs(
	outputs: readonly Output[],
	{ download, onBroken, isOld, hasText }: Opening,
): Promise<Opened> {
	const files: Array<Files[number]> = [];
	const errors: Array<{ readonly error: Error; readonly isGuess: boolean }> = [];
	let areGuesses = true;
	for (const output of outputs) {
		const link = 'link' in output ? output.link : undefined;
		const { certainty } = 'link' in output ? output : {};
		const isGuess = certainty === 'guess';
		const isPage = isGuess && !isFileLink(link);
		const opened = await open(output, download).catch((error: Error) => error);
		if (opened instanceof Error) {
			if (!isPage || !hasText) errors.push({ error: opened, isGuess });
		} else if (opened !== undefined) {
			files.push({ file: opened, link });
			areGuesses &&= isGuess;
		} else if (!isPage && certainty !== 'output') errors.push({ error: onBroken(link), isGuess });
	}
	const isWorth = (isGuess: boolean): boolean => files.length > 0 || (isGuess && hasText);
	const [first] = errors.filter(
		({ error, isGuess }) => !isWorth(isGuess) || !isRefused(error, isOld || isGuess),
	);
	if (first !== undefined) throw first.error;
	return { files, areGuesses, refused: errors.length };
}

function describe(body: Buffer, check: FileCheck, redact: Redact): string {
	if (check.file === undefined && check.problem === 'truncated') return 'The image is cut short or malformed';
	if (body.length === 0) return 'The response is empty';
	const text = errorText(body, redact);
	return text === '' ? 'The response is not an image' : `The response is not an image: ${text}`;
}

/** Whether a successful response says that something went wrong. */
function isErrorJson(json: unknown): boolean {
	const { error } = asObject(json);
	return error !== undefined && error !== null && error !== false && error !== '';
}

/**
 * Sends one request whose response is the image, or says where it is.
 *
 * @param timeout seconds
 * @throws {SegmindError} when nothing usable came back
 */
export async function requestImage(
	client: SegmindClient,
	{ model, body, anyMedia }: ImageRequest,
	timeout: number,
): Promise<Fetched> {
	const { redact } = client;
	const response = await client.sendForFile({ method: 'POST', path: `/v1/${model.id}`, body, timeout });
	const { statusCode } = response;
	const held = Buffer.isBuffer(response.body) ? response.body : Buffer.alloc(0);
	const whole: ApiResponse = { ...response, body: held };
	if (!isSuccess(statusCode)) throw responseError(whole, redact);
	const usage = readUsage(whole, redact);
	const seed = readSeed(response);
	const check = checkResponse(response);
	if (check.file !== undefined) return { files: [{ file: check.file, link: undefined }], usage, seed };
	const noFile = (message: string, cause?: unknown): Error => noFileError(message, statusCode, usage, cause);
	const json = check.problem === 'text' ? parseJson(held.toString('utf8')) : undefined;
	const download = async (link: string): Promise<FileResponse> =>
		await downloadWithRetries(client, link, new Deadline(timeout)).catch((error: unknown) => {
			const why = error instanceof Error ? error.message : String(error);
			throw noFile(
				`The image is made but could not be downloaded from ${toDisplayLink(link, redact)}: ${why}`,
				error,
			);
		});
	const hasText = anyMedia && !isErrorJson(json) && holdsText(json, body);
	const outputs = json === undefined ? [] : findOutputs(json, body);
	const { files, areGuesses, refused } = await openOutputs(outputs, {
		download,
		onBroken: () => noFile('The downloaded file is not a whole image'),
		isOld: false,
		hasText,
	});
	const output = areGuesses && hasText ? { output: json as IDataObject[string] } : {};
	if (files.length > 0) return { files, usage, seed, refused, ...output };
	// Other models may answer with text; an image model never does.
	if (json === undefined || !anyMedia || isErrorJson(json)) throw noFile(describe(held, check, redact));
	return { files, usage, seed, output: json as IDataObject[string] };
}

/** What a finished request may hold. */
interface Expected {
	/** Returns the outputs of the finished request. */
	find(response: JsonObject): readonly Output[];
	/** Whether it made text, which is worth having when a link beside it is refused. */
	holdsText(response: JsonObject): boolean;
}

/**
 * Waits for a queued request and downloads what it made.
 *
 * @throws {PendingError} when a later try can fetch it; {@link SegmindError} when there is nothing
 */
export async function collectImage(
	client: SegmindClient,
	queued: QueuedRequest,
	expected: Expected,
	deadline: Deadline,
): Promise<Fetched & { readonly response: JsonObject }> {
	const { requestId } = queued;
	const response = await waitForResult(client, queued, deadline);
	const hasText = expected.holdsText(response);
	const { files, areGuesses, refused } = await openOutputs(expected.find(response), {
		download: async (link) => await downloadResult(client, link, queued, deadline),
		onBroken(link) {
			const where = link === undefined ? {} : { link: toDisplayLink(link, client.redact) };
			return new PendingError('The downloaded file is not a whole image', requestId, where);
		},
		isOld: isOldFile(queued),
		hasText,
	});
	const base = { files, usage: usageOf(response, requestId), seed: toSeed(response.seed), response, refused };
	if (files.length > 0 && !(areGuesses && hasText)) return base;
	const output = Object.fromEntries(
		Object.entries(response).filter(([name]) => name !== 'metrics' && name !== 'status'),
	);
	return { ...base, output: (output.output ?? output) as IDataObject[string] };
}
