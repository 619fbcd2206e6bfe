import type { FileContent } from './response';

type Stream = Exclude<FileContent, Buffer>;

/** Returns the bytes that Content-Length promises; 0 when it is missing or malformed. */
export const promisedBytes = (contentLength: unknown): number =>
	typeof contentLength === 'string' && /^\d+$/.test(contentLength) ? Number(contentLength) : 0;

/**
 * Frees the memory of bytes that nobody needs any more, at once rather than when V8 next looks, which is after some 64 MB.
 * Node 20 can't do that, and memory that is shared is left alone.
 */
export function free({ buffer, length }: Uint8Array): void {
	if (!(buffer instanceof ArrayBuffer) || length === 0 || buffer.byteLength !== length) return;
	try {
		buffer.transfer?.(0);
	} catch {
		// Some memory only its owner may free.
	}
}

/**
 * Reads a body to its end, or to its first `limit` bytes. Chunks are copied into place as they arrive: a list of chunks
 * and the whole in memory together would hold every image twice.
 *
 * @param promised bytes that are expected
 */
export async function readBody(
	body: AsyncIterable<Uint8Array>,
	limit: number,
	promised: number,
): Promise<{ bytes: Buffer; complete: boolean }> {
	// Not from the memory that all of Node shares, which can't be freed.
	let bytes = Buffer.allocUnsafeSlow(Math.min(promised, limit));
	let size = 0;
	for await (const chunk of body) {
		const piece = chunk.subarray(0, limit - size);
		if (size + piece.length > bytes.length) {
			const larger = Buffer.allocUnsafeSlow(Math.min(limit, 2 * (size + piece.length)));
			bytes.copy(larger, 0, 0, size);
			free(bytes);
			bytes = larger;
		}
		bytes.set(piece, size);
		size += piece.length;
		if (piece.length < chunk.length) return { bytes, complete: false };
		free(chunk);
	}
	return { bytes: bytes.subarray(0, size), complete: true };
}

/**
 * Returns a stream that breaks when it turns out to have more than `limit` bytes, as a compressed one may.
 *
 * @param deadline ends the request; without this reference it could be collected before the stream has ended
 */
export function limitStream(stream: Stream, limit: number, deadline: AbortSignal): Stream {
	let size = 0;
	return stream.map((chunk: Uint8Array) => {
		deadline.throwIfAborted();
		size += chunk.length;
		if (size > limit) throw new Error(`The file is larger than ${limit} bytes`);
		return chunk;
	});
}

/** Ends a response whose body is not wanted. Destroying a stream that was never read from leaves its connection open. */
export function discard(stream: Stream): void {
	void readBody(stream, 0, 0).catch(() => undefined);
}
