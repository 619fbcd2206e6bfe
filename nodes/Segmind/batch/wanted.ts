import type { HistoryRow } from '../api/historyRow';
import type { JsonObject } from '../api/json';
import { asObject } from '../api/json';

/** A request as the history lists it. */
export interface ListedRequest {
	readonly model: string;
	readonly body: JsonObject;
	/** Whether no other request has this body, since its seed was drawn. */
	readonly isUnique: boolean;
	/** False when another run sends another body: an uploaded file has another address in each. */
	readonly isRepeatable?: boolean;
}

/** A request that is looked for in the history. */
export interface Wanted extends ListedRequest {
	/** Milliseconds since the epoch before which it was not sent; null when it may be of any time. */
	readonly since: number | null;
	/** Its id, where a response said it. */
	readonly requestId?: string | null;
	/** Earlier attempts without an id that failed or were lost: as many failed rows that look alike may be theirs. */
	readonly failedBefore?: number;
}

/** Milliseconds by which the clocks of Segmind and of this machine may differ. */
export const CLOCK_SKEW = 2000;

/** Returns whether two values are the same in JSON. Numbers and booleans may be listed as text. */
function isSame(listed: unknown, sent: unknown): boolean {
	if (Array.isArray(sent)) {
		return (
			Array.isArray(listed) &&
			listed.length === sent.length &&
			sent.every((each, index) => isSame(listed[index], each))
		);
	}
	if (typeof sent === 'object' && sent !== null) return hasBody(asObject(listed), asObject(sent));
	return listed !== undefined && String(listed) === String(sent);
}

/** Returns whether a listed body has all that was sent. The API may have added defaults. */
export const hasBody = (listed: JsonObject, sent: JsonObject): boolean =>
	Object.keys(sent).length > 0 && Object.entries(sent).every(([name, value]) => isSame(listed[name], value));

/** Two bodies can only be the same where these are. */
const groupOf = ({ prompt, seed }: JsonObject): string => `${String(prompt)}\n${String(seed)}`;

/** The groups that a listed body may belong to: the API may have added a seed. */
const groupsOf = (body: JsonObject): Set<string> =>
	new Set([groupOf(body), groupOf({ ...body, seed: undefined }), groupOf({})]);

/** Requests that are looked for, grouped so that a row is compared with few of them. */
export class WantedList<W extends Wanted> {
	private readonly groups = new Map<string, Set<W>>();

	private readonly byId = new Map<string, W>();

	size = 0;

	add(wanted: W): void {
		const { body, requestId } = wanted;
		const group = groupOf(body);
		const known = this.groups.get(group);
		if (known === undefined) this.groups.set(group, new Set([wanted]));
		else known.add(wanted);
		if (typeof requestId === 'string') this.byId.set(requestId, wanted);
		this.size += 1;
	}

	/** Takes out the request that a row is about. */
	take(row: HistoryRow): W | undefined {
		const found = this.find(row);
		if (found === undefined) return undefined;
		this.groups.get(groupOf(found.body))?.delete(found);
		if (typeof found.requestId === 'string') this.byId.delete(found.requestId);
		this.size -= 1;
		return found;
	}

	/** Returns the first request that a row is about. */
	find({ requestId, model, body, createdAt }: HistoryRow): W | undefined {
		const named = this.byId.get(requestId);
		if (named !== undefined) return named;
		for (const group of groupsOf(body)) {
			for (const wanted of this.groups.get(group) ?? []) {
				const { since, isUnique } = wanted;
				// What is not unique may be of an earlier run.
				const isInTime =
					isUnique || since === null || (createdAt !== null && createdAt >= since - CLOCK_SKEW);
				const isModel = model === null || model === wanted.model;
				if (isInTime && isModel && hasBody(body, wanted.body)) return wanted;
			}
		}
		return undefined;
	}
}
