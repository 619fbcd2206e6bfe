import type { Buffers } from './buffers';

/** Bytes that a header promises, as far as they may be kept. */
const promised = (length: unknown, limit: number): number =>
	typeof length === 'string' && /^\d+$/.test(length) ? Math.min(Number(length), limit) : 0;

/**
 * Frees a piece at once that has its memory to itself: the garbage collector looks only when there are some 64 MB of
 * them. Node 20 can't, and waits for it.
 */
function discard({ buffer, length }: Uint8Array): void {
	if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer?.(0);
}

/**
 * Reads a body to its end, or to its first `limit` bytes. Where the length is known, the pieces are copied into
 * place as they come: with pieces and whole in memory together, every image would be there twice.
 */
export async function readUpTo(
	body: AsyncIterable<Uint8Array>,
	limit: number,
	length: unknown,
	buffers: Buffers,
): Promise<{ bytes: Buffer; whole: boolean }> {
	let bytes = buffers.take(promised(length, limit));
	let size = 0;
	for await (const chunk of body) {
		if (size + chunk.length > limit) return { bytes: bytes.subarray(0, size), whole: false };
		if (size + chunk.length > bytes.length) {
			const larger = buffers.take(Math.min(limit, 2 * (size + chunk.length)));
			bytes.copy(larger, 0, 0, size);
			buffers.give(bytes);
			bytes = larger;
		}
		bytes.set(chunk, size);
		size += chunk.length;
		discard(chunk);
	}
	return { bytes: bytes.subarray(0, size), whole: true };
}
