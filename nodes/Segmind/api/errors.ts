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

/** What each reason means for money and for the other items. Segmind bills what it answers with 200, nothing else. */
export const REASONS: Readonly<
	Record<
		Reason,
		{
			readonly billed: 'no' | 'unknown';
			/** Sending again can't pay twice and may succeed. */
			readonly retryable: boolean;
			/** Every other request of the batch would fail alike. */
			readonly stopsBatch: boolean;
		}
	>
> = {
	credential: { billed: 'no', retryable: false, stopsBatch: true },
	credits: { billed: 'no', retryable: false, stopsBatch: true },
	endpoint: { billed: 'no', retryable: false, stopsBatch: true },
	moderation: { billed: 'no', retryable: false, stopsBatch: false },
	network: { billed: 'no', retryable: true, stopsBatch: false },
	rateLimit: { billed: 'no', retryable: true, stopsBatch: false },
	request: { billed: 'no', retryable: false, stopsBatch: false },
	response: { billed: 'unknown', retryable: false, stopsBatch: false },
	server: { billed: 'no', retryable: true, stopsBatch: false },
	uncertain: { billed: 'unknown', retryable: false, stopsBatch: false },
};

export const NOT_BILLED = 'Nothing was billed.';

export const MAY_BE_BILLED =
	'The image may have been made and billed. Check the usage page of your Segmind console before running it again.';

/** What is known about a failed request. */
interface Details {
	readonly statusCode?: number | null;
	readonly requestId?: string | null;
	/** US dollars. */
	readonly remainingCredits?: number | null;
	/** Milliseconds that the server asks to wait. */
	readonly retryAfter?: number | null;
	/** The original error. */
	readonly cause?: unknown;
}

/** A SegmindError as plain data, for the ledger. */
interface ErrorData extends Omit<Required<Details>, 'cause'> {
	readonly reason: Reason;
	readonly message: string;
	readonly description: string;
	readonly attempts: number;
}

/** A request that produced nothing: what happened, what to do next, and what it means for money. */
export class SegmindError extends Error {
	override readonly name: string = 'SegmindError';

	readonly statusCode: number | null;

	readonly requestId: string | null;

	/** US dollars; null when the response did not say. */
	readonly remainingCredits: number | null;

	/** Milliseconds that the server asks to wait; null when it did not say. */
	readonly retryAfter: number | null;

	/** Requests sent for this job; 0 when it failed before anything was sent. */
	attempts = 0;

	/**
	 * @param message what happened, in one line
	 * @param description what to do next, in a sentence or two
	 */
	constructor(
		readonly reason: Reason,
		message: string,
		readonly description: string,
		{ statusCode = null, requestId = null, remainingCredits = null, retryAfter = null, cause }: Details = {},
	) {
		super(message, { cause });
		this.statusCode = statusCode;
		this.requestId = requestId;
		this.remainingCredits = remainingCredits;
		this.retryAfter = retryAfter;
	}

	get billed(): 'no' | 'unknown' {
		return REASONS[this.reason].billed;
	}

	get retryable(): boolean {
		return REASONS[this.reason].retryable;
	}

	get stopsBatch(): boolean {
		return REASONS[this.reason].stopsBatch;
	}

	/** Wraps an error of an expression, a credential or n8n itself, which happens before anything is sent. */
	static from(error: unknown): SegmindError {
		if (error instanceof SegmindError) return error;
		return new SegmindError(
			'request',
			error instanceof Error ? error.message : String(error),
			`Check the item's expressions and the node's credential. Nothing was sent and nothing was billed.`,
			{ cause: error },
		);
	}

	static fromData({ reason, message, description, attempts, ...details }: ErrorData): SegmindError {
		const error = new SegmindError(reason, message, description, details);
		error.attempts = attempts;
		return error;
	}

	toData(): ErrorData {
		const { reason, message, description, attempts } = this;
		const { statusCode, requestId, remainingCredits, retryAfter } = this;
		return { reason, message, description, attempts, statusCode, requestId, remainingCredits, retryAfter };
	}
}

/** A request that is paid for and not fetched yet: a later try fetches it by its id and pays nothing. */
export class PendingError extends SegmindError {
	override readonly name = 'PendingError';

	/** @param link where Segmind has the file, fit for display */
	constructor(message: string, requestId: string, { link, cause }: { link?: string; cause?: unknown } = {}) {
		const where = link === undefined ? '' : ` Segmind has the file at ${link}.`;
		super(
			'uncertain',
			message,
			`Retry within the hour: it is fetched by its request ID, ${requestId}, and not paid for again.${where}`,
			{ requestId, cause },
		);
	}

	override get retryable(): boolean {
		return true;
	}
}

/** A request that the node held back, so it was not billed. */
export class SkippedError extends SegmindError {
	override readonly name = 'SkippedError';

	override get billed(): 'no' {
		return 'no';
	}

	/** Skips a request because another one failed or was skipped. */
	static because(error: SegmindError): SkippedError {
		const { reason, message, description, statusCode, remainingCredits } = error;
		const why =
			error instanceof SkippedError ? message : `Not sent because another request failed: ${message}`;
		return new SkippedError(reason, why, description, {
			statusCode,
			remainingCredits,
			cause: error,
		});
	}
}

/** The request may have gone out, and no whole response came back. */
export const uncertainError = (message: string, cause?: unknown): SegmindError =>
	new SegmindError('uncertain', message, MAY_BE_BILLED, { cause });
