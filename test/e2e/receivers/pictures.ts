import type { INodeExecutionData } from 'n8n-workflow';

import { flux11Pro } from '../../../nodes/Segmind/model/flux11Pro';
import { checkBody } from '../../emulator/check';
import type { Drawing } from '../../emulator/draw';
import { draw } from '../../emulator/draw';
import type { Emulator } from '../../emulator/emulator';

/**
 * The picture that was paid for with a seed, drawn once more from the request.
 *
 * @throws unless exactly one was paid for
 */
export async function pictureOf({ imageRequests }: Emulator, seed: unknown): Promise<Buffer> {
	const [request, ...more] = imageRequests.filter(({ body, paid }) => paid && body.seed === seed);
	if (request === undefined || more.length > 0) throw new Error(`not one picture of seed ${String(seed)}`);
	return await draw(checkBody(flux11Pro, request.body, false) as unknown as Drawing);
}

/** The pictures that items were paid for, in their order, by the file names that the items tell. */
export async function picturesOf(
	emulator: Emulator,
	items: readonly INodeExecutionData[],
): Promise<Map<string, Buffer>> {
	return new Map(
		await Promise.all(
			items.map(async ({ json }): Promise<[string, Buffer]> => [
				String(json.fileName),
				await pictureOf(emulator, json.seed),
			]),
		),
	);
}
