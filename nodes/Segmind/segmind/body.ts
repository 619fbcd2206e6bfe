/** Bytes that a header promises, as far as they may be kept. */
const promised = (length: unknown, limit: number): number =>
	typeof length === 'string' && /^\d+$/.test(length) ? Math.min(Number(length), limit) : 0;

/**
 * Frees bytes at once that have their memory to themselves; nobody may look at them after this. Left to the garbage
 * collector, which looks only when there are some 64 MB of them, the images of a large batch would pile up. Node 20
 * can't, and waits for it.
 */
export function discard({ buffer, length }: Uint8Array): void {
	if (!(buffer instanceof ArrayBuffer) || length === 0 || buffer.byteLength !== length) return;
	try {
		buffer.transfer?.(0);
	} catch {
		// Some memory can't be freed by others than its owner, and no paid image is lost for that.
	}
}

/**
 * Reads a body to its end, or to its first `limit` bytes. Where the length is known, the pieces are copied into
 * place as they come: with pieces and whole in memory together, every image would be there twice.
 */
export async function readUpTo(
	body: AsyncIterable<Uint8Array>,
	limit: number,
	length: unknown,
): Promise<{ bytes: Buffer; whole: boolean }> {
	// Not cut from the slab that all of Node shares, so that it can be discarded.
	let bytes = Buffer.allocUnsafeSlow(promised(length, limit));
	let size = 0;
	for await (const chunk of body) {
		const piece = chunk.subarray(0, limit - size);
		if (size + piece.length > bytes.length) {
			const larger = Buffer.allocUnsafeSlow(Math.min(limit, 2 * (size + piece.length)));
			bytes.copy(larger, 0, 0, size);
			discard(bytes);
			bytes = larger;
		}
		bytes.set(piece, size);
		size += piece.length;
		if (piece.length < chunk.length) return { bytes, whole: false };
		discard(chunk);
	}
	return { bytes: bytes.subarray(0, size), whole: true };
}
