/**
 * Memory for the answers of a run. It is lent again as soon as an image is stored: left to the garbage collector,
 * the images of a large batch would pile up long before it looks.
 */
export class Buffers {
	private readonly free: Buffer[] = [];

	/** What is not of this memory may be of the slab that all of Node shares. */
	private readonly own = new WeakSet<ArrayBufferLike>();

	/** A buffer of at least so many bytes, with whatever is in it. */
	take(length: number): Buffer {
		const index = this.free.findIndex((buffer) => buffer.length >= length);
		const [buffer] = index === -1 ? [] : this.free.splice(index, 1);
		// The slow one is not cut from a slab that others use as well.
		const lent = buffer ?? Buffer.allocUnsafeSlow(length);
		this.own.add(lent.buffer);
		return lent;
	}

	/** Takes back what {@link take} lent, or a part of it, and nothing else; nobody may look at it after this. */
	give({ buffer }: Buffer): void {
		if (this.own.has(buffer)) this.free.push(Buffer.from(buffer));
	}
}
