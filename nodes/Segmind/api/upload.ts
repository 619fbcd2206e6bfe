import { free } from './body';
import type { SegmindClient } from './client';
import { SegmindError } from './errors';
import { toFreeCallError } from './freeCall';
import { jsonBody } from './json';
import type { ApiResponse } from './response';
import { isSuccess } from './response';
import { responseError } from './responseErrors';
import { CHECK_URL } from './responseRows';

/**
 * Bytes of a file that is uploaded. The API takes 2 GB, but only as base64 inside JSON, and what is sent has to be in
 * memory as a whole. No picture and few videos are larger.
 */
export const MAX_UPLOAD_BYTES = 32 * 1024 * 1024;

/** Seconds: the largest file over a slow line, at 2 Mbit/s. */
const TIMEOUT = 180;

/** Characters of an address at most. */
const MAX_URL = 2000;

/** Base64 writes three bytes as four characters. */
const TRIPLE = 3;
const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / TRIPLE);

/**
 * Returns the JSON that uploads a file. It is written in place, piece by piece, so that the file is in memory once.
 *
 * @param size bytes of the file
 * @throws {Error} when the file turns out to have another size
 */
export async function toUploadBody(
	content: AsyncIterable<Uint8Array>,
	size: number,
	mimeType: string,
): Promise<Buffer> {
	const start = `{"data_urls":["data:${mimeType};base64,`;
	const end = '"]}';
	const body = Buffer.allocUnsafeSlow(start.length + base64Length(size) + end.length);
	let at = body.write(start, 'latin1');
	let left = size;
	let rest: Buffer = Buffer.alloc(0);
	const append = (piece: Buffer): void => {
		at += body.write(piece.toString('base64'), at, 'latin1');
	};
	for await (const chunk of content) {
		left -= chunk.length;
		if (left < 0) break;
		const piece =
			rest.length === 0
				? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
				: Buffer.concat([rest, chunk]);
		const whole = piece.length - (piece.length % TRIPLE);
		append(piece.subarray(0, whole));
		rest = Buffer.from(piece.subarray(whole));
		free(chunk);
	}
	if (left !== 0) throw new Error('The file changed while it was read');
	append(rest);
	body.write(end, at, 'latin1');
	return body;
}

/** The first address in the response. The documentation and the official client name its field differently. */
function addressIn({ body }: ApiResponse): unknown {
	const { file_urls: fileUrls, urls } = jsonBody(body);
	return [fileUrls, urls].flat().find((url) => typeof url === 'string');
}

function toAddress(response: ApiResponse, client: SegmindClient): string {
	const { statusCode } = response;
	if (!isSuccess(statusCode)) throw responseError(response, client.redact);
	const address = addressIn(response);
	const isUsable =
		typeof address === 'string' &&
		address.length <= MAX_URL &&
		client.redact(address) === address &&
		client.blockedReason(address) === undefined;
	if (isUsable) return new URL(address).href;
	throw new SegmindError('endpoint', 'Segmind answered the upload without a usable address', CHECK_URL, {
		statusCode,
		stops: 'nothing',
	});
}

/**
 * Uploads a file once, which is free. Segmind keeps it for seven days, for everybody who has the address. The API takes no
 * name for it and lists no uploads, so what was uploaded can't be found again without its address.
 *
 * @param body what {@link toUploadBody} returns
 * @returns the address
 * @throws {SegmindError} that is not billed
 */
export async function uploadAsset(client: SegmindClient, body: Buffer): Promise<string> {
	const request = {
		method: 'POST',
		service: 'upload',
		path: '/upload-asset',
		body,
		timeout: TIMEOUT,
	} as const;
	try {
		return toAddress(await client.send(request), client);
	} catch (error) {
		throw toFreeCallError(error);
	}
}
