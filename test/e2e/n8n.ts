/* eslint-disable @n8n/community-nodes/no-restricted-imports -- starts a real n8n for the tests */
import { parse } from 'flatted';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import type { IDataObject, INode, IRunExecutionData } from 'n8n-workflow';

import type { Release } from './places';
import { NEWEST, PACKED } from './places';
import type { Environment } from './process';
import { freePort, Program, until } from './process';
import { TRIGGER } from './workflow';

/** Milliseconds; n8n starts in about six seconds. */
const START_LIMIT = 90_000;

/** Keep n8n quiet, local and open to plain HTTP. */
const SETTINGS: Environment = {
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_SECURE_COOKIE: 'false',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
};

/** An execution that has ended. */
export interface Execution {
	readonly id: string;
	readonly status: string;
	readonly data: IRunExecutionData;
	/** All that n8n stored about it, as text. */
	readonly stored: string;
}

/** A saved credential, as a node refers to it. */
export interface Credential {
	readonly id: string;
	readonly name: string;
}

interface Owner {
	readonly email: string;
	readonly firstName: string;
	readonly lastName: string;
	readonly password: string;
}

/** Reads the owner of an n8n folder, or makes one up. */
async function ownerOf(folder: string): Promise<Owner> {
	const file = join(folder, 'owner.json');
	if (!existsSync(file)) {
		const name = { email: 'owner@n8n.example', firstName: 'E', lastName: 'Owner' };
		const owner: Owner = { ...name, password: `Aa1-${randomUUID()}` };
		await writeFile(file, JSON.stringify(owner), { mode: 0o600 });
	}
	return JSON.parse(await readFile(file, 'utf8')) as Owner;
}

/** A real n8n in a process of its own, with the packed node as a community package. */
export class N8n {
	private readonly programs: Program[] = [];

	private cookie = '';

	private constructor(
		readonly url: string,
		/** n8n's home: its settings, database and files. */
		readonly folder: string,
		readonly owner: Owner,
		private readonly release: Release,
		private readonly environment: Environment,
		private readonly isKept: boolean,
	) {}

	/**
	 * Starts n8n and signs in its owner.
	 *
	 * @param environment settings of n8n, on top of SETTINGS
	 * @param home folder that stays when n8n stops; by default a temporary folder
	 */
	static async start(environment: Environment = {}, release = NEWEST, home?: string): Promise<N8n> {
		const folder = home ?? (await mkdtemp(join(tmpdir(), 'n8n-')));
		const port = await freePort();
		await mkdir(folder, { recursive: true });
		const owner = await ownerOf(folder);
		const url = `http://127.0.0.1:${port}`;
		const n8n = new N8n(url, folder, owner, release, environment, home !== undefined);
		await rm(n8n.packageFolder, { recursive: true, force: true });
		await cp(PACKED, n8n.packageFolder, { recursive: true });
		await n8n.launch('start', { N8N_PORT: String(port) });
		await n8n.signIn().catch(async (reason: unknown) => {
			const printed = await n8n.log();
			await n8n.stop();
			throw new Error(`n8n did not start: ${String(reason)}\n${printed}`);
		});
		return n8n;
	}

	/** The folder in which n8n has the node. */
	get packageFolder(): string {
		return join(this.folder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-segmind');
	}

	/** The cookie of the owner's session. */
	get session(): string {
		return this.cookie;
	}

	/** Starts a process that takes executions from the queue. n8n must run in queue mode. */
	async startWorker(): Promise<Program> {
		const worker = await this.launch('worker', {
			QUEUE_HEALTH_CHECK_PORT: String(await freePort()),
			// A worker signs links, too, and does not know n8n's address.
			WEBHOOK_URL: this.url,
		});
		const isReady = async () => (await worker.log()).includes('worker is now ready');
		await until('the worker starts', isReady, START_LIMIT);
		return worker;
	}

	/** Returns what n8n and its workers printed. */
	async log(): Promise<string> {
		return (await Promise.all(this.programs.map(async (program) => await program.log()))).join('\n');
	}

	async stop(): Promise<void> {
		await Promise.all(this.programs.map(async (program) => await program.close()));
		if (!this.isKept) await rm(this.folder, { recursive: true, force: true });
	}

	/** Calls the API that n8n's editor uses. */
	async rest<T = IDataObject>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		for (const cookie of response.headers.getSetCookie()) {
			if (cookie.startsWith('n8n-auth=')) this.cookie = cookie.split(';')[0] ?? '';
		}
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
		return (JSON.parse(text) as { data: T }).data;
	}

	/** Counts the jobs of the queue, as n8n's metrics do once a second. */
	async queue(): Promise<Record<'waiting' | 'active' | 'completed' | 'failed', number>> {
		const metrics = await (await fetch(`${this.url}/metrics`)).text();
		const count = (state: string) =>
			Number(new RegExp(`^n8n_scaling_mode_queue_jobs_${state} (\\d+)`, 'm').exec(metrics)?.[1]);
		const [waiting, active] = [count('waiting'), count('active')];
		return { waiting, active, completed: count('completed'), failed: count('failed') };
	}

	/** Saves a credential. */
	async credential(type: string, data: IDataObject, name = type): Promise<Credential> {
		const saved = await this.rest<Credential>('POST', '/credentials', { name, type, data });
		return { id: saved.id, name: saved.name };
	}

	/** Saves a workflow. */
	async import(workflow: object): Promise<string> {
		// n8n 1 requires `active`.
		return (await this.rest<{ id: string }>('POST', '/workflows', { active: false, ...workflow })).id;
	}

	/** Publishes a saved workflow: its trigger starts production executions from now on. */
	async publish(workflow: string): Promise<string> {
		const { versionId } = await this.rest<{ versionId: string }>('GET', `/workflows/${workflow}`);
		await this.rest('POST', `/workflows/${workflow}/activate`, { versionId });
		const path = `/workflows/${workflow}/publication-status`;
		const isPublished = async () => (await this.rest('GET', path)).status === 'published';
		await until(`workflow ${workflow} is published`, isPublished);
		return workflow;
	}

	/** Calls a published webhook, and returns its response. */
	async call<T>(path: string, body: IDataObject): Promise<T> {
		const response = await fetch(`${this.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`webhook ${path}: ${response.status} ${text.slice(0, 500)}`);
		return JSON.parse(text) as T;
	}

	/** Returns the Segmind node of a saved workflow. */
	async savedNode(workflow: string): Promise<INode | undefined> {
		const { nodes } = await this.rest<{ nodes: INode[] }>('GET', `/workflows/${workflow}`);
		return nodes.find(({ name }) => name === 'Segmind');
	}

	/** Starts a saved workflow at its trigger, and returns the id of the execution. */
	async begin(workflow: string, trigger: IDataObject = { name: TRIGGER }): Promise<string> {
		const { executionId } = await this.rest<{ executionId: string }>('POST', `/workflows/${workflow}/run`, {
			workflowData: await this.rest('GET', `/workflows/${workflow}`),
			triggerToStartFrom: trigger,
		});
		return executionId;
	}

	/** Runs a saved workflow to its end. */
	async run(workflow: string, trigger?: IDataObject): Promise<Execution> {
		return await this.ended(await this.begin(workflow, trigger));
	}

	/** Does what the button "Retry" in the list of executions does. */
	async retry({ id }: Execution): Promise<Execution> {
		const path = `/executions/${id}/retry`;
		return await this.ended((await this.rest<{ id: string }>('POST', path, { loadWorkflow: true })).id);
	}

	/** Cancels an execution. */
	async cancel(id: string): Promise<void> {
		await this.rest('POST', `/executions/${id}/stop`, {});
	}

	/** Waits for the end of an execution. */
	async ended(id: string): Promise<Execution> {
		return await until(`execution ${id} ends`, async () => {
			const path = `/executions/${id}?includeData=true`;
			const { status, data } = await this.rest<{ status: string; data: string }>('GET', path);
			// n8n 1 stores the end of an execution before its data, which is an empty list until then.
			const parsed = parse(data) as IRunExecutionData | undefined;
			if (['new', 'running', 'waiting'].includes(status) || parsed === undefined) return undefined;
			return { id, status, data: parsed, stored: data };
		});
	}

	private async launch(command: 'start' | 'worker', environment: Environment): Promise<Program> {
		const { folder, node } = this.release;
		const script = join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
		const logFile = join(this.folder, `${command}-${randomUUID()}.log`);
		const program = await Program.start(node, [script, command], logFile, {
			HOME: this.folder,
			PATH: [dirname(node), process.env.PATH].join(delimiter),
			N8N_USER_FOLDER: this.folder,
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			...SETTINGS,
			...environment,
			...this.environment,
		});
		this.programs.push(program);
		return program;
	}

	/** Waits for n8n's API, which responds later than n8n says, and signs in. */
	private async signIn(): Promise<void> {
		interface Settings {
			readonly userManagement: { readonly showSetupOnFirstLoad: boolean };
		}
		const settings = async () => await this.rest<Settings>('GET', '/settings').catch(() => undefined);
		const { userManagement } = await until('its API responds', settings, START_LIMIT);
		if (userManagement.showSetupOnFirstLoad) await this.rest('POST', '/owner/setup', this.owner);
		const { email, password } = this.owner;
		await this.rest('POST', '/login', { emailOrLdapLoginId: email, password });
	}
}
