import type { IConnections, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import type { Credential, Execution } from './n8n';

export const TRIGGER = 'When clicking ‘Execute workflow’';

/** A node of a workflow. */
export function nodeOf(
	name: string,
	type: string,
	parameters: IDataObject,
	rest: Partial<INode> = {},
): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters, ...rest } as INode;
}

/** The node that is tested, with small pictures, since they are drawn in no time. */
export function segmind(
	credential: Credential,
	parameters: IDataObject = {},
	rest: Partial<INode> = {},
): INode {
	return nodeOf(
		'Segmind',
		'n8n-nodes-segmind.segmind',
		{ prompt: '={{ $json.prompt }}', aspectRatio: 'custom', width: 256, height: 256, ...parameters },
		{ credentials: { segmindApi: { ...credential } }, ...rest },
	);
}

/** Two nodes, List and Rows, that turn prompts into items, as a sheet does. */
export function listOf(...prompts: readonly string[]): INode[] {
	return [
		nodeOf(
			'List',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify({ prompt: prompts }), options: {} },
			{ typeVersion: 3.4 },
		),
		nodeOf('Rows', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'prompt', options: {} }),
	];
}

/** Connects nodes one after the other, from the trigger on. */
export function chain(...names: string[]): IConnections {
	const all = [TRIGGER, ...names];
	return Object.fromEntries(
		names.map((name, index) => [all[index], { main: [[{ node: name, type: 'main', index: 0 }]] }]),
	) as IConnections;
}

/** The items that a node put out in its last run. */
export function outputOf({ data }: Execution, node = 'Segmind', output = 0): INodeExecutionData[] {
	return data.resultData.runData[node]?.at(-1)?.data?.main?.[output] ?? [];
}
