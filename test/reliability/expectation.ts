import type { Cause } from './meanings';
import { MEANINGS } from './meanings';
import type { Expected, Setting } from './trial';

/** How the items of a row go out. */
export interface Arrangement {
	/** Which of the items meets the fault. */
	readonly stormIndex: number;
	readonly concurrency: number;
}

/** Items of every row. */
export const ITEMS = 3;

/** Retries that the node is allowed for one image. */
export const MAX_RETRIES = 1;

/** Tries of the whole node under Retry On Fail. */
export const MAX_TRIES = 2;

/**
 * One after the other, the fault in the middle; and under Retry On Fail side by side, the fault first, because n8n
 * looks at no other item to see whether the node is to run again.
 */
export const arrangementOf = ({ retryOnFail }: Setting): Arrangement =>
	retryOnFail ? { stormIndex: 0, concurrency: ITEMS } : { stormIndex: 1, concurrency: 1 };

/** What became of an item. */
export interface Fate {
	/** Why there is no image; undefined for an image. */
	readonly cause: Cause | undefined;
	/** Held back by the node: nothing was sent for it in this try. */
	readonly unsent: boolean;
}

/** What a row must come to. */
export interface Outlook {
	readonly requests: number;
	readonly paid: number;
	readonly fates: readonly Fate[];
	/** The run ends with the refusal, and no item comes out. */
	readonly stops: boolean;
}

const IMAGE: Fate = { cause: undefined, unsent: false };

/** The promise, played through by hand: what was paid is never asked for again, and neither is what is in doubt. */
export function outlookOf(expected: Expected, setting: Setting): Outlook {
	const { stormIndex, concurrency } = arrangementOf(setting);
	const settled: Array<Fate | undefined> = Array.from({ length: ITEMS }, () => undefined);
	let left = expected.lasts ?? Number.POSITIVE_INFINITY;
	let requests = 0;
	let paid = 0;

	const meetFault = (): Fate => {
		const { cause } = expected;
		const retryable = cause !== 'none' && MEANINGS[cause].retryable;
		const tries = expected.requests ?? (retryable ? 1 + MAX_RETRIES : 1);
		for (let attempt = 0; attempt < tries; attempt += 1) {
			requests += 1;
			left -= 1;
			if (left < 0 || expected.paid === true) paid += 1;
			if (left < 0) return IMAGE;
		}
		return cause === 'none' ? IMAGE : { cause, unsent: false };
	};
	const request = (): Fate => {
		requests += 1;
		paid += 1;
		return IMAGE;
	};

	const runOnce = (): Fate[] => {
		let held: Cause | undefined;
		return settled.map((known, index) => {
			if (known !== undefined) return known;
			if (held !== undefined && concurrency === 1) return { cause: held, unsent: true };
			if (paid === expected.affords) return { cause: 'credits', unsent: true };
			const isStorm = expected.meetsAll === true || index === stormIndex;
			const fate = isStorm ? meetFault() : request();
			const { cause } = fate;
			const stops = cause !== undefined && setting.onError === 'stopWorkflow';
			if (isStorm && expected.holds !== undefined) held = expected.holds;
			else if (cause !== undefined && (stops || MEANINGS[cause].shared)) held = cause;
			// An image is kept, and a doubt remembered, for the tries that follow.
			if (cause === undefined || MEANINGS[cause].billed === 'unknown') settled[index] = fate;
			return fate;
		});
	};

	const stopsAt = (fates: readonly Fate[]): boolean =>
		setting.onError === 'stopWorkflow' && fates.some(({ cause }) => cause !== undefined);
	let fates = runOnce();
	for (let round = 1; setting.retryOnFail && round < MAX_TRIES; round += 1) {
		if (!stopsAt(fates) && fates[0]?.cause === undefined) break;
		fates = runOnce();
	}
	return { requests, paid, fates, stops: stopsAt(fates) };
}
