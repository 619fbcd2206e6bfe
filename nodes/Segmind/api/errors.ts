import type { Billed, Reason, Scope } from './reasons';
import { REASONS } from './reasons';

/** Ends the description of an error that cost nothing. */
export const NOT_BILLED = 'Nothing was billed.';

/** What to do when it is unknown whether a request was billed. */
export const MAY_BE_BILLED =
	'The result may have been made and billed. Check the usage page of your Segmind console before running it again.';

/** What is known about a failed request. */
interface Details {
	readonly statusCode?: number | null;
	readonly requestId?: string | null;
	/** US dollars. */
	readonly remainingCredits?: number | null;
	/** Milliseconds that the server asks to wait. */
	readonly retryAfter?: number | null;
	/** The reason's own when left out. */
	readonly billed?: Billed;
	/** The reason's own when left out. */
	readonly stops?: Scope;
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

	/** A free operation sets it to `no`. */
	billed: Billed;

	readonly stops: Scope;

	/** Requests sent for this job; 0 when it failed before anything was sent. */
	attempts = 0;

	/**
	 * @param message what happened, in one line
	 * @param description what to do next, in a sentence or two; an operation that knows more may replace it
	 */
	constructor(
		readonly reason: Reason,
		message: string,
		public description: string,
		details: Details = {},
	) {
		super(message, { cause: details.cause });
		this.statusCode = details.statusCode ?? null;
		this.requestId = details.requestId ?? null;
		this.remainingCredits = details.remainingCredits ?? null;
		this.retryAfter = details.retryAfter ?? null;
		this.billed = details.billed ?? REASONS[reason].billed;
		this.stops = details.stops ?? REASONS[reason].stops;
	}

	get retryable(): boolean {
		return REASONS[this.reason].retryable;
	}

	/** What to do next, without what it says about billing: that may differ for another request. */
	get advice(): string {
		return this.description.replace(NOT_BILLED, '').replace(MAY_BE_BILLED, '').trim();
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
		const { reason, message, description, attempts, billed, stops } = this;
		const { statusCode, requestId, remainingCredits, retryAfter } = this;
		const outcome = { reason, message, description, attempts, billed, stops };
		return { ...outcome, statusCode, requestId, remainingCredits, retryAfter };
	}
}

/** What a PendingError stands for. */
interface PendingDetails extends Pick<Details, 'statusCode' | 'stops' | 'cause'> {
	/** `uncertain` when left out. */
	readonly reason?: Reason;
	/** What to do before the next try. */
	readonly advice?: string;
	/** Where Segmind has the file, fit for display. */
	readonly link?: string;
}

function nextTry(requestId: string | null, reason: Reason): string {
	if (requestId === null) return 'Retry: it is read again and not paid for again.';
	return reason === 'response'
		? `A retry does not pay for it again; its request ID is ${requestId}.`
		: `Retry within the hour: it is fetched by its request ID, ${requestId}, and not paid for again.`;
}

/** What to do where no later try knows the request. */
function withoutRetry(requestId: string | null, isFetchable: boolean): string {
	const paysAgain = 'Running this node again pays for it again';
	if (requestId === null) return `${paysAgain}.`;
	if (!isFetchable) return `${paysAgain}; its request ID is ${requestId}.`;
	return `Fetch it with Image: Get Result by its request ID, ${requestId}, which is free. ${paysAgain}.`;
}

const toSentences = (advice: string, next: string, link: string | undefined): string =>
	[advice, next, link === undefined ? '' : `Segmind has the file at ${link}.`]
		.filter((sentence) => sentence !== '')
		.join(' ');

/** A request that is paid for and not fetched yet: a later try fetches it by its id and pays nothing. */
export class PendingError extends SegmindError {
	override readonly name = 'PendingError';

	private readonly firstStep: string;

	private readonly link: string | undefined;

	/** Whether a new run finds it, by its idempotency key. */
	isKeyed = false;

	/** Whether Get Result finds it. */
	isFetchable: boolean;

	/** @param requestId null when n8n has the result and could not read it */
	constructor(message: string, requestId: string | null, details: PendingDetails = {}) {
		const { reason = 'uncertain', advice = '', link, ...rest } = details;
		const description = toSentences(advice, nextTry(requestId, reason), link);
		super(reason, message, description, { ...rest, requestId, billed: 'unknown' });
		this.firstStep = advice;
		this.link = link;
		this.isFetchable = reason !== 'response';
	}

	/** What to do where no later try knows the request: only its id leads back to the result. */
	get descriptionWithoutRetry(): string {
		return toSentences(this.firstStep, withoutRetry(this.requestId, this.isFetchable), this.link);
	}

	/** A request that can't be fetched until what caused this error is mended. */
	static because(error: SegmindError, requestId: string): PendingError {
		const { message, reason, statusCode, stops, advice } = error;
		return new PendingError(message, requestId, { reason, statusCode, stops, advice, cause: error });
	}

	override get advice(): string {
		return this.firstStep;
	}

	/** Fetching is free. It fails again where every request fails alike, or the file can't be taken. */
	override get retryable(): boolean {
		return this.reason === 'uncertain';
	}
}

/** A request that the node held back, so it was not billed. */
export class SkippedError extends SegmindError {
	override readonly name = 'SkippedError';

	override billed: Billed = 'no';

	/** Skips a request because another one failed or was skipped. */
	static because(error: SegmindError): SkippedError {
		const { reason, message, advice, statusCode, remainingCredits, stops } = error;
		const why =
			error instanceof SkippedError ? message : `Not sent because another request failed: ${message}`;
		const details = { statusCode, remainingCredits, stops, cause: error };
		return new SkippedError(reason, why, `${advice} ${NOT_BILLED}`.trimStart(), details);
	}

	/** It may succeed when it is sent, unless it would fail like the one that stopped it. */
	override get retryable(): boolean {
		return this.stops === 'nothing';
	}
}

/** The request may have gone out, and no whole response came back. */
export const uncertainError = (message: string, cause?: unknown): SegmindError =>
	new SegmindError('uncertain', message, MAY_BE_BILLED, { cause });
