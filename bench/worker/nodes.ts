import type { IDataObject, INode } from 'n8n-workflow';

import type { Address, Contender, Job } from '../types';

/** The measured node as a workflow holds it. */
type MeasuredNode = Pick<INode, 'type' | 'typeVersion' | 'parameters'>;

export const MODEL_PATH = '/v1/flux-1.1-pro';
export const EDIT_PATH = '/v1/flux-kontext-pro';
export const UPLOAD_PATH = '/upload-asset';

const PROMPT = '={{ $json.prompt }}';

const segmind = (options: IDataObject, isEdit = false): MeasuredNode => ({
	type: 'n8n-nodes-segmind.segmind',
	typeVersion: 1,
	parameters: {
		...(isEdit ? { operation: 'edit', inputImage: 'data' } : {}),
		...{ prompt: PROMPT, options: options as INode['parameters'] },
	},
});

/** HTTP Request as a user builds it for this call: JSON body, the Segmind credential, the response as a file. */
const httpRequest = ({ baseUrl }: Address, options: IDataObject): MeasuredNode => ({
	type: 'n8n-nodes-base.httpRequest',
	typeVersion: 4.5,
	parameters: {
		method: 'POST',
		url: `${baseUrl}${MODEL_PATH}`,
		authentication: 'predefinedCredentialType',
		nodeCredentialType: 'segmindApi',
		sendBody: true,
		contentType: 'json',
		specifyBody: 'keypair',
		bodyParameters: { parameters: [{ name: 'prompt', value: PROMPT }] },
		options: {
			response: { response: { responseFormat: 'file', outputPropertyName: 'data' } },
			...options,
		} as INode['parameters'],
	},
});

/** The node that a contender puts between the source of the items and the next node. */
export function nodeOf(contender: Contender, job: Job, server: Address): MeasuredNode {
	const { concurrency, batchInterval, options } = job;
	switch (contender) {
		case 'node':
			return segmind({ concurrency, ...options }, job.pictureBytes !== undefined);
		case 'queued':
			return segmind({ concurrency, delivery: 'queued', ...options });
		case 'http':
			return httpRequest(server, {});
		case 'httpBatched':
			return httpRequest(server, { batching: { batch: { batchSize: concurrency, batchInterval } } });
		case 'declarative':
			return { type: 'segmindDeclarative', typeVersion: 1, parameters: { prompt: PROMPT } };
		default:
			return { type: 'sink', typeVersion: 1, parameters: {} };
	}
}
