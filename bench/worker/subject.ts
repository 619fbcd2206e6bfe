import type { INode } from 'n8n-workflow';

import type { Address, Contender, Job } from '../job';

/** The node that is measured, as a workflow holds it. */
export type Subject = Pick<INode, 'type' | 'typeVersion' | 'parameters'>;

/** HTTP Request as it is built for this call: JSON body, the Segmind credential, the response as a file. */
function httpRequest({ baseUrl }: Address, batching: INode['parameters']): Subject {
	return {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.5,
		parameters: {
			method: 'POST',
			url: `${baseUrl}/v1/flux-1.1-pro`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'segmindApi',
			sendBody: true,
			contentType: 'json',
			specifyBody: 'keypair',
			bodyParameters: { parameters: [{ name: 'prompt', value: '={{ $json.prompt }}' }] },
			options: {
				response: { response: { responseFormat: 'file', outputPropertyName: 'data' } },
				...batching,
			},
		},
	};
}

/** What each contender puts between the source of the items and the next node. */
export function subjectOf(contender: Contender, job: Job, address: Address): Subject {
	switch (contender) {
		case 'node':
			return {
				type: 'n8n-nodes-segmind.segmind',
				typeVersion: 1,
				parameters: { prompt: '={{ $json.prompt }}', options: { concurrency: job.atOnce } },
			};
		case 'queued':
			return {
				type: 'n8n-nodes-segmind.segmind',
				typeVersion: 1,
				parameters: {
					prompt: '={{ $json.prompt }}',
					options: { concurrency: job.atOnce, delivery: 'queued' },
				},
			};
		case 'http':
			return httpRequest(address, {});
		case 'httpBatched':
			return httpRequest(address, {
				batching: { batch: { batchSize: job.atOnce, batchInterval: job.batchInterval } },
			});
		case 'declarative':
			return {
				type: 'segmindDeclarative',
				typeVersion: 1,
				parameters: { prompt: '={{ $json.prompt }}' },
			};
		default:
			return { type: 'sink', typeVersion: 1, parameters: {} };
	}
}
