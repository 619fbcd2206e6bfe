import type { INodeExecutionData } from 'n8n-workflow';

import { requestBalance } from '../../api/account';
import { SegmindClient } from '../../api/client';
import { SegmindError } from '../../api/errors';
import { stopsOnError, toOutput } from '../../output/output';
import type { Operation } from '../operation';

/** Requests the balance once and returns it for every item. */
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
		const balance = await SegmindClient.open(context).then(requestBalance).catch(SegmindError.from);
		const outcomes = [...context.getInputData().keys()].map((itemIndex) =>
			balance instanceof SegmindError
				? { itemIndex, error: balance }
				: { itemIndex, item: { json: { ...balance }, pairedItem: { item: itemIndex } } },
		);
		return toOutput(context, outcomes, stopsOnError(context));
	},
};
