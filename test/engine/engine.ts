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
	IDataObject,
	IHttpRequestOptions,
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
import { ICredentialsHelper, NodeConnectionTypes, NodeHelpers, Workflow } from 'n8n-workflow';

import { SegmindApi } from '../../credentials/SegmindApi.credentials';
import { Segmind } from '../../nodes/Segmind/Segmind.node';

/** Where the engine keeps binary data: inside the execution, or in files. */
export type BinaryMode = 'default' | 'filesystem';

/** What a run of one Segmind node needs. */
export interface RunOptions {
	readonly parameters?: IDataObject;
	/** Settings of the node itself, such as onError or retryOnFail. */
	readonly node?: Partial<INode>;
	readonly items?: INodeExecutionData[];
	readonly credential?: ICredentialDataDecryptedObject;
	readonly settings?: IWorkflowSettings;
	readonly binaryMode?: BinaryMode;
	/** Where this n8n is reached. */
	readonly n8nUrl?: string;
	/** Runs the node once for each of these lists, in a loop, instead of once for the items. */
	readonly rounds?: INodeExecutionData[][];
	/** A second Segmind node after the first, with these parameters. */
	readonly second?: IDataObject;
}

/** A run that ended, with what came out of the node. */
export interface Ran {
	readonly run: IRun;
	/** The node's first output. */
	readonly items: INodeExecutionData[];
	/** What arrived at the node that follows the error output. */
	readonly routed: INodeExecutionData[];
	/** Texts of the hints in the output panel. */
	readonly hints: string[];
	/** What stopped the run. */
	readonly error: IRun['data']['resultData']['error'];
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

/** Emits the items that it was given. */
const sourceOf = (items: INodeExecutionData[]): INodeType => ({
	description: described('source'),
	execute: async () => [items],
});

/** Emits one list after the other to its second output, and then goes on at its first, as Loop Over Items does. */
const loopOver = (rounds: INodeExecutionData[][]): INodeType => ({
	description: { ...described('loop'), outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main] },
	async execute() {
		const place = this.getContext('node') as { next?: number };
		const next = place.next ?? 0;
		place.next = next + 1;
		const round = rounds[next];
		return round === undefined ? [[{ json: {} }], []] : [[], round];
	},
});

/** Takes what comes, and hands it on. */
const sink: INodeType = {
	description: described('sink'),
	async execute() {
		return [this.getInputData()];
	},
};

function nodeTypesOf(types: Readonly<Record<string, INodeType>>): INodeTypes {
	return {
		getByName: (name) => types[name]!,
		getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(types[name]!, version),
		getKnownTypes: () => ({}),
	};
}

/** The part of n8n's own helper that a request goes through: the credential, decrypted, authenticates it. */
class Credentials extends ICredentialsHelper {
	private readonly type = new SegmindApi();

	constructor(private readonly data: ICredentialDataDecryptedObject) {
		super();
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_type: string,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return await this.type.authenticate(credentials, request);
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		return { ...this.data };
	}

	getParentTypes = (): string[] => [];

	isCredentialUsableByNode = (): boolean => true;

	getCredentialsProperties = () => this.type.properties;

	preAuthentication = async (): Promise<undefined> => undefined;

	runPreAuthentication = async (): Promise<undefined> => undefined;

	getCredentials = async (): Promise<never> => await Promise.reject(new Error('not part of a run'));

	updateCredentials = async (): Promise<void> => undefined;

	updateCredentialsOauthTokenData = async (): Promise<void> => undefined;
}

const connect = (...names: string[]): IConnections[string]['main'] =>
	names.map((node) => [{ node, type: NodeConnectionTypes.Main, index: 0 }]);

/** n8n's own engine in this process, with the Segmind node between a source and what follows its outputs. */
export class Engine {
	private executions = 0;

	private constructor(
		private readonly folder: string,
		private readonly segmind: INodeType,
	) {}

	/** Prepares n8n in a folder of its own, with the node as it stands in the sources or as it was built. */
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

	/** Runs source → Segmind → next (and, for the error output, → failed) to its end. */
	async run(options: RunOptions): Promise<Ran> {
		return await (
			await this.begin(options)
		).ended;
	}

	/** Starts a run that can be cancelled. */
	async begin(options: RunOptions): Promise<{ ended: Promise<Ran>; cancel: () => void }> {
		await this.keepBinaryData(options.binaryMode ?? 'filesystem');
		const workflow = this.workflowOf(options);
		const execution = new WorkflowExecute(this.additionalData(options, workflow), 'trigger');
		const running = execution.run({ workflow, startNode: workflow.getNode('Source')! });
		return { ended: running.then(toRan), cancel: () => running.cancel() };
	}

	/**
	 * What "Retry execution" does: the stored data of a failed run goes on, in a new execution, at what failed, with
	 * the workflow as it is saved now.
	 */
	async retry({ run }: Ran, options: RunOptions): Promise<Ran> {
		await this.keepBinaryData(options.binaryMode ?? 'filesystem');
		const stored = JSON.parse(JSON.stringify(run.data)) as IRunExecutionData;
		delete stored.resultData.error;
		stored.resultData.runData[stored.resultData.lastNodeExecuted ?? '']?.pop();
		const workflow = this.workflowOf(options);
		for (const each of stored.executionData?.nodeExecutionStack ?? []) {
			each.node = workflow.getNode(each.node.name) ?? each.node;
		}
		const execution = new WorkflowExecute(this.additionalData(options, workflow), 'retry', stored);
		return toRan(await execution.processRunExecutionData(workflow));
	}

	/** Deletes every stored file, as n8n does with those of an execution that it deletes. */
	async deleteFiles(): Promise<void> {
		await rm(Container.get(BinaryDataConfig).localStoragePath, { recursive: true, force: true });
	}

	/** Puts a file where n8n wants a folder for files, as a full or read-only disk would; gives back what ends it. */
	async breakStorage(): Promise<() => Promise<void>> {
		const { localStoragePath } = Container.get(BinaryDataConfig);
		await rm(localStoragePath, { recursive: true, force: true });
		await writeFile(localStoragePath, '');
		return async () => {
			await rm(localStoragePath, { force: true });
			await mkdir(localStoragePath, { recursive: true });
		};
	}

	/** The bytes of a file that the node put out. */
	async read(item: INodeExecutionData | undefined, field = 'data'): Promise<Buffer> {
		const file = item?.binary?.[field];
		if (file === undefined) throw new Error(`the item has no file in '${field}'`);
		return await Container.get(BinaryDataService).getAsBuffer(file);
	}

	private async keepBinaryData(mode: BinaryMode): Promise<void> {
		Container.get(BinaryDataConfig).mode = mode;
		await Container.get(BinaryDataService).init();
	}

	private workflowOf(options: RunOptions): Workflow {
		const {
			parameters = {},
			node = {},
			items = [{ json: {} }],
			settings = {},
			rounds = [],
			second,
		} = options;
		const place = { typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
		const segmind = {
			...place,
			type: 'segmind',
			credentials: { segmindApi: { id: '1', name: 'Segmind account' } },
		};
		const nodes: INode[] = [
			{ ...place, id: '1', name: 'Source', type: 'source' },
			{ ...segmind, id: '2', name: 'Segmind', ...node, parameters: parameters as INodeParameters },
			{ ...place, id: '3', name: 'Next', type: 'sink' },
			{ ...place, id: '4', name: 'Failed', type: 'sink' },
			{ ...place, id: '5', name: 'Loop', type: 'loop' },
			{ ...segmind, id: '6', name: 'Second', ...node, parameters: (second ?? {}) as INodeParameters },
		];
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
			nodes,
			connections,
		});
	}

	private additionalData(
		{ credential = {}, n8nUrl = 'https://n8n.example' }: RunOptions,
		workflow: Workflow,
	): IWorkflowExecuteAdditionalData {
		this.executions += 1;
		const executionId = String(this.executions);
		const url = n8nUrl;
		return {
			executionId,
			credentialsHelper: new Credentials(credential),
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

function toRan(run: IRun): Ran {
	const { runData, error } = run.data.resultData;
	const last = runData.Segmind?.at(-1);
	return {
		run,
		error,
		items: last?.data?.main?.[0] ?? [],
		routed: runData.Failed?.at(-1)?.data?.main?.[0] ?? [],
		hints: (last?.hints ?? []).map(({ message }) => message),
	};
}
