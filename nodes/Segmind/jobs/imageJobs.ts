import type { IExecuteFunctions } from 'n8n-workflow';

import { attachFiles } from './attachFiles';
import type { ImageRequest } from './imageRequest';
import type { Job } from './jobs';
import type { JobOptions } from './optionTable';
import { nthRequest, withKeySeed } from './seeds';

/**
 * Returns the jobs of an item: as many requests as the options say, with seeds counting up.
 *
 * @throws {SegmindError} that names the field
 */
export async function toImageJobs(
	context: IExecuteFunctions,
	request: ImageRequest,
	options: JobOptions,
	itemIndex: number,
): Promise<Array<Job<ImageRequest>>> {
	const attached = await attachFiles(context, request, itemIndex);
	const first = withKeySeed(attached, options.idempotencyKey);
	return Array.from({ length: options.numberOfImages }, (_, imageIndex) => ({
		itemIndex,
		imageIndex,
		request: nthRequest(first, imageIndex),
		options,
	}));
}
