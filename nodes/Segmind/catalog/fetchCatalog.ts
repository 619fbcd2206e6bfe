import type { IExecuteFunctions, ILoadOptionsFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { checkedBaseUrl } from '../api/baseUrl';
import { readBody } from '../api/body';
import { cancelledError, untilCancelled } from '../api/cancellation';
import { connectionError } from '../api/connectionErrors';
import { SegmindError } from '../api/errors';
import { httpOptions } from '../api/exchange';
import { parseJson } from '../api/json';
import { isSuccess } from '../api/response';
import { urlOf } from '../api/services';
import type { Catalog } from './catalog';
import { catalogError, readCatalog } from './catalog';

const LIST_PATH = '/inference-model-information/list?segmind_model=True';

/** Bytes; some 500 models take about three megabytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Seconds for the request, and for which the editor waits. */
const TIMEOUT = 20;

/** Seconds from the start of the request after which a run goes on without the list. */
const RUN_TIMEOUT = 5;

/** Milliseconds for which a list is kept. */
const LIFETIME = 5 * 60_000;

/** Milliseconds before a run requests a list again that could not be read. */
const PAUSE = 60_000;

/** Lists in memory: more than there are base URLs in one n8n. */
const MAX_CACHED = 8;

type Helpers = (IExecuteFunctions | ILoadOptionsFunctions)['helpers'];

interface CachedCatalog {
	readonly catalog: Promise<Catalog>;
	/** When the request started, in milliseconds on the clock of `performance`. */
	readonly at: number;
	failed: boolean;
}

/** Lists by URL. They are public, so all accounts share them. */
const cache = new Map<string, CachedCatalog>();

async function request(helpers: Helpers, url: string): Promise<Catalog> {
	const deadline = AbortSignal.timeout(TIMEOUT * 1000);
	try {
		// The list is public, so no key is sent.
		const { statusCode, body } = (await helpers.httpRequest({
			method: 'GET',
			url,
			abortSignal: deadline,
			...httpOptions(TIMEOUT),
		})) as Omit<IN8nHttpFullResponse, 'body'> & { readonly body: AsyncIterable<Uint8Array> };
		const { bytes, complete } = await readBody(body, isSuccess(statusCode) ? MAX_BYTES : 0, 0);
		if (!isSuccess(statusCode)) throw statusError(statusCode);
		if (!complete) throw tooLargeError();
		return readCatalog(parseJson(bytes.toString('utf8')));
	} catch (error) {
		throw asCatalogError(connectionError(error, url, TIMEOUT, deadline));
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

const lateError = (seconds: number): SegmindError =>
	catalogError(`Segmind's list of models could not be read: No whole response within ${seconds} seconds`);

/**
 * Returns a list from memory, or requests it. No run's cancellation ends the request, since others may be waiting for it.
 *
 * @param asksAgain whether to request it again right after a failure
 */
function cachedCatalog(helpers: Helpers, url: string, asksAgain: boolean): CachedCatalog {
	const known = cache.get(url);
	const age = performance.now() - (known?.at ?? -Infinity);
	if (known !== undefined && age < (known.failed ? (asksAgain ? 0 : PAUSE) : LIFETIME)) return known;
	const entry: CachedCatalog = { catalog: request(helpers, url), at: performance.now(), failed: false };
	entry.catalog.catch(() => {
		entry.failed = true;
	});
	cache.delete(url);
	cache.set(url, entry);
	const [oldest] = cache.keys();
	if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
	return entry;
}

const urlAt = (baseUrl: unknown): string => `${urlOf('history', checkedBaseUrl(baseUrl))}${LIST_PATH}`;

/**
 * Returns Segmind's list of models for the credential that is chosen in the editor, or the error. The list is kept for
 * five minutes. It is free, and no key is sent.
 */
export async function fetchForEditor(context: ILoadOptionsFunctions): Promise<Catalog | SegmindError> {
	try {
		const { baseUrl } = await context.getCredentials('segmindApi');
		return await cachedCatalog(context.helpers, urlAt(baseUrl), true).catalog;
	} catch (error) {
		return SegmindError.from(error);
	}
}

/** Returns the same list for a run, or the error. A run waits for it only briefly. */
export async function fetchForRun(context: IExecuteFunctions): Promise<Catalog | SegmindError> {
	try {
		const { baseUrl } = await context.getCredentials('segmindApi', 0);
		const { catalog, at } = cachedCatalog(context.helpers, urlAt(baseUrl), false);
		const cancelled = context.getExecutionCancelSignal();
		const deadline = AbortSignal.timeout(Math.max(0, Math.ceil(at + RUN_TIMEOUT * 1000 - performance.now())));
		const ended = cancelled === undefined ? deadline : AbortSignal.any([deadline, cancelled]);
		return await untilCancelled(catalog, ended, () =>
			cancelled?.aborted === true ? cancelledError() : lateError(RUN_TIMEOUT),
		);
	} catch (error) {
		return SegmindError.from(error);
	}
}
