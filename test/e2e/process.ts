/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- starts a real n8n beside the tests */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

import type { Release } from './places';

export type Environment = Readonly<Record<string, string>>;

/** A port of this machine that nobody listened at a moment ago. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** A program that runs beside the tests and prints into a file. */
export class Program {
	private constructor(
		private readonly child: ReturnType<typeof spawn>,
		private readonly logFile: string,
	) {}

	/** @param logFile where it prints to */
	static async start(
		command: string,
		args: readonly string[],
		logFile: string,
		environment: Environment = {},
	): Promise<Program> {
		const log = await open(logFile, 'w');
		const child = spawn(command, args, {
			cwd: dirname(logFile),
			stdio: ['ignore', log.fd, log.fd],
			env: { PATH: process.env.PATH, ...environment },
		});
		await once(child, 'spawn');
		await log.close();
		return new Program(child, logFile);
	}

	/** What it printed. */
	async log(): Promise<string> {
		return await readFile(this.logFile, 'utf8');
	}

	/** Ends it as a machine does that loses its power. */
	async kill(): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const ended = once(this.child, 'exit');
		this.child.kill('SIGKILL');
		await ended;
	}

	async stop(): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const ended = once(this.child, 'exit');
		this.child.kill('SIGTERM');
		await Promise.race([ended, wait(10_000, undefined, { ref: false })]);
		await this.kill();
	}
}

/**
 * A process of n8n: `start` for the one with the editor, `worker` for one that runs executions of a queue.
 *
 * @param folder of its files, which main and workers share
 * @param name of the process: no two of a folder have the same
 */
export async function startProcess(
	{ folder: installed, node }: Release,
	command: 'start' | 'worker',
	folder: string,
	name: string,
	environment: Environment,
): Promise<Program> {
	const n8n = join(installed, 'node_modules', 'n8n', 'bin', 'n8n');
	return await Program.start(node, [n8n, command], join(folder, `${name}.log`), {
		HOME: folder,
		PATH: [dirname(node), process.env.PATH].join(delimiter),
		N8N_USER_FOLDER: folder,
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		...environment,
	});
}
