import type { IExecuteFunctions } from 'n8n-workflow';

import { Refusal } from '../segmind/refusal';
import { readRunOptions } from './parameters';
import type { RunSettings, Settings } from './settings';
import { toRunSettings } from './settings';

/** One piece of work to be done: checked, and not yet sent. */
export interface Order<R> {
	readonly itemIndex: number;
	/** Which of its item's images, from 0. */
	readonly imageIndex: number;
	readonly request: R;
	readonly settings: Settings;
}

/** An item that came to nothing. */
export interface Failure {
	readonly itemIndex: number;
	readonly refusal: Refusal;
}

/** All that a run was asked for, checked before anything is spent. */
export interface Plan<R> {
	readonly settings: RunSettings;
	readonly orders: ReadonlyArray<Order<R>>;
	/** Items that can't succeed. */
	readonly failures: readonly Failure[];
}

/** What concerns the whole run, or why it can't be. */
function runSettingsOf(context: IExecuteFunctions): RunSettings | Refusal {
	try {
		return toRunSettings(readRunOptions(context));
	} catch (thrown) {
		return Refusal.from(thrown);
	}
}

/**
 * Reads and checks every item before the first request is sent.
 *
 * @param ordersOf what one item asks for; throws a {@link Refusal} when that can't succeed
 */
export function toPlan<R>(
	context: IExecuteFunctions,
	ordersOf: (itemIndex: number) => ReadonlyArray<Order<R>>,
): Plan<R> {
	const itemIndexes = [...context.getInputData().keys()];
	const settings = runSettingsOf(context);
	if (settings instanceof Refusal) {
		const failures = itemIndexes.map((itemIndex) => ({ itemIndex, refusal: settings }));
		return { settings: toRunSettings({}), orders: [], failures };
	}
	const orders: Array<Order<R>> = [];
	const failures: Failure[] = [];
	for (const itemIndex of itemIndexes) {
		try {
			orders.push(...ordersOf(itemIndex));
		} catch (thrown) {
			failures.push({ itemIndex, refusal: Refusal.from(thrown) });
		}
	}
	return { settings, orders, failures };
}
