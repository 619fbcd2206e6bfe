import { createHash } from 'node:crypto';

import { REJECTED_MEDIA } from './catalog';
import type { Drawing } from './draw';
import { draw } from './draw';

/** Draws each picture once, on what its request refers to. */
export class Pictures {
	private readonly drawn = new Map<string, Promise<Buffer>>();

	/**
	 * @param fixed these bytes instead of drawing
	 * @param find returns the bytes or the drawing at an address, undefined when it is not one of this server's
	 */
	constructor(
		private readonly fixed: Buffer | undefined,
		private readonly find: (address: string) => Buffer | Drawing | undefined,
	) {}

	async drawOnce(drawing: Drawing): Promise<Buffer> {
		if (this.fixed !== undefined) return this.fixed;
		const request = createHash('sha256').update(JSON.stringify(drawing)).digest('hex');
		const known = this.drawn.get(request) ?? this.draw(drawing);
		this.drawn.set(request, known);
		return await known;
	}

	/** Returns why the pictures that a request refers to can't be loaded. */
	reject(addresses: readonly string[]): string | undefined {
		for (const address of addresses) {
			if (!/^https?:\/\//.test(address)) return REJECTED_MEDIA;
			if (this.find(address) === undefined)
				return `Reference media rejected: ${address} could not be loaded.`;
		}
		return undefined;
	}

	private async draw(drawing: Drawing): Promise<Buffer> {
		const found = (drawing.pictures ?? []).map(this.find).find((each) => each !== undefined);
		return await draw(
			drawing,
			found === undefined || Buffer.isBuffer(found) ? found : await this.drawOnce(found),
		);
	}
}
