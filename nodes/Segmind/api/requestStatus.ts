import type { JsonObject } from './json';
import type { Redact } from './text';
import { toDisplayText } from './text';

const COMPLETED = /^\s*(completed?|done|finished|succeeded|success)\s*$/i;
const FAILED =
	/^\s*(failed|failure|error(ed)?|cancell?ed|timed?[ _-]?out|expired|rejected|aborted|terminated|crashed)\s*$/i;

const PENDING = /^\s*(in[ _-]?)?(queued?|pending|process(ing)?|progress|start(ing|ed)|running|waiting)\s*$/i;

/** The status, by either of the names that APIs give it. */
const statusOf = ({ status, state }: JsonObject): unknown => status ?? state;

/** Returns whether a queued request is finished. */
export const isCompleted = (fields: JsonObject): boolean => COMPLETED.test(String(statusOf(fields)));

/** Returns whether a queued request will produce nothing. */
export const isFailed = (fields: JsonObject): boolean => FAILED.test(String(statusOf(fields)));

/** Returns whether a queued request is known to go on. */
export const isPending = (fields: JsonObject): boolean => PENDING.test(String(statusOf(fields)));

/** Returns a status fit for display. */
export function statusText(fields: JsonObject, redact: Redact): string {
	const status = statusOf(fields);
	if (status === undefined || status === null) return 'none';
	return toDisplayText(typeof status === 'string' ? status : JSON.stringify(status), redact, 60);
}
