import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { OptionUser } from '../jobs/optionKinds';
import { optionFields } from '../jobs/options';
import { collection } from '../models/fields';

/** One operation of the node: its fields, and what it does. */
export interface Operation {
	readonly resource: 'account' | 'file' | 'image' | 'model' | 'pixelFlow';
	readonly name: string;
	readonly value: string;
	/** What n8n's node panel calls it. */
	readonly action: string;
	readonly description: string;
	/** What an agent reads when the node is its tool. */
	readonly toolDescription: string;
	/** Shown only for this operation. */
	readonly fields: readonly INodeProperties[];
	/** @throws {NodeApiError | NodeOperationError | SegmindError} when the node stops on errors, or is cancelled */
	execute(context: IExecuteFunctions): Promise<INodeExecutionData[]>;
}

/** Returns the Options of an operation. */
export const optionsField = (user: OptionUser): INodeProperties =>
	collection(
		'Options',
		'options',
		optionFields(user),
		'What this node does besides: files, links, waiting, retries and limits',
	);

/**
 * Returns the Options of an operation with a file. An agent can't receive files, so as a tool the node makes a link, and
 * says no more than an agent needs.
 */
export function optionsFieldsWithLink(user: OptionUser): INodeProperties[] {
	const options = optionsField(user);
	return [
		{ ...options, displayOptions: { hide: { '@tool': [true] } } },
		{
			...options,
			default: { linkExpiry: '1 day', output: 'simplified' },
			displayOptions: { show: { '@tool': [true] } },
		},
	];
}
