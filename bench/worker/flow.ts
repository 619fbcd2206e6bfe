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
	ICredentialType,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	IRunExecutionData,
	IVersionedNodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers, Workflow } from 'n8n-workflow';

import type { Address } from '../job';
import { Credentials } from './credentials';
import type { Subject } from './subject';

/** The nodes of a flow, by the name of their type. */
export type Types = Readonly<Record<string, INodeType | IVersionedNodeType>>;

/** One flow: source → subject → next. */
export interface Flow {
	readonly subject: Subject;
	readonly settings: Partial<INode>;
	readonly items: INodeExecutionData[];
	readonly address: Address;
}

const described = (name: string): INodeType['description'] => ({
	displayName: name,
	name,
	group: ['transform'],
	version: 1,
	description: name,
	defaults: { name },
	inputs: [NodeConnectionTypes.Main],
	outputs: [NodeConnectionTypes.Main],
	properties: [],
});

const SINK: INodeType = {
	description: described('sink'),
	async execute() {
		return [this.getInputData()];
	},
};

const connect = (node: string) => ({ main: [[{ node, type: NodeConnectionTypes.Main, index: 0 }]] });

/** n8n's own engine in this process, with files on the disk, as n8n keeps them unless it is told otherwise. */
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

	async run(flow: Flow): Promise<IRun> {
		const workflow = this.workflowOf(flow);
		const execution = new WorkflowExecute(this.additionalData(flow, workflow), 'trigger');
		return await execution.run({ workflow, startNode: workflow.getNode('Source')! });
	}

	/** What "Retry execution" does: the stored data of a failed run goes on, in a new execution, at what failed. */
	async retry({ data }: IRun, flow: Flow): Promise<IRun> {
		const stored = JSON.parse(JSON.stringify(data)) as IRunExecutionData;
		delete stored.resultData.error;
		stored.resultData.runData[stored.resultData.lastNodeExecuted ?? '']?.pop();
		const workflow = this.workflowOf(flow);
		const execution = new WorkflowExecute(this.additionalData(flow, workflow), 'retry', stored);
		return await execution.processRunExecutionData(workflow);
	}

	private workflowOf({ subject, settings, items }: Flow): Workflow {
		const place = { typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
		const credentials = { segmindApi: { id: '1', name: 'Segmind account' } };
		const source: INodeType = { description: described('source'), execute: async () => [items] };
		const types: Types = { ...this.types, source, sink: SINK };
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
				{ ...place, id: '2', name: 'Subject', credentials, ...settings, ...subject },
				{ ...place, id: '3', name: 'Next', type: 'sink' },
			],
			connections: { Source: connect('Subject'), Subject: connect('Next') },
		});
	}

	private additionalData({ address }: Flow, workflow: Workflow): IWorkflowExecuteAdditionalData {
		this.executions += 1;
		const executionId = String(this.executions);
		const url = 'https://n8n.example';
		return {
			executionId,
			credentialsHelper: new Credentials(this.credential, { ...address }),
			hooks: new ExecutionLifecycleHooks('trigger', executionId, {
				id: workflow.id,
				name: 'Images',
				active: false,
				activeVersionId: null,
				isArchived: false,
				createdAt: new Date(),
				updatedAt: new Date(),
				nodes: Object.values(workflow.nodes),
				connections: workflow.connectionsBySourceNode,
			}),
			currentNodeExecutionIndex: 0,
			variables: {},
			restApiUrl: `${url}/rest`,
			instanceBaseUrl: `${url}/`,
			webhookBaseUrl: url,
			webhookWaitingBaseUrl: url,
			webhookTestBaseUrl: url,
			formBaseUrl: url,
			formWaitingBaseUrl: url,
			formTestBaseUrl: url,
			mcpBaseUrl: url,
			mcpTestBaseUrl: url,
			externalSecretsProxy: Container.get(ExternalSecretsProxy),
			logAiEvent: () => undefined,
			executeWorkflow: notPartOfThis,
			getRunExecutionData: notPartOfThis,
			getRuntimeCredential: notPartOfThis,
			startRunnerTask: notPartOfThis,
		};
	}
}

async function notPartOfThis(): Promise<never> {
	throw new Error('this engine runs no sub-workflows, agents or runners');
}
