/** Milliseconds; a server's clock that differs by less is taken to be ours, since its Date has no finer unit. */
const SAME_CLOCK = 2000;

const DAY = 24 * 60 * 60 * 1000;

/** A number is a time in seconds from this on, and in milliseconds when it is a thousand times larger. */
const FIRST_EPOCH_SECOND = 1_000_000_000;

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** Milliseconds since the epoch, from ISO with or without a zone (then UTC), seconds or milliseconds. */
function toTime(text: string): number | null {
	if (/^\d+(\.\d+)?$/.test(text)) {
		const number = Number(text);
		if (number < FIRST_EPOCH_SECOND) return null;
		return number < FIRST_EPOCH_SECOND * 1000 ? number * 1000 : number;
	}
	const time = Date.parse(WITHOUT_ZONE.test(text) ? `${text.replace(' ', 'T')}Z` : text);
	return Number.isNaN(time) ? null : time;
}

const textOf = (header: unknown): string => (typeof header === 'string' ? header.trim() : '');

/** Milliseconds since the epoch by the server's clock, so that a clock that is wrong here or there does no harm. */
function serverNow(date: unknown): number {
	const told = Date.parse(textOf(date));
	const here = Date.now();
	return Number.isNaN(told) || Math.abs(told - here) < SAME_CLOCK ? here : told;
}

/**
 * How long the server asks to wait, from Retry-After or `x-rate-limit-reset-at-utc`.
 *
 * @returns milliseconds; null when it names no time, or one that is past or more than a day away
 */
export function toRetryAfter(headers: Readonly<Record<string, unknown>>): number | null {
	const after = textOf(headers['retry-after']);
	const reset = textOf(headers['x-rate-limit-reset-at-utc']);
	const now = serverNow(headers.date);
	const times = [
		/^\d{1,9}$/.test(after) ? Number(after) * 1000 : (toTime(after) ?? Number.NaN) - now,
		(toTime(reset) ?? Number.NaN) - now,
	];
	return times.find((time) => time >= 0 && time <= DAY) ?? null;
}
