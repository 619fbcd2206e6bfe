import type { JsonObject } from './json';
import type { Redact } from './text';
import { toDisplayText } from './text';

const COMPLETED = /^\s*(completed?|done|finished|succeeded|success)\s*$/i;
const FAILED = /^\s*(failed|failure|error|cancell?ed)\s*$/i;

const PENDING = /^\s*(in[ _-]?)?(queued?|pending|process(ing)?|progress|start(ing|ed)|running|waiting)\s*$/i;

/** Returns whether a queued request is finished. */
export const isCompleted = ({ status }: JsonObject): boolean => COMPLETED.test(String(status));

/** Returns whether a queued request will produce nothing. */
export const isFailed = ({ status }: JsonObject): boolean => FAILED.test(String(status));

/** Returns whether a queued request is known to go on. */
export const isPending = ({ status }: JsonObject): boolean => PENDING.test(String(status));

/** Returns a status fit for display. */
export function statusText({ status }: JsonObject, redact: Redact): string {
	if (status === undefined || status === null) return 'none';
	return toDisplayText(typeof status === 'string' ? status : JSON.stringify(status), redact, 60);
}
