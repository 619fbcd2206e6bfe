import type { IAllExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { readBody } from '../api/body';
import { connectionError } from '../api/connectionErrors';
import { SegmindError } from '../api/errors';
import { httpOptions } from '../api/exchange';
import { parseJson } from '../api/json';
import { isSuccess } from '../api/response';
import { urlOf } from '../api/services';
import type { Catalog } from './catalog';
import { catalogError, readCatalog } from './catalog';

/** What fetching the list needs of n8n. */
export interface HttpContext {
	readonly helpers: Pick<IAllExecuteFunctions['helpers'], 'httpRequest'>;
}

const LIST_PATH = '/inference-model-information/list?segmind_model=True';

/** Bytes; some 500 models take about three megabytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Milliseconds for which a list is kept. */
const LIFETIME = 5 * 60_000;

/** Milliseconds for which a list that could not be had is not asked for again by a run. */
const PAUSE = 60_000;

/** Lists in memory: more than there are base URLs in one n8n. */
const MAX_CACHED = 8;

interface CachedCatalog {
	readonly catalog: Promise<Catalog>;
	/** Milliseconds on the clock of `performance`. */
	readonly at: number;
	failed: boolean;
}

/** Lists by their addresses. Anybody may read them, so they are shared by all accounts. */
const cache = new Map<string, CachedCatalog>();

async function request(
	{ helpers }: HttpContext,
	url: string,
	timeout: number,
	cancelled: AbortSignal | undefined,
): Promise<Catalog> {
	const deadline = AbortSignal.timeout(timeout * 1000);
	const ended = cancelled === undefined ? deadline : AbortSignal.any([deadline, cancelled]);
	try {
		// The list is public, so no key is sent.
		const { statusCode, body } = (await helpers.httpRequest({
			method: 'GET',
			url,
			abortSignal: ended,
			...httpOptions(timeout),
		})) as Omit<IN8nHttpFullResponse, 'body'> & { readonly body: AsyncIterable<Uint8Array> };
		const { bytes, complete } = await readBody(body, isSuccess(statusCode) ? MAX_BYTES : 0, 0);
		if (!isSuccess(statusCode)) throw statusError(statusCode);
		if (!complete) throw tooLargeError();
		return readCatalog(parseJson(bytes.toString('utf8')));
	} catch (error) {
		throw asCatalogError(connectionError(error, url, timeout, deadline, cancelled));
	}
}

const statusError = (statusCode: number): SegmindError =>
	catalogError(`Segmind's list of models could not be read: it answered with ${statusCode}`);

const tooLargeError = (): SegmindError =>
	catalogError(`Segmind's list of models is larger than ${MAX_BYTES / 1024 / 1024} MiB`);

/** A free call is never billed. */
const asCatalogError = (error: SegmindError): SegmindError =>
	error.reason === 'server'
		? error
		: catalogError(`Segmind's list of models could not be read: ${error.message}`, error);

/** What a request for the list may take. */
export interface CatalogOptions {
	/** Seconds. */
	readonly timeout: number;
	readonly cancelled?: AbortSignal | undefined;
	/** Whether to ask again although the list could not be had a moment ago. */
	readonly asksAgain: boolean;
}

/**
 * Returns Segmind's list of models, which is kept for five minutes. It is free, and no key is sent.
 *
 * @throws {SegmindError} when it can't be had, with what works without it
 */
export async function fetchCatalog(
	context: HttpContext,
	baseUrl: string,
	{ timeout, cancelled, asksAgain }: CatalogOptions,
): Promise<Catalog> {
	const url = `${urlOf('history', baseUrl)}${LIST_PATH}`;
	const known = cache.get(url);
	const age = performance.now() - (known?.at ?? -Infinity);
	if (known !== undefined && age < (known.failed ? (asksAgain ? 0 : PAUSE) : LIFETIME))
		return await known.catalog;
	const catalog = request(context, url, timeout, cancelled);
	const entry: CachedCatalog = { catalog, at: performance.now(), failed: false };
	cache.delete(url);
	cache.set(url, entry);
	const [oldest] = cache.keys();
	if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
	return await catalog.catch((error: unknown) => {
		// A cancelled run says nothing about the list.
		if (cancelled?.aborted === true) cache.delete(url);
		else entry.failed = true;
		throw error;
	});
}
