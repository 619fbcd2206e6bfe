import { randomUUID } from 'node:crypto';

import type { Answer } from './catalog';
import type { Drawing } from './draw';
import type { WireResponse } from './wire';
import { html, jsonResponse } from './wire';

/** How the request history answers. No answer of Segmind's has been published, so every shape must do. */
export interface HistoryOptions {
	/** `on` when left out; anything else is a history that can't be read. */
	readonly state?: 'on' | 'empty' | 'absent' | 'unauthorized' | 'broken' | 'silent' | 'page' | 'malformed';
	/** Milliseconds after which a request appears. */
	readonly lag?: number;
	/** The field that holds the rows, a path with dots; `''` for a bare list. */
	readonly wrapper?: string;
	/** Whether `request_body` is JSON text. */
	readonly bodyAsText?: boolean;
	/** Keys that no row has. */
	readonly omit?: readonly string[];
	/** How often each request is listed, as one with several outputs is. */
	readonly copies?: number;
	/** How timestamps are written. */
	readonly time?: 'iso' | 'withoutZone' | 'seconds';
	/** Milliseconds by which the clock of Segmind differs. */
	readonly clock?: number;
	/** Whether files are gone, as they are after seven days. */
	readonly filesGone?: boolean;
}

/** A request that the history knows. */
export interface Listed {
	readonly id: string;
	readonly model: string;
	readonly body: Readonly<Record<string, unknown>>;
	/** US dollars. */
	readonly price: number;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly endsAt: number;
	readonly outcome: 'COMPLETED' | 'FAILED';
	readonly error?: string;
	readonly drawing?: Drawing;
	/** What the model answers with; an image when left out. */
	readonly answer?: Answer | undefined;
}

export const HISTORY_PATH = '/inference-request/request-history';

const DAY = 24 * 60 * 60_000;
const LONGEST_WINDOW = 31 * DAY;
const LARGEST_PAGE = 100;
/** What `sort_by` sorts by. */
const SORTS: Readonly<Record<string, (row: Listed) => string | number>> = {
	model_created: ({ startedAt }) => startedAt,
	model_name: ({ model }) => model,
	credits_deduction: ({ price }) => price,
};

/** The names of a request's files, as the queue gives them. */
function filesOf({ id, drawing, answer = 'image' }: Listed): string[] {
	const format = drawing?.output_format ?? 'webp';
	if (answer === 'json') return [];
	if (answer === 'video') return [`${id}.mp4`];
	return answer === 'images' ? [1, 2, 3].map((index) => `${id}_${index}.${format}`) : [`${id}.${format}`];
}

const badRequest = (error: string): WireResponse => jsonResponse(400, { error });

/** Segmind's record of all requests, as it answers through HTTP. */
export class History {
	options: HistoryOptions = {};

	readonly rows: Listed[] = [];

	constructor(private readonly url: () => string) {}

	add(row: Listed): void {
		this.rows.push(row);
	}

	/** Adds requests of other members of the team, with a second between them. */
	addTeammates(count: number, model: string): void {
		const now = Date.now();
		for (let index = 0; index < count; index += 1) {
			const startedAt = now - (index + 1) * 1000;
			const body = { prompt: `someone else's ${index}`, seed: index };
			const row = { id: randomUUID(), model, body, price: 0.05, startedAt, endsAt: startedAt };
			this.rows.push({ ...row, outcome: 'COMPLETED' });
		}
	}

	clear(): void {
		this.rows.length = 0;
	}

	/** Returns the response to a path; undefined where the connection breaks or nothing ever comes. */
	respond(path: string, query: URLSearchParams): WireResponse | 'break' | 'hang' {
		switch (this.options.state) {
			case 'absent':
				return jsonResponse(404, { error: 'The requested URL does not exist' });
			case 'empty':
				return jsonResponse(404, { error: 'No requests found for the user' });
			case 'unauthorized':
				return jsonResponse(401, { error: 'Unauthorized. API key is invalid or may have expired...' });
			case 'broken':
				return 'break';
			case 'silent':
				return 'hang';
			case 'page':
				return { ...jsonResponse(200, ''), body: Buffer.from(html('Welcome')) };
			case 'malformed':
				return jsonResponse(200, { results: [7, 'x', { id: null }], next: { data: [[]] } });
			default:
				return path === HISTORY_PATH ? this.list(query) : this.one(path.slice(HISTORY_PATH.length + 1));
		}
	}

	private one(id: string): WireResponse {
		const found = this.visible().find((row) => row.id === id);
		if (found === undefined) return jsonResponse(404, { error: 'Request not found' });
		return jsonResponse(200, this.wrap(this.toJson(found, this.filesIn(found)[0] ?? null)));
	}

	private list(query: URLSearchParams): WireResponse {
		const page = Number(query.get('page') ?? 1);
		const size = Number(query.get('per_page') ?? 20);
		if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) return badRequest('per_page: 1 to 100');
		if (!Number.isInteger(page) || page < 1) return badRequest('page must be positive');
		const from = Date.parse(
			query.get('from_date') ?? new Date(Date.now() - 7 * DAY).toISOString().slice(0, 10),
		);
		const to =
			Date.parse(query.get('to_date') ?? new Date(Date.now() + DAY).toISOString().slice(0, 10)) + DAY;
		if (!(to - from <= LONGEST_WINDOW + DAY) || to <= from) return badRequest('window: 31 days at most');
		const keyOf = SORTS[query.get('sort_by') ?? 'model_created'];
		if (keyOf === undefined) return badRequest(`sort_by: ${Object.keys(SORTS).join(', ')}`);
		const sign = query.get('sort_order') === 'asc' ? 1 : -1;
		const status = query.get('status');
		const model = query.get('model_name') ?? '';
		const { copies = 1 } = this.options;
		const rows = this.visible()
			.filter(
				(row) =>
					row.model.includes(model) &&
					(status === null || this.statusOf(row) === status) &&
					row.startedAt >= from &&
					row.startedAt < to,
			)
			.toSorted((one, other) => sign * (keyOf(one) < keyOf(other) ? -1 : 1))
			// Each has a row at least, so those further down can't be on this page.
			.slice(0, page * size)
			.flatMap((row) => {
				const pairs = this.filesIn(row).map((file) => [row, file] as const);
				return copies === 1 ? pairs : Array.from({ length: copies }, () => pairs).flat();
			})
			.slice((page - 1) * size, page * size)
			.map(([row, file]) => this.toJson(row, file));
		return jsonResponse(200, this.wrap(rows));
	}

	private visible(): Listed[] {
		const latest = Date.now() - (this.options.lag ?? 0);
		return this.rows.filter(({ startedAt }) => startedAt <= latest);
	}

	private statusOf({ endsAt, outcome }: Listed): string {
		return Date.now() < endsAt ? 'PENDING' : outcome;
	}

	private wrap(value: unknown): unknown {
		const { wrapper = 'results' } = this.options;
		const path = wrapper === '' ? [] : wrapper.split('.');
		return path.reduceRight<unknown>((inner, name) => ({ [name]: inner, message: 'ok' }), value);
	}

	private timeOf(time: number): string | number {
		const iso = new Date(time + (this.options.clock ?? 0)).toISOString();
		if (this.options.time === 'seconds') return Date.parse(iso) / 1000;
		return this.options.time === 'withoutZone' ? iso.replace('Z', '') : iso;
	}

	/** The files of a request, each of which has a row; null stands for the row of a request without files. */
	private filesIn(row: Listed): ReadonlyArray<string | null> {
		const files = this.statusOf(row) === 'COMPLETED' ? filesOf(row) : [];
		return files.length === 0 ? [null] : files;
	}

	private toJson(row: Listed, file: string | null): object {
		const { bodyAsText = false, omit = [] } = this.options;
		const status = this.statusOf(row);
		const isDone = status === 'COMPLETED';
		const fields = {
			request_id: row.id,
			model_name: row.model,
			model_status: status,
			credits_deduction: isDone ? row.price : 0,
			request_body: bodyAsText ? JSON.stringify(row.body) : row.body,
			generation_url: file === null ? null : `${this.url()}/files/${file}`,
			latency_ms: status === 'PENDING' ? null : row.endsAt - row.startedAt,
			model_created: this.timeOf(row.startedAt),
			error: status === 'FAILED' ? (row.error ?? 'The worker stopped') : null,
		};
		return Object.fromEntries(Object.entries(fields).filter(([name]) => !omit.includes(name)));
	}
}
