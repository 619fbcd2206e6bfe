/** Why there is no image, in the words that flows branch on. */
export type Cause =
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

/** Whether money may have been spent. Segmind bills an image when it answers 200, and nothing else. */
export type Billed = 'no' | 'unknown';

interface Meaning {
	readonly billed: Billed;
	/** Asking again can't pay twice and may succeed. */
	readonly retryable: boolean;
	/** Every other item of the run would be refused alike. */
	readonly shared: boolean;
}

const MEANINGS: Record<Cause, Meaning> = {
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
};

/** What an answer told besides its refusal. */
export interface RefusalFacts {
	readonly statusCode?: number | null;
	readonly requestId?: string | null;
	/** US dollars. */
	readonly remainingCredits?: number | null;
}

/** No image: what happened, what to do about it, and what it means for money. */
export class Refusal extends Error {
	override readonly name = 'Refusal';

	readonly statusCode: number | null;

	readonly requestId: string | null;

	/** US dollars, null when the answer did not say. */
	readonly remainingCredits: number | null;

	/** Requests sent for this image; 0 when it was refused before anything went out. */
	attempts = 0;

	/**
	 * @param cause why, as a word
	 * @param happened what happened, in one line
	 * @param advice what to do next, in one sentence or two
	 */
	constructor(
		override readonly cause: Cause,
		happened: string,
		readonly advice: string,
		{ statusCode = null, requestId = null, remainingCredits = null }: RefusalFacts = {},
	) {
		super(happened);
		this.statusCode = statusCode;
		this.requestId = requestId;
		this.remainingCredits = remainingCredits;
	}

	get billed(): Billed {
		return MEANINGS[this.cause].billed;
	}

	get retryable(): boolean {
		return MEANINGS[this.cause].retryable;
	}

	get shared(): boolean {
		return MEANINGS[this.cause].shared;
	}

	/** The same refusal for an item that was not sent because it would have met it, too. */
	forUnsent(): Refusal {
		return new Refusal(
			this.cause,
			`Not sent, because an item before it was refused: ${this.message}`,
			this.advice,
			{
				statusCode: this.statusCode,
				remainingCredits: this.remainingCredits,
			},
		);
	}
}
