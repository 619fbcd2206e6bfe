/* eslint-disable @n8n/community-nodes/no-restricted-imports -- n8n itself, in this process */
import { Container } from '@n8n/di';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import {
	BinaryDataConfig,
	BinaryDataService,
	ExecutionLifecycleHooks,
	ExternalSecretsProxy,
	WorkflowExecute,
} from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	IRunExecutionData,
	IVersionedNodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers, Workflow } from 'n8n-workflow';

import type { Address } from '../types';
import { Picture } from './picture';

/** Node types by name. */
type Types = Readonly<Record<string, INodeType | IVersionedNodeType>>;

/** One workflow: source → measured node → next. */
export interface Run {
	readonly node: Pick<INode, 'type' | 'typeVersion' | 'parameters'> & Partial<INode>;
	readonly items: INodeExecutionData[];
	readonly server: Address;
}

/** The part of n8n's own helper that a request needs: the decrypted credential authenticates it. */
function credentialsHelper(type: ICredentialType, data: ICredentialDataDecryptedObject): ICredentialsHelper {
	const helper: Partial<ICredentialsHelper> = {
		getDecrypted: async () => ({ ...data }),
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getCredentialsProperties: () => type.properties,
		preAuthentication: async () => undefined,
		runPreAuthentication: async () => undefined,
		async authenticate(credentials, _type, request) {
			// HTTP Request passes an older shape of a request, which the credential understands as well.
			const options = request as IHttpRequestOptions;
			const { authenticate } = type;
			return typeof authenticate === 'function'
				? await authenticate.call(type, credentials, options)
				: options;
		},
	};
	return helper as ICredentialsHelper;
}

const typeOf = (name: string, execute: NonNullable<INodeType['execute']>): INodeType => ({
	description: {
		displayName: name,
		name,
		group: ['transform'],
		version: 1,
		description: name,
		defaults: { name },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	execute,
});

const SINK = typeOf('sink', async function () {
	return [this.getInputData()];
});

const connect = (node: string) => ({ main: [[{ node, type: NodeConnectionTypes.Main, index: 0 }]] });

/** n8n's own engine in this process, with files on the disk, n8n's default. */
export class Engine {
	private executions = 0;

	private constructor(
		private readonly folder: string,
		private readonly types: Types,
		private readonly credential: ICredentialType,
	) {}

	static async start(types: Types, credential: ICredentialType): Promise<Engine> {
		const folder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
		process.env.N8N_USER_FOLDER = folder;
		process.env.N8N_ENCRYPTION_KEY = randomUUID();
		process.env.N8N_LOG_LEVEL = 'silent';
		Container.get(BinaryDataConfig).mode = 'filesystem';
		await Container.get(BinaryDataService).init();
		return new Engine(folder, types, credential);
	}

	async stop(): Promise<void> {
		await rm(this.folder, { recursive: true, force: true });
	}

	/** Stores files as an earlier node would have, one for an item. */
	static async storePictures(
		items: readonly INodeExecutionData[],
		bytes: number,
	): Promise<INodeExecutionData[]> {
		const location = { type: 'execution', workflowId: 'workflow', executionId: 'pictures' } as const;
		const described = { data: '', mimeType: 'image/png', fileName: 'photo.png' };
		const picture = new Picture(bytes);
		const stored: INodeExecutionData[] = [];
		for (const [index, item] of items.entries()) {
			const service = Container.get(BinaryDataService);
			const data = await service.store(location, picture.numbered(index), { ...described });
			stored.push({ ...item, binary: { data } });
		}
		return stored;
	}

	async run(run: Run): Promise<IRun> {
		const workflow = this.workflowOf(run);
		const execution = new WorkflowExecute(this.additionalData(run, workflow), 'trigger');
		return await execution.run({ workflow, startNode: workflow.getNode('Source')! });
	}

	/** The data of a failed run as n8n stores it and Retry execution starts with it. */
	static toStored({ data }: IRun): IRunExecutionData {
		const stored = JSON.parse(JSON.stringify(data)) as IRunExecutionData;
		delete stored.resultData.error;
		stored.resultData.runData[stored.resultData.lastNodeExecuted ?? '']?.pop();
		return stored;
	}

	/** What Retry execution does: a new execution goes on at the node that failed. */
	async retry(stored: IRunExecutionData, run: Run): Promise<IRun> {
		const workflow = this.workflowOf(run);
		const execution = new WorkflowExecute(this.additionalData(run, workflow), 'retry', stored);
		return await execution.processRunExecutionData(workflow);
	}

	private workflowOf({ node, items }: Run): Workflow {
		const place = { typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
		const credentials = { segmindApi: { id: '1', name: 'Segmind account' } };
		const types: Types = { ...this.types, source: typeOf('source', async () => [items]), sink: SINK };
		return new Workflow({
			id: 'workflow',
			name: 'Images',
			active: false,
			nodeTypes: {
				getByName: (name) => types[name]!,
				getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(types[name]!, version),
				getKnownTypes: () => ({}),
			},
			settings: { executionOrder: 'v1' },
			nodes: [
				{ ...place, id: '1', name: 'Source', type: 'source' },
				{ ...place, id: '2', name: 'Measured', credentials, ...node },
				{ ...place, id: '3', name: 'Next', type: 'sink' },
			],
			connections: { Source: connect('Measured'), Measured: connect('Next') },
		});
	}

	private additionalData({ server }: Run, workflow: Workflow): IWorkflowExecuteAdditionalData {
		this.executions += 1;
		const executionId = String(this.executions);
		const hooks = new ExecutionLifecycleHooks('trigger', executionId, {
			id: workflow.id,
			name: 'Images',
			active: false,
			activeVersionId: null,
			isArchived: false,
			createdAt: new Date(),
			updatedAt: new Date(),
			nodes: Object.values(workflow.nodes),
			connections: workflow.connectionsBySourceNode,
		});
		const used: Partial<IWorkflowExecuteAdditionalData> = {
			executionId,
			credentialsHelper: credentialsHelper(this.credential, { ...server }),
			hooks,
			currentNodeExecutionIndex: 0,
			variables: {},
			restApiUrl: 'https://n8n.example/rest',
			instanceBaseUrl: 'https://n8n.example/',
			webhookWaitingBaseUrl: 'https://n8n.example',
			formWaitingBaseUrl: 'https://n8n.example',
			externalSecretsProxy: Container.get(ExternalSecretsProxy),
		};
		// The rest is for sub-workflows, agents and webhooks, of which there are none.
		return used as IWorkflowExecuteAdditionalData;
	}
}
