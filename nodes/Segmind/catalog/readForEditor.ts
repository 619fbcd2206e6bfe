import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { checkedBaseUrl } from '../api/baseUrl';
import type { Catalog } from './catalog';
import { fetchCatalog } from './fetchCatalog';

/** Seconds that somebody who looks at the editor may wait for the list. */
const TIMEOUT = 20;

/**
 * Returns Segmind's list for the credential that is chosen in the editor.
 *
 * @throws {SegmindError} when it can't be had
 */
export async function readForEditor(context: ILoadOptionsFunctions): Promise<Catalog> {
	const { baseUrl } = await context.getCredentials('segmindApi');
	return await fetchCatalog(context, checkedBaseUrl(baseUrl), { timeout: TIMEOUT, asksAgain: true });
}
