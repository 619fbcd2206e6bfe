import type { IConnections, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import type { Execution } from './n8n';

export const TRIGGER = 'When clicking ‘Execute workflow’';

/** The settings of a node that n8n tries up to three times. */
export const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

/** A response that Segmind bills nothing for. */
export const MODERATED = { status: 422, body: { error: 'Blocked by the content filter' } };

export function nodeOf(
	name: string,
	type: string,
	parameters: IDataObject = {},
	rest: Partial<INode> = {},
): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters, ...rest } as INode;
}

/** A trigger that runs the workflow for each POST to this path, and responds with the items of the last node. */
export function webhookOf(path: string): INode {
	const response = { responseMode: 'lastNode', responseData: 'allEntries', options: {} };
	const parameters = { httpMethod: 'POST', path, ...response };
	return nodeOf('Webhook', 'n8n-nodes-base.webhook', parameters, { typeVersion: 2, webhookId: path });
}

/** Two nodes, List and Rows, that make one item of each prompt, as a sheet does. */
export function rowsOf(...prompts: readonly string[]): INode[] {
	const list = { mode: 'raw', jsonOutput: JSON.stringify({ prompt: prompts }), options: {} };
	return [
		nodeOf('List', 'n8n-nodes-base.set', list, { typeVersion: 3.4 }),
		nodeOf('Rows', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'prompt', options: {} }),
	];
}

/** Connects the trigger and the nodes, each to the next. */
export function chain(nodes: readonly INode[], trigger = TRIGGER): IConnections {
	const names = [trigger, ...nodes.map(({ name }) => name)];
	return Object.fromEntries(
		nodes.map(({ name }, index) => [names[index], { main: [[{ node: name, type: 'main', index: 0 }]] }]),
	) as IConnections;
}

/** The items of a node's last run. */
export function outputOf({ data }: Execution, node = 'Segmind', output = 0): INodeExecutionData[] {
	return data.resultData.runData[node]?.at(-1)?.data?.main?.[output] ?? [];
}

/** The fields of a node's items. */
export const jsonOf = (execution: Execution, node = 'Segmind'): IDataObject[] =>
	outputOf(execution, node).map(({ json }) => json);

/** The prompt of each image, and whether an earlier try or run paid for it. */
export const alreadyPaidOf = (execution: Execution): unknown[] =>
	jsonOf(execution).map(({ prompt, alreadyPaid }) => [prompt, alreadyPaid === true]);

/** The hints in the output panel of the Segmind node. */
export const hintsOf = ({ data }: Execution): string[] =>
	(data.resultData.runData.Segmind?.[0]?.hints ?? []).map(({ message }) => message);
