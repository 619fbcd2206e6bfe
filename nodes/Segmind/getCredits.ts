import { requestBalance } from './account';
import type { Balance } from './account';
import type { Operation } from './batch';

/** account: getCredits. The balance is asked for once and told to every item. */
export const getCredits: Operation = ({ segmind }) => {
	let balance: Promise<Balance> | undefined;
	return async (itemIndex) => {
		balance ??= segmind().then(requestBalance);
		return [{ json: { ...(await balance) }, pairedItem: { item: itemIndex } }];
	};
};
