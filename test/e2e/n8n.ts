/* eslint-disable @n8n/community-nodes/no-restricted-imports -- starts a real n8n beside the tests */
import { parse } from 'flatted';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { IConnections, IDataObject, INode, IRunExecutionData } from 'n8n-workflow';

import type { Release } from './places';
import { NEWEST, PACKED } from './places';
import type { Environment, Program } from './process';
import { freePort, startProcess } from './process';
import { nodeOf, TRIGGER } from './workflow';

/** Milliseconds; n8n starts in about six seconds. */
const START_LIMIT = 90_000;

/** Milliseconds. */
const EXECUTION_LIMIT = 60_000;

/** An execution that ended. */
export interface Execution {
	readonly id: string;
	readonly status: string;
	readonly data: IRunExecutionData;
	/** All that n8n stored of it, as text. */
	readonly stored: string;
}

/** A saved credential, as nodes name it. */
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

/** The owner that a folder of n8n has, or gets. */
async function ownerOf(folder: string): Promise<Owner> {
	const file = join(folder, 'owner.json');
	if (!existsSync(file)) {
		const owner = {
			email: 'owner@n8n.example',
			firstName: 'E',
			lastName: 'Owner',
			password: `Aa1-${randomUUID()}`,
		};
		await writeFile(file, JSON.stringify(owner), { mode: 0o600 });
	}
	return JSON.parse(await readFile(file, 'utf8')) as Owner;
}

/** A real n8n in a process of its own, with the packed node as a community package and a folder that goes with it. */
export class N8n {
	private readonly programs: Program[] = [];

	private launched = 0;

	private cookie = '';

	/** Where n8n has the node. */
	get packageFolder(): string {
		return join(this.folder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-segmind');
	}

	/** The cookie of the owner, who is signed in. */
	get session(): string {
		return this.cookie;
	}

	private constructor(
		readonly url: string,
		/** Home of n8n: its settings, its database and its files. */
		readonly folder: string,
		/** Who may sign in. */
		readonly owner: Owner,
		private readonly release: Release,
		private readonly environment: Environment,
		private readonly isKept: boolean,
	) {}

	/**
	 * Starts n8n and signs its owner in.
	 *
	 * @param environment settings on top of those that keep it quiet and local
	 * @param home folder that stays when n8n stops; without one, a folder that goes
	 */
	static async start(environment: Environment = {}, release = NEWEST, home?: string): Promise<N8n> {
		const folder = home ?? (await mkdtemp(join(tmpdir(), 'n8n-')));
		const port = await freePort();
		await mkdir(folder, { recursive: true });
		const url = `http://127.0.0.1:${port}`;
		const owner = await ownerOf(folder);
		const n8n = new N8n(url, folder, owner, release, environment, home !== undefined);
		await rm(n8n.packageFolder, { recursive: true, force: true });
		await cp(PACKED, n8n.packageFolder, { recursive: true });
		await n8n.launch('start', { N8N_PORT: String(port) });
		await n8n.signIn().catch(async (reason: unknown) => {
			const said = await n8n.log();
			await n8n.stop();
			throw new Error(`n8n did not start: ${String(reason)}\n${said}`);
		});
		return n8n;
	}

	/** Starts a process that takes executions from the queue; n8n has to be started in queue mode. */
	async startWorker(): Promise<Program> {
		const worker = await this.launch('worker', {
			QUEUE_HEALTH_CHECK_PORT: String(await freePort()),
			// A worker signs links, too, and does not know by itself where n8n is.
			WEBHOOK_URL: this.url,
		});
		const isReady = async () => (await worker.log()).includes('worker is now ready');
		for (const limit = Date.now() + START_LIMIT; !(await isReady()); await wait(200)) {
			if (Date.now() > limit) throw new Error(`the worker did not start\n${await worker.log()}`);
		}
		return worker;
	}

	/** What n8n printed, with its workers. */
	async log(): Promise<string> {
		return (await Promise.all(this.programs.map(async (program) => await program.log()))).join('\n');
	}

	async stop(): Promise<void> {
		await Promise.all(this.programs.map(async (program) => await program.stop()));
		if (!this.isKept) await rm(this.folder, { recursive: true, force: true });
	}

	/** Calls n8n's own API as its editor does. */
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

	/** Saves a credential. */
	async credential(type: string, data: IDataObject, name = type): Promise<Credential> {
		const saved = await this.rest<Credential>('POST', '/credentials', { name, type, data });
		return { id: saved.id, name: saved.name };
	}

	/** Saves a workflow that starts by hand. */
	async workflow(
		nodes: readonly INode[],
		connections: IConnections,
		settings: IDataObject = {},
	): Promise<string> {
		return await this.import({
			name: 'Images',
			nodes: [nodeOf(TRIGGER, 'n8n-nodes-base.manualTrigger', {}), ...nodes],
			connections,
			settings: { executionOrder: 'v1', ...settings },
		});
	}

	/** Saves a workflow as it is. */
	async import(workflow: object): Promise<string> {
		// n8n 1 takes no workflow that does not say whether it is active.
		const { id } = await this.rest<{ id: string }>('POST', '/workflows', { active: false, ...workflow });
		return id;
	}

	/** Starts a saved workflow at a trigger, and does not wait for it. */
	async begin(workflow: string, trigger = TRIGGER): Promise<string> {
		const workflowData = await this.rest('GET', `/workflows/${workflow}`);
		const { executionId } = await this.rest<{ executionId: string }>('POST', `/workflows/${workflow}/run`, {
			workflowData,
			triggerToStartFrom: { name: trigger },
		});
		return executionId;
	}

	async run(workflow: string, trigger = TRIGGER): Promise<Execution> {
		return await this.ended(await this.begin(workflow, trigger));
	}

	/** What the button "Retry" in the list of executions does. */
	async retry({ id }: Execution): Promise<Execution> {
		const retried = await this.rest<{ id: string }>('POST', `/executions/${id}/retry`, {
			loadWorkflow: true,
		});
		return await this.ended(retried.id);
	}

	/** Waits for the end of an execution. */
	async ended(id: string): Promise<Execution> {
		for (const limit = Date.now() + EXECUTION_LIMIT; Date.now() < limit; await wait(200)) {
			const { status, data } = await this.rest<{ status: string; data: string }>(
				'GET',
				`/executions/${id}?includeData=true`,
			);
			// n8n 1 stores the end of an execution before its data, which is an empty list until then.
			const known = parse(data) as IRunExecutionData | undefined;
			if (!['new', 'running', 'waiting'].includes(status) && known !== undefined) {
				return { id, status, data: known, stored: data };
			}
		}
		throw new Error(`execution ${id} did not end`);
	}

	private async launch(command: 'start' | 'worker', environment: Environment): Promise<Program> {
		this.launched += 1;
		const name = `${command}-${this.launched}`;
		const settings = { ...environment, ...this.environment };
		const program = await startProcess(this.release, command, this.folder, name, settings);
		this.programs.push(program);
		return program;
	}

	/** n8n says that it is ready before its API is, so the API itself is asked until it answers. */
	private async signIn(): Promise<void> {
		const { email, password } = this.owner;
		const isAnswering = async (): Promise<boolean> =>
			await this.rest('GET', '/settings').then(
				() => true,
				() => false,
			);
		for (const limit = Date.now() + START_LIMIT; !(await isAnswering()); await wait(500)) {
			if (Date.now() > limit) throw new Error('its API did not answer');
		}
		const { userManagement } = await this.rest<{ userManagement: { showSetupOnFirstLoad: boolean } }>(
			'GET',
			'/settings',
		);
		if (userManagement.showSetupOnFirstLoad) await this.rest('POST', '/owner/setup', this.owner);
		await this.rest('POST', '/login', { emailOrLdapLoginId: email, password });
	}
}
