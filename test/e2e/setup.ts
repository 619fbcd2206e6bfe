/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at the files that a real n8n wrote */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IConnections, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import { Editor } from './editor';
import { readExample } from './example';
import type { Credential, Execution } from './n8n';
import { N8n } from './n8n';
import type { Release } from './places';
import type { Environment } from './process';
import { chain, nodeOf, rowsOf, TRIGGER } from './workflow';

interface Options {
	/** Settings of n8n. */
	readonly environment?: Environment | (() => Promise<Environment>);
	readonly emulator?: Parameters<typeof Emulator.start>[0];
	readonly release?: Release;
	/** Opens n8n's editor in a browser with so many pixels of the screen for each pixel of the page. */
	readonly browserScale?: number;
}

/** The rest of a workflow besides its nodes. */
interface Rest {
	/** By default it is started by hand. */
	readonly trigger?: INode;
	readonly connections?: IConnections;
	readonly settings?: IDataObject;
	readonly pinData?: IDataObject;
}

const MANUAL = nodeOf(TRIGGER, 'n8n-nodes-base.manualTrigger');

interface Closable {
	close(): Promise<void>;
}

/** A real n8n, an emulator of Segmind, and a credential that leads from one to the other. */
export class Setup {
	emulator!: Emulator;

	n8n!: N8n;

	credential!: Credential;

	editor!: Editor;

	private readonly open: Closable[] = [];

	async start({ environment, emulator, release, browserScale }: Options): Promise<void> {
		this.emulator = this.closeLater(await Emulator.start(emulator));
		const settings = typeof environment === 'function' ? await environment() : environment;
		const n8n = await N8n.start(settings, release);
		this.closeLater({ close: async () => await n8n.stop() });
		this.n8n = n8n;
		const data = { apiKey: this.emulator.key, baseUrl: this.emulator.url };
		this.credential = await n8n.credential('segmindApi', data, 'Segmind account');
		await mkdir(this.filesFolder, { recursive: true });
		if (browserScale !== undefined) this.editor = this.closeLater(await Editor.open(n8n, browserScale));
	}

	/** Closes something when all tests are done, the last first. */
	closeLater<T extends Closable>(closable: T): T {
		this.open.unshift(closable);
		return closable;
	}

	async close(): Promise<void> {
		for (const closable of this.open.splice(0)) await closable.close();
	}

	/** The folder in which n8n's own nodes may read and write. */
	get filesFolder(): string {
		return join(this.n8n.folder, '.n8n-files');
	}

	/** The node under test. Its images are small, since those are drawn quickly. */
	segmind(parameters: IDataObject = {}, rest: Partial<INode> = {}): INode {
		const small = { prompt: '={{ $json.prompt }}', aspectRatio: 'custom', width: 256, height: 256 };
		return this.plainSegmind({ ...small, ...parameters }, rest);
	}

	/** The node under test with no other parameters than these. */
	plainSegmind(parameters: IDataObject, rest: Partial<INode> = {}): INode {
		const credentials = { segmindApi: { ...this.credential } };
		return nodeOf('Segmind', 'n8n-nodes-segmind.segmind', parameters, { credentials, ...rest });
	}

	/** The node under test behind a list of prompts. */
	rows(prompts: readonly string[], parameters: IDataObject = {}, rest: Partial<INode> = {}): INode[] {
		return [...rowsOf(...prompts), this.segmind(parameters, rest)];
	}

	/** Saves a workflow, by default with each node connected to the next. */
	async save(nodes: readonly INode[], { settings, trigger = MANUAL, ...rest }: Rest = {}): Promise<string> {
		return await this.n8n.import({
			name: 'Images',
			nodes: [trigger, ...nodes],
			connections: chain(nodes, trigger.name),
			settings: { executionOrder: 'v1', ...settings },
			...rest,
		});
	}

	async run(nodes: readonly INode[], rest?: Rest): Promise<Execution> {
		return await this.n8n.run(await this.save(nodes, rest));
	}

	/** Runs a workflow of examples/ with these values in its node Settings. */
	async runExample(
		name: string,
		settings: IDataObject = {},
		credentials: Readonly<Record<string, Credential>> = {},
	): Promise<Execution> {
		const all = { segmindApi: this.credential, ...credentials };
		return await this.n8n.run(await this.n8n.import(await readExample(name, all, settings)));
	}

	requestsTo(path: RegExp) {
		return this.emulator.requests.filter((request) => path.test(request.path));
	}

	/** Reads the file of an item, which n8n stored on disk. */
	async storedFile({ binary }: INodeExecutionData): Promise<Buffer> {
		const id = binary?.data?.id ?? '';
		return await readFile(join(this.n8n.folder, '.n8n', 'storage', id.replace('filesystem-v2:', '')));
	}
}

/** Starts a setup before the tests of a file or block, and resets its emulator before each of them. */
export function setUp(options: Options = {}): Setup {
	const setup = new Setup();
	beforeAll(async () => await setup.start(options));
	beforeEach(() => setup.emulator.reset());
	// A closed page keeps the editor's lock on its workflow for a while.
	if (options.browserScale !== undefined) afterEach(async () => await setup.editor.leave());
	afterAll(async () => await setup.close());
	return setup;
}
