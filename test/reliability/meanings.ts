/** What a cause means for money and for the other items, as the design has it. */
export interface Meaning {
	readonly billed: 'no' | 'unknown';
	readonly retryable: boolean;
	/** No other item is sent, since it would fare the same. */
	readonly shared: boolean;
}

/** Typed by hand, so that the node and its examination can't agree on a slip. */
export const MEANINGS = {
	credential: { billed: 'no', retryable: false, shared: true },
	credits: { billed: 'no', retryable: false, shared: true },
	endpoint: { billed: 'no', retryable: false, shared: true },
	moderation: { billed: 'no', retryable: false, shared: false },
	network: { billed: 'no', retryable: true, shared: false },
	rateLimit: { billed: 'no', retryable: true, shared: false },
	request: { billed: 'no', retryable: false, shared: false },
	response: { billed: 'unknown', retryable: false, shared: false },
	server: { billed: 'no', retryable: true, shared: false },
	uncertain: { billed: 'unknown', retryable: false, shared: false },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Why there is no image. */
export type Cause = keyof typeof MEANINGS;
