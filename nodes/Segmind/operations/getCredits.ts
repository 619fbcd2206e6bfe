import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { toOutput } from '../item/outcome';
import { requestBalance } from '../segmind/account';
import { Refusal } from '../segmind/refusal';
import { openSegmind } from '../segmind/segmind';

/** account: getCredits. The balance is asked for once and told to every item. */
export async function getCredits(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const balance = await openSegmind(context).then(requestBalance).catch(Refusal.from);
	const outcomes = [...context.getInputData().keys()].map((itemIndex) =>
		balance instanceof Refusal
			? { itemIndex, refusal: balance }
			: { itemIndex, item: { json: { ...balance }, pairedItem: { item: itemIndex } } },
	);
	return toOutput(context, outcomes);
}
