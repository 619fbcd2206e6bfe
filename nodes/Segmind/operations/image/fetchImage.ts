import type { SegmindClient } from '../../api/client';
import { PendingError } from '../../api/errors';
import type { JsonObject } from '../../api/json';
import { jsonBody } from '../../api/json';
import { downloadResult, downloadWithRetries, waitForResult } from '../../api/poll';
import type { QueuedRequest } from '../../api/queue';
import { findOutput, usageOf } from '../../api/queue';
import type { ApiResponse } from '../../api/response';
import { isSuccess, readUsage } from '../../api/response';
import { noFileError, responseError } from '../../api/responseErrors';
import type { Redact } from '../../api/text';
import { errorText, toDisplayLink } from '../../api/text';
import { Deadline } from '../../api/wait';
import type { FileCheck } from '../../files/fileType';
import { checkFile, checkImage } from '../../files/fileType';
import type { ImageRequest } from '../../jobs/imageRequest';
import type { Result } from '../../output/result';

/** An image and what its response said. */
type FetchedImage = Pick<Result, 'file' | 'link' | 'usage'>;

interface Opened {
	readonly check: FileCheck;
	/** Where the file was downloaded from. */
	readonly link: string | undefined;
}

async function openOutput(
	output: NonNullable<ReturnType<typeof findOutput>>,
	download: (link: string) => Promise<ApiResponse>,
): Promise<Opened> {
	if ('bytes' in output) return { check: checkFile(output.bytes, undefined), link: undefined };
	const { link } = output;
	const { body, headers } = await download(link);
	return { check: checkFile(body, headers['content-type'], link), link };
}

/** Opens the file of a response. Some models answer with JSON that holds the file, or a link to it. */
async function openResponse(
	{ body, headers }: ApiResponse,
	anyMedia: boolean,
	download: (link: string) => Promise<ApiResponse>,
): Promise<Opened> {
	if (!anyMedia) return { check: checkImage(body), link: undefined };
	const check = checkFile(body, headers['content-type']);
	const isUnknown = check.file === undefined && check.problem === 'unknown';
	const output = isUnknown ? findOutput(jsonBody(body)) : undefined;
	return output === undefined ? { check, link: undefined } : await openOutput(output, download);
}

function describe({ body }: ApiResponse, redact: Redact): string {
	if (body.length === 0) return 'The response is empty';
	const text = errorText(body, redact);
	return text === '' ? 'The response is not an image' : `The response is not an image: ${text}`;
}

/**
 * Sends one request whose response is the image.
 *
 * @param timeout seconds
 * @throws {SegmindError} when no image came back
 */
export async function requestImage(
	client: SegmindClient,
	{ model, body, anyMedia }: ImageRequest,
	timeout: number,
): Promise<FetchedImage> {
	const { redact } = client;
	const response = await client.send({ method: 'POST', path: `/v1/${model.id}`, body, timeout });
	const { statusCode } = response;
	if (!isSuccess(statusCode)) throw responseError(response, redact);
	const usage = readUsage(response, redact);
	const download = async (link: string): Promise<ApiResponse> =>
		await downloadWithRetries(client, link, new Deadline(timeout)).catch((error: unknown) => {
			const why = error instanceof Error ? error.message : String(error);
			const where = toDisplayLink(link, redact);
			const message = `The image is made but could not be downloaded from ${where}: ${why}`;
			throw noFileError(message, statusCode, usage);
		});
	const { check, link } = await openResponse(response, anyMedia, download);
	if (check.file !== undefined) return { file: check.file, usage, link };
	const isTruncated = check.problem === 'truncated';
	const message = isTruncated ? 'The image is cut short or malformed' : describe(response, redact);
	throw noFileError(message, statusCode, usage);
}

/**
 * Waits for a queued image and downloads it.
 *
 * @throws {PendingError} when a later try can fetch it; {@link SegmindError} when there is none
 */
export async function collectImage(
	client: SegmindClient,
	queued: QueuedRequest,
	deadline: Deadline,
): Promise<{ readonly image: FetchedImage; readonly fields: JsonObject }> {
	const { requestId } = queued;
	const fields = await waitForResult(client, queued, deadline);
	const output = findOutput(fields);
	if (output === undefined) {
		throw new PendingError('Segmind finished the request but returned no image', requestId);
	}
	const { check, link } = await openOutput(
		output,
		async (link) => await downloadResult(client, link, queued, deadline),
	);
	if (check.file === undefined) {
		const where = link === undefined ? {} : { link: toDisplayLink(link, client.redact) };
		throw new PendingError('The downloaded file is not a whole image', requestId, where);
	}
	return { image: { file: check.file, usage: usageOf(fields, requestId), link }, fields };
}
