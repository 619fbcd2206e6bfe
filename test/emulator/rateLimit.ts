/**
 * How requests are counted:
 * - `fixed`: in windows that start with the first request after the last window.
 * - `clock`: in windows that follow the clock.
 * - `sliding`: in the time before each request.
 */
export type Windows = 'fixed' | 'clock' | 'sliding';

/** So many requests in so many milliseconds. */
export interface RateLimitOptions {
	readonly requests: number;
	readonly window: number;
	/** `fixed` when left out. */
	readonly windows?: Windows;
	/** Where a refusal says when the next request fits: in the header (default), in the text of its body, or nowhere. */
	readonly tells?: 'header' | 'body' | 'nothing';
}

/** A rate limit that counts requests. All times are in milliseconds on one clock. */
export class RateLimit {
	private passed: number[] = [];

	private windowStart = -Infinity;

	constructor(readonly options: RateLimitOptions) {}

	/** Counts a request. Returns the response when it is refused, undefined when it passes. */
	refuse(now: number): [status: number, body: unknown, headers: Record<string, string>] | undefined {
		const reset = this.take(now);
		if (reset === undefined) return undefined;
		const error = 'Too Many Requests';
		switch (this.options.tells) {
			case 'nothing':
				return [429, { error }, {}];
			case 'body':
				return [429, { error: `${error}. Try again in ${((reset - now) / 1000).toFixed(2)} seconds.` }, {}];
			default:
				return [429, { error }, { 'x-rate-limit-reset-at-utc': new Date(reset).toISOString() }];
		}
	}

	/** Counts a request. Returns when the next one fits if this one is refused; undefined if it passes. */
	take(now: number): number | undefined {
		const { requests, window, windows = 'fixed' } = this.options;
		if (windows === 'sliding') this.windowStart = now - window;
		else if (windows === 'clock') this.windowStart = Math.floor(now / window) * window;
		else if (now >= this.windowStart + window) this.windowStart = now;
		this.passed = this.passed.filter((time) =>
			windows === 'sliding' ? time > this.windowStart : time >= this.windowStart,
		);
		const [oldest] = this.passed;
		if (oldest === undefined || this.passed.length < requests) {
			this.passed.push(now);
			return undefined;
		}
		return (windows === 'sliding' ? oldest : this.windowStart) + window;
	}
}
