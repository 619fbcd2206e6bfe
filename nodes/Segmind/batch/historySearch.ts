import { SegmindError } from '../api/errors';
import { dayBefore, HISTORY_TIMEOUT, readHistory, requestPage } from '../api/history';
import type { HistoryRow } from '../api/historyRow';
import type { Opener } from '../api/opener';
import { RECORD_LIFETIME } from '../api/poll';
import { wait } from '../api/wait';
import { retryFree } from './retry';
import type { Wanted } from './wanted';
import { CLOCK_SKEW, WantedList } from './wanted';

/** Milliseconds between two looks: at first, and at most. Requests that are looked for at the same time share a look. */
const FIRST_GAP = 1000;
const LONGEST_GAP = 5000;

/**
 * Milliseconds for which a request may be missing in the history after its response was lost: rows may appear late.
 */
export const LONGEST_DELAY = 30_000;

/** Seconds for a page that a job waits for, and which is not asked for again. */
const LOOK_TIMEOUT = 5;

/** Milliseconds of failed looks after which the history counts as unreadable: what lost a response may still go on. */
const GIVE_UP_AFTER = 10_000;

/** Milliseconds for which Segmind keeps files. */
export const FILE_LIFETIME = 7 * 24 * 60 * 60_000;

/**
 * What is known of a request: finished with files, made without any that are known yet, still being made, or failed;
 * undefined when its row says nothing.
 */
function outcomeOf({
	status,
	links,
	createdAt,
}: HistoryRow): 'finished' | 'made' | 'pending' | 'failed' | undefined {
	if (status === 'FAILED') return 'failed';
	if (links.length > 0) return 'finished';
	if (status === 'PENDING') return 'pending';
	// What has no file, such as text, only the queue has, for about an hour.
	return status === 'COMPLETED' && Date.now() - (createdAt ?? 0) < RECORD_LIFETIME ? 'made' : undefined;
}

/** How long a request is looked for, in milliseconds on the clock of `performance`. */
interface Deadlines {
	/** Until when it may be missing. */
	readonly missingUntil: number;
	/** Until when it may be pending. */
	readonly pendingUntil: number;
}

/** A search that goes on. */
interface Search extends Deadlines {
	wanted: Wanted;
	readonly startedAt: number;
	/** Whether a request that looks alike still waits for its own response. */
	readonly isAmbiguous: () => boolean;
	/** Failed rows that look alike. */
	failed: number;
	/** The row as it was last seen. */
	row: HistoryRow | undefined;
	readonly end: (row: HistoryRow | undefined) => void;
}

/** Finds requests in Segmind's history. Each row is given once. */
export class HistorySearch {
	/** Why the history could not be read, although it was asked again. It is not asked any more in this run. */
	unreadable: SegmindError | undefined;

	/** Since when every look has failed. */
	private failingSince: number | undefined;

	/** Milliseconds that the server asks to wait before the next look. */
	private retryAfter = 0;

	/** Ids of requests whose results this run has. */
	private readonly given = new Set<string>();

	private readonly searches = new Set<Search>();

	private isLooking = false;

	private lastLook = -Infinity;

	constructor(
		private readonly open: Opener,
		private readonly cancelled: AbortSignal | undefined,
	) {}

	/** Records a request whose result this run has, so that its row is given to no other. */
	claim(requestId: string | null): void {
		if (requestId !== null) this.given.add(requestId);
	}

	/**
	 * Looks for a request until its outcome is known, or there is no more time. All that wait share each look.
	 *
	 * @returns its row, which may be pending; undefined when it is not found, or the history can't be read
	 */
	async find(
		wanted: Wanted,
		deadlines: Deadlines,
		isAmbiguous = (): boolean => false,
	): Promise<HistoryRow | undefined> {
		if (this.unreadable !== undefined) return undefined;
		return await new Promise((end) => {
			this.searches.add({
				...deadlines,
				wanted,
				startedAt: performance.now(),
				isAmbiguous,
				failed: 0,
				row: undefined,
				end,
			});
			if (!this.isLooking) void this.look();
		});
	}

	/**
	 * Looks once for requests of the last seven days, newest first.
	 *
	 * @returns the rows of those that are finished or pending
	 * @throws {SegmindError} when the history can't be read, or has more than 20,000 requests of a model
	 */
	async findAll<W extends Wanted>(wanted: readonly W[]): Promise<Map<W, HistoryRow>> {
		const found = new Map<W, HistoryRow>();
		const from = dayBefore(Date.now() - FILE_LIFETIME);
		const all = groupByModel(wanted);
		for (const [model, list] of groupByModel(wanted)) {
			for await (const rows of this.rows(model, from, true)) {
				for (const row of rows) {
					if (this.given.has(row.requestId)) continue;
					const outcome = outcomeOf(row);
					const isUsable = outcome !== undefined && outcome !== 'failed';
					const match = isUsable ? list.take(row) : all.get(model)?.find(row);
					if (match === undefined) continue;
					// What has failed before must not be taken for a request that is sent next.
					this.given.add(row.requestId);
					if (isUsable) found.set(match, row);
				}
				if (list.size === 0) break;
			}
		}
		return found;
	}

	private async *rows(model: string, from: string, retries: boolean): AsyncGenerator<readonly HistoryRow[]> {
		const client = await this.open(0);
		const query = { model, from };
		yield* readHistory(async (page) => {
			const request = async (timeout: number) => await requestPage(client, query, page, timeout);
			return retries
				? await retryFree(async () => await request(HISTORY_TIMEOUT), this.cancelled)
				: await request(LOOK_TIMEOUT);
		});
	}

	/** Looks again and again, as long as anything is looked for. */
	private async look(): Promise<void> {
		this.isLooking = true;
		while (this.searches.size > 0) {
			await wait(this.lastLook + this.gap - performance.now(), this.cancelled);
			this.lastLook = performance.now();
			const isOver = this.cancelled?.aborted === true;
			if (!isOver) await this.tryLook();
			for (const search of this.searches) {
				const { row, missingUntil, pendingUntil } = search;
				const until = row?.status === 'PENDING' ? Math.max(missingUntil, pendingUntil) : missingUntil;
				// A look that failed has not shown that a request is missing.
				const isLate = this.failingSince === undefined && performance.now() >= until;
				if (isOver || this.unreadable !== undefined || isLate) this.end(search, row);
			}
		}
		this.isLooking = false;
	}

	private async tryLook(): Promise<void> {
		try {
			await this.lookOnce();
			[this.failingSince, this.retryAfter] = [undefined, 0];
		} catch (thrown) {
			const error = SegmindError.from(thrown);
			const now = performance.now();
			this.failingSince ??= now;
			this.retryAfter = error.retryAfter ?? 0;
			const isFinal = !error.retryable || now + this.gap > this.failingSince + GIVE_UP_AFTER;
			if (isFinal && this.cancelled?.aborted !== true) this.unreadable = error;
		}
	}

	private end(search: Search, row: HistoryRow | undefined): void {
		this.searches.delete(search);
		search.end(row);
	}

	/** Milliseconds between two looks: short while something is new. */
	private get gap(): number {
		const newest = Math.max(...[...this.searches].map(({ startedAt }) => startedAt));
		const usual = Math.min(LONGEST_GAP, Math.max(FIRST_GAP, (performance.now() - newest) / 2));
		return Math.max(usual, this.retryAfter);
	}

	private async lookOnce(): Promise<void> {
		const clear = [...this.searches].filter(({ isAmbiguous }) => !isAmbiguous());
		const searches = new Map(clear.map((search) => [search.wanted, search]));
		const ids = new Set(clear.map(({ wanted }) => wanted.requestId));
		for (const [model, list] of groupByModel([...searches.keys()])) {
			const since = Math.min(...[...searches.keys()].map((each) => each.since ?? Date.now()));
			for await (const rows of this.rows(model, dayBefore(since), false)) {
				for (const row of rows) {
					const isGiven = this.given.has(row.requestId) && !ids.has(row.requestId);
					const match = isGiven ? undefined : list.take(row);
					if (match !== undefined) this.found(searches.get(match)!, row);
				}
				const oldest = rows.at(-1)?.createdAt ?? -Infinity;
				if (list.size === 0 || oldest < since - CLOCK_SKEW) break;
			}
		}
	}

	private found(search: Search, row: HistoryRow): void {
		const outcome = outcomeOf(row);
		this.given.add(row.requestId);
		const { requestId, failedBefore = 0 } = search.wanted;
		if (outcome === 'failed' && requestId !== row.requestId && search.failed < failedBefore) {
			search.failed += 1;
			return;
		}
		if (outcome === 'finished' || outcome === 'failed') return this.end(search, row);
		// From now on it is known by its id.
		search.wanted = { ...search.wanted, requestId: row.requestId };
		if (outcome !== undefined) search.row = row;
	}
}

function groupByModel<W extends Wanted>(wanted: readonly W[]): Map<string, WantedList<W>> {
	const models = new Map<string, WantedList<W>>();
	for (const each of wanted) {
		const list = models.get(each.model) ?? new WantedList<W>();
		models.set(each.model, list);
		list.add(each);
	}
	return models;
}
