import { createHash } from 'node:crypto';
import type { INodeExecutionData } from 'n8n-workflow';

import { flux11Pro } from '../../../nodes/Segmind/model/flux11Pro';
import { checkBody } from '../../emulator/check';
import type { Drawing } from '../../emulator/draw';
import { draw } from '../../emulator/draw';
import type { Emulator } from '../../emulator/emulator';

/** Tells files apart; jest would take minutes to show how megabytes differ. */
export const digestOf = (bytes: Buffer | undefined): string =>
	createHash('sha256')
		.update(bytes ?? '')
		.digest('hex');

/**
 * The digest of the picture that was paid for with a seed, drawn once more from the request.
 *
 * @throws unless exactly one was paid for
 */
export async function pictureDigest({ imageRequests }: Emulator, seed: unknown): Promise<string> {
	const [request, ...more] = imageRequests.filter(({ body, paid }) => paid && body.seed === seed);
	if (request === undefined || more.length > 0) throw new Error(`not one picture of seed ${String(seed)}`);
	return digestOf(await draw(checkBody(flux11Pro, request.body, false) as unknown as Drawing));
}

/** The digests of the pictures that items were paid for, in their order, by the file names that the items tell. */
export async function pictureDigests(
	emulator: Emulator,
	items: readonly INodeExecutionData[],
): Promise<Map<string, string>> {
	return new Map(
		await Promise.all(
			items.map(async ({ json }): Promise<[string, string]> => [
				String(json.fileName),
				await pictureDigest(emulator, json.seed),
			]),
		),
	);
}
