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
	/** Milliseconds that the server asks to wait. */
	readonly retryAfter?: number | null;
}

/** A refusal as plain data, as it can be stored. */
export interface RefusalFields extends Required<RefusalFacts> {
	readonly cause: Cause;
	readonly message: string;
	readonly advice: string;
	/** Requests sent for this image. */
	readonly attempts: number;
}

/** No image: what happened, what to do about it, and what it means for money. */
export class Refusal extends Error {
	override readonly name = 'Refusal';

	readonly statusCode: number | null;

	readonly requestId: string | null;

	/** US dollars, null when the answer did not say. */
	readonly remainingCredits: number | null;

	/** Milliseconds that the server asks to wait, null when it names no time. */
	readonly retryAfter: number | null;

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
		{ statusCode = null, requestId = null, remainingCredits = null, retryAfter = null }: RefusalFacts = {},
	) {
		super(happened);
		this.statusCode = statusCode;
		this.requestId = requestId;
		this.remainingCredits = remainingCredits;
		this.retryAfter = retryAfter;
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

	/** What is no refusal of ours comes from an expression, a credential or n8n itself, before anything was sent. */
	static from(thrown: unknown): Refusal {
		if (thrown instanceof Refusal) return thrown;
		return new Refusal(
			'request',
			thrown instanceof Error ? thrown.message : String(thrown),
			"Check the item's expressions and the node's credential. Nothing was sent and nothing was billed.",
		);
	}

	/** The refusal that these fields were taken from. */
	static of({ cause, message, advice, attempts, ...facts }: RefusalFields): Refusal {
		const refusal = new Refusal(cause, message, advice, facts);
		refusal.attempts = attempts;
		return refusal;
	}

	get fields(): RefusalFields {
		const { cause, message, advice, attempts, statusCode, requestId, remainingCredits, retryAfter } = this;
		return { cause, message, advice, attempts, statusCode, requestId, remainingCredits, retryAfter };
	}

	/** The same refusal for an image that is held back because of it. */
	forUnsent(): Unsent {
		const { cause, message, advice, statusCode, remainingCredits } = this;
		const happened = `Not sent, because another request was refused: ${message}`;
		return new Unsent(cause, happened, advice, { statusCode, remainingCredits });
	}
}

/** What is paid for is not there yet, or could not be fetched: a later try fetches it, and asks for nothing anew. */
export class Awaited extends Refusal {
	override get retryable(): boolean {
		return true;
	}
}

/** The refusal of an image that the node itself held back. */
export class Unsent extends Refusal {
	override forUnsent(): Unsent {
		return this;
	}
}
