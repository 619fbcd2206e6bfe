/* eslint-disable @n8n/community-nodes/no-restricted-imports -- starts a real n8n for the tests */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';

import type { Release } from './places';
import { NEWEST, PACKED } from './places';
import type { Environment } from './process';
import { freePort, Program, until } from './process';
import type { Owner } from './restClient';
import { RestClient } from './restClient';

export type { Credential, Execution } from './restClient';

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
export class N8n extends RestClient {
	private readonly programs: Program[] = [];

	private main: Program | undefined;

	private constructor(
		private readonly port: number,
		/** n8n's home: its settings, database and files. */
		readonly folder: string,
		owner: Owner,
		private readonly release: Release,
		private readonly environment: Environment,
		private readonly isKept: boolean,
	) {
		super(`http://127.0.0.1:${port}`, owner);
	}

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
		const n8n = new N8n(port, folder, owner, release, environment, home !== undefined);
		await rm(n8n.packageFolder, { recursive: true, force: true });
		await cp(PACKED, n8n.packageFolder, { recursive: true });
		await n8n.startAgain().catch(async (reason: unknown) => {
			const printed = await n8n.log();
			await n8n.stop();
			throw new Error(`n8n did not start: ${String(reason)}\n${printed}`);
		});
		return n8n;
	}

	/** Ends n8n at once, like a power cut. Its workers go on. */
	async kill(): Promise<void> {
		await this.main?.kill();
	}

	/** Starts n8n at the same address with the same database, and signs in its owner. */
	async startAgain(): Promise<void> {
		this.main = await this.launch('start', { N8N_PORT: String(this.port) });
		await this.signIn(START_LIMIT);
	}

	/** The folder in which n8n has the node. */
	get packageFolder(): string {
		return join(this.folder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-segmind');
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
}
