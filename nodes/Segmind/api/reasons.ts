/** Why a request failed, in the words that workflows branch on (`details.cause` in the output). */
export type Reason =
	| 'credential'
	| 'credits'
	| 'endpoint'
	| 'moderation'
	| 'network'
	| 'rateLimit'
	| 'request'
	| 'response'
	| 'server'
	| 'uncertain';

/**
 * Which other requests would fail alike: none, those to the same endpoint, those that cost as much or more, or all of
 * the batch.
 */
export type Scope = 'nothing' | 'endpoint' | 'price' | 'batch';

/** Whether a failed request was billed. */
export type Billed = 'no' | 'unknown';

/** What each reason means for money and for other requests. Segmind bills what it answers with 200, nothing else. */
export const REASONS: Readonly<
	Record<
		Reason,
		{
			readonly billed: Billed;
			/** Sending again can't pay twice and may succeed. */
			readonly retryable: boolean;
			readonly stops: Scope;
		}
	>
> = {
	credential: { billed: 'no', retryable: false, stops: 'batch' },
	credits: { billed: 'no', retryable: false, stops: 'price' },
	endpoint: { billed: 'no', retryable: false, stops: 'batch' },
	moderation: { billed: 'no', retryable: false, stops: 'nothing' },
	network: { billed: 'no', retryable: true, stops: 'nothing' },
	rateLimit: { billed: 'no', retryable: true, stops: 'nothing' },
	request: { billed: 'no', retryable: false, stops: 'nothing' },
	response: { billed: 'unknown', retryable: false, stops: 'nothing' },
	server: { billed: 'no', retryable: true, stops: 'nothing' },
	uncertain: { billed: 'unknown', retryable: false, stops: 'nothing' },
};
