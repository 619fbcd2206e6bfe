import type { IExecuteFunctions } from 'n8n-workflow';

import { checkedBaseUrl } from '../api/baseUrl';
import { SegmindError } from '../api/errors';
import type { Catalog } from './catalog';
import { fetchCatalog } from './fetchCatalog';

/** Seconds that a run waits for the list, without which it can go on. */
const TIMEOUT = 5;

/** Returns Segmind's list for a run, or why it can't be had. */
export async function readForRun(context: IExecuteFunctions): Promise<Catalog | SegmindError> {
	try {
		const { baseUrl } = await context.getCredentials('segmindApi', 0);
		const cancelled = context.getExecutionCancelSignal();
		const options = { timeout: TIMEOUT, cancelled, asksAgain: false };
		return await fetchCatalog(context, checkedBaseUrl(baseUrl), options);
	} catch (error) {
		return SegmindError.from(error);
	}
}
