import type { SegmindClient } from './client';
import { NOT_BILLED, SegmindError } from './errors';
import { toFreeCallError } from './freeCall';
import type { HistoryRow, RowStatus } from './historyRow';
import { isListed, listIn, mergeRows, toRow, valuesIn } from './historyRow';
import { asObject, parseJson } from './json';
import type { ApiResponse } from './response';
import { isSuccess } from './response';
import { responseError } from './responseErrors';

/** Which requests to list. */
export interface HistoryQuery {
	/** A part of the model's id. */
	readonly model?: string | undefined;
	readonly status?: Exclude<RowStatus, null> | undefined;
	/** Days as YYYY-MM-DD, in UTC, the last one included. The API takes 31 days at most. */
	readonly from?: string | undefined;
	readonly to?: string | undefined;
	/** Newest first when left out. */
	readonly sort?: {
		readonly by: 'model_created' | 'model_name' | 'credits_deduction';
		readonly order: 'asc' | 'desc';
	};
}

/** One page of the history. */
export interface HistoryPage {
	/** A request with several files is listed once for each. */
	readonly rows: readonly HistoryRow[];
	readonly isLast: boolean;
	readonly bytes: number;
}

const PATH = '/inference-request/request-history';

/** Seconds for one call: it does no work, and a run must not wait long for a history that is not there. */
export const HISTORY_TIMEOUT = 10;

/** Rows of a page at most; the API's limit. */
export const PAGE_SIZE = 100;

/** Pages that are requested at once, after the first. */
const PAGES_AT_ONCE = 4;

/** Pages of one query at most: 20,000 requests. */
const MAX_PAGES = 200;

/** Bytes of one query at most. */
const MAX_BYTES = 100 * 1000 * 1000;

const DAY = 24 * 60 * 60_000;

/** Returns the day of a time in UTC, as the API takes it. @param time milliseconds since the epoch */
export const toDay = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Returns the day before a time: which zone the API counts its days in is not known. */
export const dayBefore = (time: number): string => toDay(time - DAY);

/** Milliseconds that the server's clock is ahead; 0 when it does not say. */
function clockOf({ headers }: ApiResponse): number {
	const time = typeof headers.date === 'string' ? Date.parse(headers.date) : Number.NaN;
	// The header has whole seconds.
	return Number.isNaN(time) || Math.abs(time - Date.now()) < 2000 ? 0 : time - Date.now();
}

/** Whether the API says that there is nothing, as it does with a 404 for an account without a balance. */
const hasNoRows = ({ statusCode, body }: ApiResponse): boolean =>
	statusCode === 404 && /\bno\b.{1,40}\bfound\b/i.test(body.toString('utf8', 0, 1000));

/** @param answer parsed: a page of somebody in between may pass, another kind of JSON stays */
const unreadableError = (why: string, answer: unknown, statusCode: number): SegmindError =>
	new SegmindError(
		typeof answer === 'string' ? 'server' : 'response',
		`The request history can't be read: ${why}`,
		NOT_BILLED,
		{ statusCode, billed: 'no' },
	);

async function get(client: SegmindClient, path: string, timeout: number): Promise<ApiResponse> {
	return await client.send({ method: 'GET', service: 'history', path, timeout }).catch((error: unknown) => {
		throw toFreeCallError(error);
	});
}

const refusal = (response: ApiResponse, { redact }: SegmindClient): unknown =>
	toFreeCallError(responseError(response, redact));

/**
 * Requests a page of the history, which is free.
 *
 * @param page from 1
 * @param timeout seconds
 * @throws {SegmindError} when it can't be reached or read
 */
export async function requestPage(
	client: SegmindClient,
	{ model, status, from, to, sort = { by: 'model_created', order: 'desc' } }: HistoryQuery,
	page: number,
	timeout: number,
): Promise<HistoryPage> {
	const query = new URLSearchParams({
		page: String(page),
		per_page: String(PAGE_SIZE),
		sort_by: sort.by,
		sort_order: sort.order,
		...(from === undefined ? {} : { from_date: from }),
		...(to === undefined ? {} : { to_date: to }),
		...(model === undefined ? {} : { model_name: model }),
		...(status === undefined ? {} : { status }),
	});
	const response = await get(client, `${PATH}?${query.toString()}`, timeout);
	const { statusCode, body } = response;
	if (hasNoRows(response)) return { rows: [], isLast: true, bytes: body.length };
	if (!isSuccess(statusCode)) throw refusal(response, client);
	const answer = parseJson(body.toString('utf8'));
	const list = listIn(answer);
	if (list === undefined) throw unreadableError('it lists no requests', answer, statusCode);
	const clock = clockOf(response);
	const rows = list.map((each) => toRow(asObject(each), clock, client.redact));
	return {
		rows: rows.filter((row) => row !== undefined),
		isLast: list.length < PAGE_SIZE,
		bytes: body.length,
	};
}

/**
 * Requests one request of the account's own by its id, which is free.
 *
 * @param timeout seconds
 * @returns undefined when the history does not have it
 * @throws {SegmindError} when the history can't be reached or read
 */
export async function requestRow(
	client: SegmindClient,
	requestId: string,
	timeout: number,
): Promise<HistoryRow | undefined> {
	const response = await get(client, `${PATH}/${requestId}`, timeout);
	if (response.statusCode === 404) return undefined;
	if (!isSuccess(response.statusCode)) throw refusal(response, client);
	const answer = parseJson(response.body.toString('utf8'));
	const found = [...valuesIn(answer)]
		.flatMap((value) => (Array.isArray(value) ? value : [value]))
		.filter(isListed);
	const rows = found.map((each) => toRow(asObject(each), clockOf(response), client.redact));
	const own = rows.filter((row) => row !== undefined).filter((row) => row.requestId === requestId);
	if (rows.length === 0) throw unreadableError('it has no request', answer, response.statusCode);
	return mergeRows(own)[0];
}

/** More requests than a run reads through. */
const tooManyError = (): SegmindError =>
	new SegmindError(
		'request',
		`The request history has more than ${MAX_PAGES * PAGE_SIZE} requests in these days`,
		`Ask for fewer days or for one model. ${NOT_BILLED}`,
	);

/**
 * Reads the history page by page, four at once. Each request comes once, with all its files.
 *
 * @param request returns the page of a number
 * @throws {SegmindError} what `request` throws, or when there are more than 20,000 requests, or 100 MB
 */
export async function* readHistory(
	request: (page: number) => Promise<HistoryPage>,
): AsyncGenerator<readonly HistoryRow[]> {
	const seen = new Set<string>();
	let bytes = 0;
	/** The last request of a page may have more rows on the next one. */
	let open: readonly HistoryRow[] = [];
	for (let first = 1; first <= MAX_PAGES;) {
		const numbers = Array.from({ length: first === 1 ? 1 : PAGES_AT_ONCE }, (_, index) => first + index);
		for (const page of await Promise.all(numbers.map(request))) {
			bytes += page.bytes;
			if (bytes > MAX_BYTES) throw tooManyError();
			const fresh = mergeRows([...open, ...page.rows]).filter(({ requestId }) => !seen.has(requestId));
			// A history that ignores the number of the page would have no end.
			const isEnd = page.isLast || (fresh.length <= open.length && page.rows.length > 0);
			open = isEnd ? [] : fresh.slice(-1);
			const ready = isEnd ? fresh : fresh.slice(0, -1);
			for (const { requestId } of ready) seen.add(requestId);
			yield ready;
			if (isEnd) return;
		}
		first += numbers.length;
	}
	throw tooManyError();
}
