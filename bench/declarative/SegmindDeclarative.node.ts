import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

/** The same call as a declarative node makes it: n8n sends what the description says, for all items at once. */
export class SegmindDeclarative implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Segmind Declarative',
		name: 'segmindDeclarative',
		icon: {
			light: 'file:../../nodes/Segmind/segmind.svg',
			dark: 'file:../../nodes/Segmind/segmind.dark.svg',
		},
		group: ['transform'],
		version: 1,
		description: 'Make an image with Flux 1.1 Pro, by declaration alone',
		subtitle: 'Generate an image',
		defaults: { name: 'Segmind Declarative' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'segmindApi', required: true }],
		requestDefaults: { baseURL: '={{ $credentials.baseUrl }}' },
		properties: [
			{
				displayName: 'Prompt',
				name: 'prompt',
				type: 'string',
				required: true,
				default: '',
				description: 'What the image shows',
				routing: {
					request: { method: 'POST', url: '/v1/flux-1.1-pro', encoding: 'arraybuffer', json: true },
					send: { type: 'body', property: 'prompt' },
					output: {
						postReceive: [{ type: 'binaryData', properties: { destinationProperty: 'data' } }],
					},
				},
			},
		],
	};
}
