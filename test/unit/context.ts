/* eslint-disable @n8n/community-nodes/no-restricted-imports -- n8n hands files over as Node's streams */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

/** Stands in for n8n: one node, whose memory and files last over its tries. */
export class FakeN8n {
	/** What n8n passes on when it runs the node again. */
	nodeContext: IDataObject = {};
	executionId = '1';
	runIndex = 0;
	type = 'segmind';
	onError: 'continueRegularOutput' | 'stopWorkflow' = 'continueRegularOutput';
	items: INodeExecutionData[] = [];
	/** The node's parameters before expressions are resolved. */
	parameters: INode['parameters'] = {};
	retryOnFail = true;
	/** Nodes that are both before and after this one. */
	loop: ReturnType<IExecuteFunctions['getChildNodes']> = [];
	hints: string[] = [];
	/** The settings of the workflow. */
	settings: ReturnType<IExecuteFunctions['getWorkflowSettings']> = {};
	/** Stored bytes by the id of their file. */
	files = new Map<string, Buffer>();
	/** Why nothing can be stored, as long as that is so. */
	storageError: string | undefined;
	signsLinks = true;
	/** The response to a request for the balance. */
	balance: { statusCode: number; body: IDataObject } = { statusCode: 200, body: { credits: 1 } };
	balanceRequests = 0;
	credentialsRead = 0;
	/** An account of its own, since what is learned about one is shared. */
	readonly key = `SG_${randomBytes(8).toString('hex')}`;
	cancellation = new AbortController();

	/** Starts another execution with what this one left, as Retry execution does. */
	retryExecution(): void {
		this.nodeContext = JSON.parse(JSON.stringify(this.nodeContext)) as IDataObject;
		this.executionId += '1';
	}

	get context(): IExecuteFunctions {
		type Proxy = ReturnType<IExecuteFunctions['getWorkflowDataProxy']>;
		const { type, onError } = this;
		const node: INode = {
			id: '1',
			name: 'Segmind',
			type,
			onError,
			retryOnFail: this.retryOnFail,
			typeVersion: 1,
			position: [0, 0],
			parameters: this.parameters,
		};
		const context: Partial<IExecuteFunctions> = {
			helpers: this.helpers as IExecuteFunctions['helpers'],
			addExecutionHints: (...hints) => void this.hints.push(...hints.map(({ message }) => message)),
			continueOnFail: () => onError === 'continueRegularOutput',
			getChildNodes: () => this.loop,
			getParentNodes: () => this.loop,
			getContext: (of) => (of === 'node' ? this.nodeContext : {}),
			getCredentials: async <T extends object>() => {
				this.credentialsRead += 1;
				return { apiKey: this.key, baseUrl: 'https://api.segmind.com' } as T;
			},
			getExecutionCancelSignal: () => this.cancellation.signal,
			getExecutionId: () => this.executionId,
			getInputData: () => this.items,
			getNode: () => node,
			getWorkflowSettings: () => this.settings,
			getWorkflowDataProxy: () => ({ $runIndex: this.runIndex }) as Partial<Proxy> as Proxy,
		};
		return context as IExecuteFunctions;
	}

	/** Why nothing can be read, as long as that is so. */
	readError: string | undefined;

	private read(id: string): Buffer {
		if (this.readError !== undefined) throw new Error(this.readError);
		const bytes = this.files.get(id);
		if (bytes === undefined) throw Object.assign(new Error('File not found'), { code: 'ENOENT' });
		return bytes;
	}

	private readonly helpers: Partial<IExecuteFunctions['helpers']> = {
		prepareBinaryData: async (bytes, fileName = '', mimeType = '') => {
			if (this.storageError !== undefined) throw new Error(this.storageError);
			const id = `file-${this.files.size}`;
			this.files.set(id, bytes as Buffer);
			return { id, data: 'filesystem', fileName, mimeType };
		},
		getBinaryMetadata: async (id) => ({ fileSize: this.read(id).length }),
		getBinaryStream: async (id) => Readable.from([this.read(id)]),
		binaryToBuffer: async (body) => Buffer.concat(await (body as Readable).toArray()),
		createBinarySignedUrl: ({ id }, expiry) => {
			if (!this.signsLinks) throw new Error('Files in memory have no links');
			return `https://n8n.example/rest/binary-data/signed?file=${id}&expiry=${expiry}`;
		},
		httpRequestWithAuthentication: async () => {
			this.balanceRequests += 1;
			const { statusCode, body } = this.balance;
			return { statusCode, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(body))]) };
		},
	};
}
