import type { IDataObject } from 'n8n-workflow';

import type { SegmindClient } from '../../api/client';
import { downloadResult, downloadWithRetries, isRefused } from '../../api/download';
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
import type { FileCheck } from '../../files/fileType';
import { checkFile, checkResponse } from '../../files/fileType';
import type { ImageRequest } from '../../jobs/imageRequest';
import type { Result } from '../../output/result';

/** What a request produced, and what its response said. */
type Fetched = Pick<Result, 'files' | 'usage'> & {
	/** The seed that was used, where the response names it. */
	readonly seed: number | null;
	/** The response, where it holds no file. */
	readonly output?: IDataObject[string];
};

type Files = Result['files'];

/** Files of a response, and why a link was left out. */
interface Opened {
	readonly files: Files;
	readonly refused: Error | undefined;
}

/** Opens the outputs of a JSON response. What may be no file is left out when it is none, or its host refuses a guess. */
async function openOutputs(
	outputs: readonly Output[],
	download: (link: string) => Promise<FileResponse>,
	onBroken: (link: string | undefined) => Error,
): Promise<Opened> {
	const files: Array<Files[number]> = [];
	let refused: Error | undefined;
	const open = async (output: Output): Promise<FileCheck | undefined> => {
		if ('bytes' in output) return checkFile(output.bytes, output.contentType);
		const response = await download(output.link).catch((error: Error) => {
			if (output.certainty !== 'guess' || !isRefused(error)) throw error;
			refused = error;
			return undefined;
		});
		return response && checkResponse(response, output.link);
	};
	for (const output of outputs) {
		const link = 'link' in output ? output.link : undefined;
		const file = (await open(output))?.file;
		if (file !== undefined) files.push({ file, link });
		else if (!('certainty' in output)) throw onBroken(link);
	}
	return { files, refused };
}

function describe(body: Buffer, check: FileCheck, redact: Redact): string {
	if (check.file === undefined && check.problem === 'truncated') return 'The image is cut short or malformed';
	if (body.length === 0) return 'The response is empty';
	const text = errorText(body, redact);
	return text === '' ? 'The response is not an image' : `The response is not an image: ${text}`;
}

/** Whether a successful response says that something went wrong. */
const isErrorJson = (json: unknown): boolean => Object.hasOwn(asObject(json), 'error');

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
	const outputs = json === undefined ? [] : findOutputs(json, body);
	const onBroken = (): Error => noFile('The downloaded file is not a whole image');
	const { files, refused } = await openOutputs(outputs, download, onBroken);
	if (files.length > 0) return { files, usage, seed };
	if (refused !== undefined && !(anyMedia && holdsText(json, body))) throw refused;
	// Other models may answer with text; an image model never does.
	if (json === undefined || !anyMedia || isErrorJson(json)) throw noFile(describe(held, check, redact));
	return { files, usage, seed, output: json as IDataObject[string] };
}

/** What a finished request may hold. */
export interface Expected {
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
	const { files, refused } = await openOutputs(
		expected.find(response),
		async (link) => await downloadResult(client, link, queued, deadline),
		(link) => {
			const where = link === undefined ? {} : { link: toDisplayLink(link, client.redact) };
			return new PendingError('The downloaded file is not a whole image', requestId, where);
		},
	);
	const usage = usageOf(response, requestId);
	const seed = toSeed(response.seed);
	if (files.length > 0) return { files, usage, seed, response };
	if (refused !== undefined && !expected.holdsText(response)) throw refused;
	const output = Object.fromEntries(
		Object.entries(response).filter(([name]) => name !== 'metrics' && name !== 'status'),
	);
	return { files, usage, seed, response, output: (output.output ?? output) as IDataObject[string] };
}
