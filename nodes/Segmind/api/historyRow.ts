import type { SegmindError } from './errors';
import type { JsonObject } from './json';
import { asObject, parseJson, readCost, readNumber } from './json';
import { findOutputs } from './outputs';
import type { QueuedRequest } from './queue';
import { isRequestId } from './queue';
import { isCompleted, isFailed, isPending } from './requestStatus';
import { toSeed, toTime } from './response';
import { failedRequestError } from './responseErrors';
import type { Redact } from './text';
import { errorText, toDisplayText } from './text';

/** What became of a request; null for a status that is not known. */
export type RowStatus = 'COMPLETED' | 'FAILED' | 'PENDING' | null;

/** A request in Segmind's history. No answer of it has been published, so anything may be missing. */
export interface HistoryRow {
	readonly requestId: string;
	readonly model: string | null;
	readonly status: RowStatus;
	/** US dollars. */
	readonly cost: number | null;
	/** The body as it was sent; empty when it is missing. */
	readonly body: JsonObject;
	/** Addresses of its files, which Segmind keeps for seven days. */
	readonly links: readonly string[];
	/** Milliseconds since the epoch, by the clock of this machine. */
	readonly createdAt: number | null;
	/** Seconds. */
	readonly generationTime: number | null;
	/** What Segmind says of a failed one, fit for display. */
	readonly error: string | null;
}

/** Milliseconds; a time so far in the future is of a clock or a zone that is not known. */
const FUTURE = 5 * 60_000;

/** Levels of an answer that are searched for its rows. */
const MAX_DEPTH = 5;

const textOf = (...values: unknown[]): string | undefined =>
	values.find((value): value is string => typeof value === 'string' && value !== '');

function statusOf(fields: JsonObject): RowStatus {
	const status = { status: fields.model_status ?? fields.status };
	if (isCompleted(status)) return 'COMPLETED';
	if (isFailed(status)) return 'FAILED';
	return isPending(status) ? 'PENDING' : null;
}

function readTime(fields: JsonObject, clock: number): number | null {
	const { model_created: created, created_at: createdAt, createdAt: camel, timestamp } = fields;
	const time = toTime(String(created ?? createdAt ?? camel ?? timestamp ?? '')) - clock;
	return Number.isFinite(time) && time < Date.now() + FUTURE ? time : null;
}

/**
 * Returns a row of an answer; undefined for anything without a request id.
 *
 * @param clock milliseconds that Segmind's clock is ahead of this machine's
 */
export function toRow(fields: JsonObject, clock: number, redact: Redact): HistoryRow | undefined {
	const { request_id: id, request_body: sent, generation_url: url, latency_ms: latency, error } = fields;
	const requestId = Number.isSafeInteger(id) ? String(id) : id;
	if (!isRequestId(requestId)) return undefined;
	const body = asObject(typeof sent === 'string' ? parseJson(sent) : sent);
	const milliseconds = readNumber(latency);
	const words =
		error === undefined || error === null ? '' : errorText(Buffer.from(JSON.stringify({ error })), redact);
	const model = textOf(fields.model_name, fields.model);
	return {
		requestId,
		model: model === undefined ? null : toDisplayText(model, redact, 100),
		status: statusOf(fields),
		cost: readCost(fields.credits_deduction),
		body,
		links: findOutputs({ output: url }, {}).flatMap((output) => ('link' in output ? [output.link] : [])),
		createdAt: readTime(fields, clock),
		generationTime: milliseconds === null ? null : milliseconds / 1000,
		error: words === '' ? null : words,
	};
}

/** Returns whether a value is a request of the history. */
export const isListed = (value: unknown): boolean => Object.hasOwn(asObject(value), 'request_id');

/** The values of an answer, the outermost first, down to a depth that no answer reaches. */
export function* valuesIn(answer: unknown): Generator<unknown> {
	let level: unknown[] = [answer];
	for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
		yield* level;
		level = level.flatMap((value) => (Array.isArray(value) ? [] : Object.values(asObject(value))));
	}
}

/** The first list of requests in an answer, or the first empty list where there is none; undefined without a list. */
export function listIn(answer: unknown): unknown[] | undefined {
	const lists = [...valuesIn(answer)].filter((value) => Array.isArray(value));
	return lists.find((list) => list.some(isListed)) ?? lists.find((list) => list.length === 0);
}

/** Returns one row for each request, with the files of all its rows. */
export function mergeRows(rows: readonly HistoryRow[]): HistoryRow[] {
	const merged = new Map<string, HistoryRow>();
	for (const row of rows) {
		const known = merged.get(row.requestId);
		const links = [...new Set([...(known?.links ?? []), ...row.links])];
		merged.set(row.requestId, { ...(known ?? row), links });
	}
	return [...merged.values()];
}

/** Returns the error of a request that the history has as failed. */
export function failedRowError({ error, requestId }: HistoryRow, redact: Redact): SegmindError {
	const body = Buffer.from(JSON.stringify({ error: error ?? 'Segmind gives no reason' }));
	return failedRequestError({ statusCode: 200, headers: {}, body }, redact, requestId);
}

/** Returns a finished request as the queue would have answered. */
export const toQueueFields = ({ model, body, links, cost, generationTime }: HistoryRow): JsonObject => ({
	status: 'COMPLETED',
	model,
	prompt: body.prompt,
	seed: body.seed,
	aspect_ratio: body.aspect_ratio,
	output: links,
	metrics: { cost, inference_time: generationTime },
});

/**
 * Returns a request of the history as a queued one, which is paid for and collected next.
 *
 * @param recovered whether its response was lost; otherwise an earlier run has it
 */
export function toQueuedRequest(row: HistoryRow, recovered: boolean): QueuedRequest {
	const { requestId, createdAt, body, links } = row;
	const seed = toSeed(body.seed);
	return {
		requestId,
		...(createdAt === null ? {} : { submittedAt: createdAt }),
		...(seed === null ? {} : { seed }),
		...(links.length === 0 ? {} : { response: toQueueFields(row) }),
		recovered,
	};
}
