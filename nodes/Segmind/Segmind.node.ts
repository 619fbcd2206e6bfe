import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { formOf } from './form/form';
import { MODELS } from './model/models';
import { generate } from './operations/generate';
import { getCredits } from './operations/getCredits';
import { getResult } from './operations/getResult';
import { runFlow } from './operations/pixelFlow';
import { testSegmindApi } from './segmind/credentialTest';

const OPERATIONS: Readonly<Record<string, (context: IExecuteFunctions) => Promise<INodeExecutionData[]>>> = {
	generate,
	getCredits,
	getResult,
	run: runFlow,
};

/** Segmind in n8n: image generation that accounts for every cent. */
export class Segmind implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Segmind',
		name: 'segmind',
		icon: { light: 'file:segmind.svg', dark: 'file:segmind.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Make images from text with Flux 1.1 Pro and other models on Segmind',
		defaults: { name: 'Segmind' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'segmindApi', required: true, testedBy: 'testSegmindApi' }],
		properties: formOf(MODELS),
	};

	methods = { credentialTest: { testSegmindApi } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = OPERATIONS[this.getNodeParameter('operation', 0)];
		if (operation === undefined)
			throw new NodeOperationError(this.getNode(), "'Operation' is not known to this node");
		return [await operation(this)];
	}
}
