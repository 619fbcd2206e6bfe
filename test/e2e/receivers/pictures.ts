import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

import { draw } from '../../emulator/draw';
import type { Emulator } from '../../emulator/emulator';

/** What the API fills in where a request for Flux 1.1 Pro is silent. */
const DEFAULTS = {
	aspect_ratio: '1:1',
	width: 1024,
	height: 1024,
	output_format: 'webp',
	output_quality: 80,
};

/** Compares better than the bytes: jest would take minutes to print how megabytes differ. */
export const digestOf = (bytes: Buffer | undefined): string =>
	createHash('sha256')
		.update(bytes ?? '')
		.digest('hex');

/**
 * Draws the picture that was paid for with this seed once more.
 *
 * @throws unless exactly one was paid for
 */
export async function paidPicture({ imageRequests }: Emulator, seed: unknown): Promise<Buffer> {
	const [request, ...more] = imageRequests.filter(({ body, paid }) => paid && body.seed === seed);
	if (request === undefined || more.length > 0) throw new Error(`not one picture of seed ${String(seed)}`);
	return await draw({ ...DEFAULTS, ...request.body } as unknown as Parameters<typeof draw>[0]);
}

/** Maps the file name of each image to the digest of the picture that was paid for. */
export async function paidPictures(
	emulator: Emulator,
	images: readonly IDataObject[],
): Promise<Map<string, string>> {
	const pictures = new Map<string, string>();
	for (const { fileName, seed } of images) {
		pictures.set(String(fileName), digestOf(await paidPicture(emulator, seed)));
	}
	return pictures;
}
