import type { INodeExecutionData } from 'n8n-workflow';

import { requestBalance } from '../../api/account';
import { openerOf } from '../../api/opener';
import { checkItems } from '../../jobs/jobs';
import type { Outcome } from '../../output/output';
import { toOutput } from '../../output/output';
import type { Operation } from '../operation';

/** Requests the balance once and returns it for every item with the same credential. */
export const getCredits: Operation = {
	resource: 'account',
	name: 'Get Credits',
	value: 'getCredits',
	action: 'Get the credits of an account',
	description: 'Return what is left in the account, which costs nothing',
	toolDescription:
		'Returns how many US dollars are left for making images in the Segmind account. Costs nothing.',
	fields: [],
	async execute(context): Promise<INodeExecutionData[]> {
		const open = openerOf(context);
		let balance: ReturnType<typeof requestBalance> | undefined;
		const { checked, failures } = await checkItems(context, async (itemIndex): Promise<Outcome> => {
			const client = await open(itemIndex);
			const json = { ...(await (balance ??= requestBalance(client))) };
			return { itemIndex, item: { json, pairedItem: { item: itemIndex } } };
		});
		return toOutput(context, [...checked, ...failures]);
	},
};
