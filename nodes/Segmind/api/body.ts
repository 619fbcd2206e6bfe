/** Bytes that Content-Length promises, as far as they may be kept. */
const promisedBytes = (contentLength: unknown, limit: number): number =>
	typeof contentLength === 'string' && /^\d+$/.test(contentLength)
		? Math.min(Number(contentLength), limit)
		: 0;

/**
 * Reads a body to its end, or to its first `limit` bytes. Chunks are copied into place as they arrive: a list of chunks
 * and the whole in memory together would hold every image twice.
 */
export async function readBody(
	body: AsyncIterable<Uint8Array>,
	limit: number,
	contentLength: unknown,
): Promise<{ bytes: Buffer; complete: boolean }> {
	let bytes = Buffer.allocUnsafe(promisedBytes(contentLength, limit));
	let size = 0;
	for await (const chunk of body) {
		const piece = chunk.subarray(0, limit - size);
		if (size + piece.length > bytes.length) {
			const larger = Buffer.allocUnsafe(Math.min(limit, 2 * (size + piece.length)));
			bytes.copy(larger, 0, 0, size);
			bytes = larger;
		}
		bytes.set(piece, size);
		size += piece.length;
		if (piece.length < chunk.length) return { bytes, complete: false };
	}
	return { bytes: bytes.subarray(0, size), complete: true };
}
