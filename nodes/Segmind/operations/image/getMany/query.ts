import type { HistoryQuery } from '../../../api/history';
import { toDay } from '../../../api/history';
import { asObject } from '../../../api/json';
import type { RawParameters } from '../../../jobs/checks';
import {
	invalidValue,
	isEmpty,
	quote,
	toBoolean,
	toEntry,
	toText,
	toWholeNumber,
} from '../../../jobs/checks';
import { SORTS, STATUSES } from './choices';

const DAY = 24 * 60 * 60_000;

/** Days of one query; the API's limit. */
const LONGEST_WINDOW = 31;

/** Days of all queries together: three years. */
const MAX_DAYS = 3 * 366;

/** Days without From; as the API has it. */
const DEFAULT_DAYS = 7;

/** What an item asks for. */
export interface ManyQuery {
	/** Requests at most; Infinity for all. */
	readonly limit: number;
	readonly sort: (typeof SORTS)[number]['value'];
	/** Queries of 31 days at most, in the order of the sort. */
	readonly windows: readonly HistoryQuery[];
	readonly downloadFiles: boolean;
}

/** Returns the day of a date, as the user wrote it. An expression may give a DateTime, a Date or a number. */
function toDate(value: unknown, label: string): string {
	const text = value instanceof Date ? value.toISOString() : String(value).trim();
	const day = /^\d{4}-\d\d-\d\d/.exec(text)?.[0] ?? text;
	const time = /^\d{11,}$/.test(day) ? Number(day) : Date.parse(day);
	if (Number.isNaN(time)) {
		throw invalidValue(
			label,
			`is not a date: ${quote(value)}`,
			'Use a date, e.g. 2026-11-25 or {{ $now.minus(30, "days") }}',
		);
	}
	return toDay(time);
}

/** Splits days into windows that the API takes, the newest first. */
function toWindows(from: string, to: string): Array<Pick<HistoryQuery, 'from' | 'to'>> {
	const windows: Array<Pick<HistoryQuery, 'from' | 'to'>> = [];
	const first = Date.parse(from);
	for (let last = Date.parse(to); last >= first; last -= LONGEST_WINDOW * DAY) {
		const start = Math.max(first, last - (LONGEST_WINDOW - 1) * DAY);
		windows.push({ from: toDay(start), to: toDay(last) });
	}
	return windows;
}

function toModel(value: unknown): string | undefined {
	if (isEmpty(value)) return undefined;
	const model = toText(value, 'Model', 'e.g. flux-1.1-pro').trim();
	if (/^[\w.-]{1,100}$/.test(model)) return model;
	throw invalidValue('Model', 'has characters that no model ID has', "Use letters, digits, '-', '_' and '.'");
}

/**
 * Returns the checked query of an item.
 *
 * @throws {SegmindError} that names the field
 */
export function toManyQuery({ returnAll, limit, filters, options }: RawParameters): ManyQuery {
	const { model, status, from, to } = asObject(filters);
	const { sort: order = 'newest', downloadFiles = false } = asObject(options);
	const sort = toEntry(order, 'Sort', SORTS, ({ value }) => [value]);
	const today = Date.now();
	// In zones ahead of UTC, tomorrow's day has begun.
	const last = isEmpty(to) ? toDay(today + DAY) : toDate(to, 'To');
	const first = isEmpty(from)
		? toDay(Math.min(today, Date.parse(last)) - DEFAULT_DAYS * DAY)
		: toDate(from, 'From');
	const days = (Date.parse(last) - Date.parse(first)) / DAY + 1;
	if (days < 1) throw invalidValue('From', `is after To: ${first} and ${last}`, 'Use an earlier day');
	if (days > MAX_DAYS)
		throw invalidValue('From', `is more than ${MAX_DAYS} days before To`, 'Use a later day');
	const common = {
		model: toModel(model),
		status: isEmpty(status) ? undefined : toEntry(status, 'Status', STATUSES, ({ value }) => [value]).value,
		sort: sort.wire,
	};
	const windows = toWindows(first, last).map((window) => ({ ...common, ...window }));
	return {
		limit: toBoolean(returnAll, 'Return All')
			? Infinity
			: toWholeNumber(limit, 'Limit', { min: 1, max: 1_000_000 }),
		sort: sort.value,
		windows: sort.value === 'oldest' ? windows.toReversed() : windows,
		downloadFiles: toBoolean(downloadFiles, 'Download Files'),
	};
}
