/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- starts a real n8n beside the tests */
import { parse } from 'flatted';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import type { IConnections, IDataObject, INode, INodeExecutionData, IRunExecutionData } from 'n8n-workflow';

/** The owner of an n8n that lives as long as a test. */
export const OWNER = {
	email: 'owner@n8n.example',
	firstName: 'E',
	lastName: 'Owner',
	password: `Aa1-${randomUUID()}`,
};

export const TRIGGER = 'When clicking ‘Execute workflow’';

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

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** The items that a node put out in its last run. */
export function outputOf({ data }: Execution, node = 'Segmind', output = 0): INodeExecutionData[] {
	return data.resultData.runData[node]?.at(-1)?.data?.main?.[output] ?? [];
}

/** A node of a workflow; those of this package get their credential from {@link N8n.workflow}. */
export function nodeOf(
	name: string,
	type: string,
	parameters: IDataObject,
	rest: Partial<INode> = {},
): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters, ...rest } as INode;
}

/** Connects nodes one after the other, from the trigger on. */
export function chain(...names: string[]): IConnections {
	const all = [TRIGGER, ...names];
	return Object.fromEntries(
		names.map((name, index) => [all[index], { main: [[{ node: name, type: 'main', index: 0 }]] }]),
	) as IConnections;
}

/** A real n8n in a process of its own, with the packed node as a community package and a folder that goes with it. */
export class N8n {
	private cookie = '';

	private constructor(
		readonly url: string,
		private readonly folder: string,
		private readonly end: () => Promise<void>,
	) {}

	/**
	 * Starts n8n and signs its owner in.
	 *
	 * @param packed folder of the unpacked package
	 * @param n8n folder that n8n is installed in
	 * @param node program that n8n runs on
	 * @param environment settings on top of those that keep it quiet and local
	 */
	static async start(
		packed: string,
		n8n: string,
		node: string,
		environment: Readonly<Record<string, string>> = {},
	): Promise<N8n> {
		const folder = await mkdtemp(join(tmpdir(), 'n8n-'));
		const place = join(folder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-segmind');
		await mkdir(place, { recursive: true });
		await cp(packed, place, { recursive: true });
		const log = await open(join(folder, 'log'), 'w');
		const port = await freePort();
		const child = spawn(node, [join(n8n, 'node_modules', 'n8n', 'bin', 'n8n'), 'start'], {
			cwd: folder,
			stdio: ['ignore', log.fd, log.fd],
			env: {
				HOME: folder,
				PATH: [dirname(node), process.env.PATH].join(delimiter),
				N8N_USER_FOLDER: folder,
				N8N_PORT: String(port),
				N8N_RUNNERS_BROKER_PORT: String(await freePort()),
				N8N_LISTEN_ADDRESS: '127.0.0.1',
				N8N_SECURE_COOKIE: 'false',
				N8N_DIAGNOSTICS_ENABLED: 'false',
				N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
				N8N_TEMPLATES_ENABLED: 'false',
				N8N_PERSONALIZATION_ENABLED: 'false',
				N8N_VERIFIED_PACKAGES_ENABLED: 'false',
				...environment,
			},
		});
		const started = new N8n(`http://127.0.0.1:${port}`, folder, async () => {
			child.kill('SIGTERM');
			await Promise.race([once(child, 'exit'), wait(10_000, undefined, { ref: false })]);
			child.kill('SIGKILL');
			await log.close();
			await rm(folder, { recursive: true, force: true });
		});
		await started.signIn().catch(async (reason: unknown) => {
			const said = await started.log();
			await started.stop();
			throw new Error(`n8n did not start: ${String(reason)}\n${said}`);
		});
		return started;
	}

	/** What n8n printed. */
	async log(): Promise<string> {
		return await readFile(join(this.folder, 'log'), 'utf8');
	}

	async stop(): Promise<void> {
		await this.end();
	}

	/** Calls n8n's own API as its editor does. */
	async rest<T = IDataObject>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json', 'browser-id': 'tests', cookie: this.cookie },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		for (const cookie of response.headers.getSetCookie()) {
			if (cookie.startsWith('n8n-auth=')) this.cookie = cookie.split(';')[0] ?? '';
		}
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
		return (JSON.parse(text) as { data: T }).data;
	}

	/** Saves a credential for Segmind. */
	async credential(data: { apiKey: string; baseUrl: string }): Promise<{ id: string; name: string }> {
		const { id, name } = await this.rest<{ id: string; name: string }>('POST', '/credentials', {
			name: 'Segmind account',
			type: 'segmindApi',
			data,
		});
		return { id, name };
	}

	/** Saves a workflow that starts by hand. */
	async workflow(
		nodes: readonly INode[],
		connections: IConnections,
		settings: IDataObject = {},
	): Promise<string> {
		const { id } = await this.rest<{ id: string }>('POST', '/workflows', {
			name: 'Images',
			nodes: [nodeOf(TRIGGER, 'n8n-nodes-base.manualTrigger', {}), ...nodes],
			connections,
			settings: { executionOrder: 'v1', ...settings },
		});
		return id;
	}

	/** Starts a saved workflow, and does not wait for it. */
	async begin(workflow: string): Promise<string> {
		const workflowData = await this.rest('GET', `/workflows/${workflow}`);
		const { executionId } = await this.rest<{ executionId: string }>('POST', `/workflows/${workflow}/run`, {
			workflowData,
			triggerToStartFrom: { name: TRIGGER },
		});
		return executionId;
	}

	async run(workflow: string): Promise<Execution> {
		return await this.ended(await this.begin(workflow));
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
			if (!['new', 'running', 'waiting'].includes(status)) {
				return { id, status, data: parse(data) as IRunExecutionData, stored: data };
			}
		}
		throw new Error(`execution ${id} did not end`);
	}

	/** n8n says that it is ready before its API is, so the API itself is asked until it answers. */
	private async signIn(): Promise<void> {
		const { email, password } = OWNER;
		const setUp = async (): Promise<boolean> =>
			await this.rest('POST', '/owner/setup', OWNER).then(
				() => true,
				() => false,
			);
		for (const limit = Date.now() + START_LIMIT; !(await setUp()); await wait(500)) {
			if (Date.now() > limit) throw new Error('its API did not answer');
		}
		await this.rest('POST', '/login', { emailOrLdapLoginId: email, password });
	}
}
