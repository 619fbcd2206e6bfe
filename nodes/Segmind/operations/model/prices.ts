import type { IExecuteFunctions } from 'n8n-workflow';

import { SegmindClient } from '../../api/client';
import { HISTORY_TIMEOUT, requestPage } from '../../api/history';
import type { ImageRequest } from '../../jobs/imageRequest';
import type { JobList } from '../../jobs/jobs';

/** Models of one run whose prices are looked up, each with one call. */
const MAX_MODELS = 5;

/** Returns the most that a model cost the account of late, in US dollars; undefined when the history does not say. */
async function priceOf(client: SegmindClient, model: string): Promise<number | undefined> {
	const { rows } = await requestPage(client, { model, status: 'COMPLETED' }, 1, HISTORY_TIMEOUT);
	// The API takes a part of the id, so other models may be listed as well.
	const costs = rows.flatMap((row) => (row.model === model && row.cost !== null ? [row.cost] : []));
	const most = Math.max(0, ...costs);
	return most > 0 ? most : undefined;
}

/**
 * Adds the prices of models that the node has no table for, from the account's history, where a limit of spending needs
 * them. It is free, and a history that can't be read changes nothing.
 */
export async function withPrices(
	context: IExecuteFunctions,
	list: JobList<ImageRequest>,
): Promise<JobList<ImageRequest>> {
	const { maximumCostPerRun, minimumRemainingCredits } = list.options;
	if (maximumCostPerRun === 0 && minimumRemainingCredits === 0) return list;
	const unknown = list.jobs.filter(({ request }) => request.model.price === undefined);
	const ids = [...new Set(unknown.map(({ request }) => request.model.id))].slice(0, MAX_MODELS);
	if (ids.length === 0) return list;
	const client = await SegmindClient.open(context).catch(() => undefined);
	if (client === undefined) return list;
	const find = async (id: string) => [id, await priceOf(client, id).catch(() => undefined)] as const;
	const prices = new Map(await Promise.all(ids.map(find)));
	const jobs = list.jobs.map((job) => {
		const price = job.request.model.price ?? prices.get(job.request.model.id);
		if (price === undefined) return job;
		return { ...job, request: { ...job.request, model: { ...job.request.model, price } } };
	});
	return { ...list, jobs };
}
