/* eslint-disable @n8n/community-nodes/no-restricted-imports -- n8n itself, in this process */
import { Container } from '@n8n/di';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
	IConnections,
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeType,
	INodeParameters,
	INodeTypes,
	IRun,
	IRunExecutionData,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers, Workflow } from 'n8n-workflow';

import { SegmindApi } from '../../credentials/SegmindApi.credentials';
import { Segmind } from '../../nodes/Segmind/Segmind.node';

/** Where n8n keeps binary data: inside the execution, or in files. */
export type BinaryMode = 'default' | 'filesystem';

/** A run of a workflow with one Segmind node. */
export interface RunOptions {
	readonly parameters?: IDataObject;
	/** Settings of the node itself, such as onError or retryOnFail. */
	readonly node?: Partial<INode>;
	readonly items?: INodeExecutionData[];
	readonly credential?: ICredentialDataDecryptedObject;
	readonly settings?: IWorkflowSettings;
	readonly binaryMode?: BinaryMode;
	/** The public URL of this n8n. */
	readonly n8nUrl?: string;
	/** Runs the node once for each of these lists, in a loop, instead of once for the items. */
	readonly rounds?: INodeExecutionData[][];
	/** A second Segmind node after the first, with these parameters. */
	readonly second?: IDataObject;
}

/** A run that has ended, and the output of its node. */
export interface RunResult {
	readonly run: IRun;
	/** The node's first output. */
	readonly items: INodeExecutionData[];
	/** The items that reached the node after the error output. */
	readonly errorOutput: INodeExecutionData[];
	/** Messages of the hints in the output panel. */
	readonly hints: string[];
	/** The error that stopped the run. */
	readonly error: IRun['data']['resultData']['error'];
}

const typeOf = (name: string, execute: NonNullable<INodeType['execute']>, outputs = 1): INodeType => ({
	description: {
		...{ displayName: name, name, group: ['transform'], version: 1, description: name, defaults: { name } },
		inputs: [NodeConnectionTypes.Main],
		outputs: Array.from({ length: outputs }, () => NodeConnectionTypes.Main),
		properties: [],
	},
	execute,
});

/** Emits the items that it was given. */
const sourceOf = (items: INodeExecutionData[]): INodeType => typeOf('source', async () => [items]);

/** Passes its input on. */
const sink = typeOf('sink', async function () {
	return [this.getInputData()];
});

/** Emits one list after the other to its second output, then continues at its first, like Loop Over Items. */
const loopOver = (rounds: INodeExecutionData[][]): INodeType => {
	const execute: NonNullable<INodeType['execute']> = async function () {
		const state = this.getContext('node') as { next?: number };
		const next = state.next ?? 0;
		state.next = next + 1;
		const round = rounds[next];
		return round === undefined ? [[{ json: {} }], []] : [[], round];
	};
	return typeOf('loop', execute, 2);
};

const nodeTypesOf = (types: Readonly<Record<string, INodeType>>): INodeTypes => ({
	getByName: (name) => types[name]!,
	getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(types[name]!, version),
	getKnownTypes: () => ({}),
});

/** The part of n8n's credentials helper that requests use: the decrypted credential authenticates them. */
function credentialsHelperOf(data: ICredentialDataDecryptedObject): ICredentialsHelper {
	const type = new SegmindApi();
	const helper: Partial<ICredentialsHelper> = {
		authenticate: async (decrypted, _, request) => await type.authenticate(decrypted, request),
		// Resolves expressions for one item, as n8n does.
		async getDecrypted(...[, , , mode, executeData, , resolve]) {
			const resolved = Object.entries(data).map(([name, value]): [string, unknown] => {
				if (resolve === undefined || typeof value !== 'string' || !value.startsWith('='))
					return [name, value];
				const { workflow, runExecutionData, runIndex, itemIndex, node, connectionInputData } = resolve;
				const place = [runExecutionData, runIndex, itemIndex, node.name, connectionInputData] as const;
				return [name, workflow.expression.getParameterValue(value, ...place, mode, {}, executeData)];
			});
			return Object.fromEntries(resolved) as ICredentialDataDecryptedObject;
		},
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getCredentialsProperties: () => type.properties,
		preAuthentication: async () => undefined,
	};
	return helper as ICredentialsHelper;
}

const connect = (...names: string[]): IConnections[string]['main'] =>
	names.map((node) => [{ node, type: NodeConnectionTypes.Main, index: 0 }]);

/** n8n's own engine in this process: a source, the Segmind node, and a node after each of its outputs. */
export class Engine {
	private executions = 0;

	private constructor(
		private readonly folder: string,
		private readonly segmind: INodeType,
	) {}

	/** Prepares n8n in a temporary folder, with the node from the sources or a built one. */
	static async start(segmind: INodeType = new Segmind()): Promise<Engine> {
		const folder = await mkdtemp(join(tmpdir(), 'n8n-engine-'));
		process.env.N8N_USER_FOLDER = folder;
		process.env.N8N_ENCRYPTION_KEY = randomUUID();
		process.env.N8N_LOG_LEVEL = 'silent';
		return new Engine(folder, segmind);
	}

	async stop(): Promise<void> {
		await rm(this.folder, { recursive: true, force: true });
	}

	/** Runs Source → Segmind → Next (and, for the error output, → Failed) to the end. */
	async run(options: RunOptions): Promise<RunResult> {
		return await (
			await this.begin(options)
		).ended;
	}

	/** Starts a run that can be cancelled. */
	async begin(options: RunOptions): Promise<{ ended: Promise<RunResult>; cancel: () => void }> {
		const workflow = await this.prepare(options);
		const execution = new WorkflowExecute(this.additionalData(options, workflow), 'trigger');
		const running = execution.run({ workflow, startNode: workflow.getNode('Source')! });
		return { ended: running.then(toResult), cancel: () => running.cancel() };
	}

	/**
	 * Does what "Retry execution" does: continues the stored data of a failed run at the node that failed, in a new
	 * execution, with the workflow as it is saved now.
	 */
	async retry({ run }: RunResult, options: RunOptions): Promise<RunResult> {
		const stored = JSON.parse(JSON.stringify(run.data)) as IRunExecutionData;
		delete stored.resultData.error;
		stored.resultData.runData[stored.resultData.lastNodeExecuted ?? '']?.pop();
		const workflow = await this.prepare(options);
		for (const each of stored.executionData?.nodeExecutionStack ?? []) {
			each.node = workflow.getNode(each.node.name) ?? each.node;
		}
		const execution = new WorkflowExecute(this.additionalData(options, workflow), 'retry', stored);
		return toResult(await execution.processRunExecutionData(workflow));
	}

	/** Deletes every stored file, as n8n does when it deletes an execution. */
	async deleteFiles(): Promise<void> {
		await rm(Container.get(BinaryDataConfig).localStoragePath, { recursive: true, force: true });
	}

	/** Makes every write fail, by a file in place of n8n's folder. Returns a function that repairs it. */
	async breakStorage(): Promise<() => Promise<void>> {
		const { localStoragePath } = Container.get(BinaryDataConfig);
		await rm(localStoragePath, { recursive: true, force: true });
		await writeFile(localStoragePath, '');
		return async () => {
			await rm(localStoragePath, { force: true });
			await mkdir(localStoragePath, { recursive: true });
		};
	}

	/** Returns the bytes of an item's file. */
	async read(item: INodeExecutionData | undefined, field = 'data'): Promise<Buffer> {
		const file = item?.binary?.[field];
		if (file === undefined) throw new Error(`the item has no file in '${field}'`);
		return await Container.get(BinaryDataService).getAsBuffer(file);
	}

	/** Makes the workflow, and sets where n8n stores its binary data. */
	private async prepare(options: RunOptions): Promise<Workflow> {
		Container.get(BinaryDataConfig).mode = options.binaryMode ?? 'filesystem';
		await Container.get(BinaryDataService).init();
		const {
			parameters = {},
			node = {},
			items = [{ json: {} }],
			settings = {},
			rounds = [],
			second,
		} = options;
		const nodeOf = (name: string, type: string, more: Partial<INode> = {}): INode => ({
			...{ id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} },
			...more,
		});
		const segmind = (name: string, values: IDataObject): INode => {
			const credentials = { segmindApi: { id: '1', name: 'Segmind account' } };
			return nodeOf(name, 'segmind', { credentials, ...node, parameters: values as INodeParameters });
		};
		const failed = node.onError === 'continueErrorOutput' ? ['Failed'] : [];
		const connections: IConnections =
			rounds.length === 0
				? {
						Source: { main: connect('Segmind') },
						Segmind: { main: connect(second === undefined ? 'Next' : 'Second', ...failed) },
						Second: { main: connect('Next') },
					}
				: {
						Source: { main: connect('Loop') },
						Loop: { main: connect('Next', 'Segmind') },
						Segmind: { main: connect('Loop') },
					};
		return new Workflow({
			id: 'workflow',
			name: 'Images',
			active: false,
			nodeTypes: nodeTypesOf({
				source: sourceOf(items),
				sink,
				loop: loopOver(rounds),
				segmind: this.segmind,
			}),
			settings: { executionOrder: 'v1', ...settings },
			nodes: [
				nodeOf('Source', 'source'),
				segmind('Segmind', parameters),
				nodeOf('Next', 'sink'),
				nodeOf('Failed', 'sink'),
				nodeOf('Loop', 'loop'),
				segmind('Second', second ?? {}),
			],
			connections,
		});
	}

	/** The part of n8n's data about an execution that a run without sub-workflows, agents and task runners uses. */
	private additionalData(
		{ credential = {}, n8nUrl = 'https://n8n.example' }: RunOptions,
		workflow: Workflow,
	): IWorkflowExecuteAdditionalData {
		this.executions += 1;
		const executionId = String(this.executions);
		const data: Partial<IWorkflowExecuteAdditionalData> = {
			executionId,
			credentialsHelper: credentialsHelperOf(credential),
			hooks: new ExecutionLifecycleHooks('trigger', executionId, {
				...{ id: workflow.id, name: 'Images', active: false, activeVersionId: null, isArchived: false },
				...{ createdAt: new Date(), updatedAt: new Date() },
				nodes: Object.values(workflow.nodes),
				connections: workflow.connectionsBySourceNode,
			}),
			currentNodeExecutionIndex: 0,
			variables: {},
			restApiUrl: `${n8nUrl}/rest`,
			instanceBaseUrl: `${n8nUrl}/`,
			webhookWaitingBaseUrl: n8nUrl,
			formWaitingBaseUrl: n8nUrl,
			externalSecretsProxy: Container.get(ExternalSecretsProxy),
		};
		return data as IWorkflowExecuteAdditionalData;
	}
}

function toResult(run: IRun): RunResult {
	const { runData, error } = run.data.resultData;
	const last = runData.Segmind?.at(-1);
	return {
		run,
		error,
		items: last?.data?.main?.[0] ?? [],
		errorOutput: runData.Failed?.at(-1)?.data?.main?.[0] ?? [],
		hints: (last?.hints ?? []).map(({ message }) => message),
	};
}
