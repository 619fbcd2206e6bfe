import { NOT_BILLED, SegmindError } from './errors';
import { CHECK_URL } from './responseRows';

/** Returns the error of a call that is free: it is never billed, and another prompt would change nothing. */
export function toFreeCallError(error: unknown): unknown {
	if (!(error instanceof SegmindError)) return error;
	// The address has no model in it.
	if (error.reason === 'endpoint') error.description = CHECK_URL;
	if (error.billed === 'no' && error.reason !== 'server') return error;
	const { message, statusCode, requestId, retryAfter } = error;
	const details = { statusCode, requestId, retryAfter, cause: error };
	return new SegmindError('server', message, `Try again later. ${NOT_BILLED}`, details);
}
