import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { testSegmindApi } from './api/account';
import { findOperation, properties } from './operations/operations';

/** The Segmind node. */
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
		properties,
	};

	methods = { credentialTest: { testSegmindApi } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = findOperation(
			this.getNodeParameter('resource', 0),
			this.getNodeParameter('operation', 0),
		);
		if (operation === undefined) {
			throw new NodeOperationError(this.getNode(), "'Operation' is not known to this node");
		}
		return [await operation.execute(this)];
	}
}
