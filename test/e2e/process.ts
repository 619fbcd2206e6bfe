/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- starts real programs for the tests */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

export type Environment = Readonly<Record<string, string>>;

/** Milliseconds between two checks. */
const INTERVAL = 100;

/**
 * Waits until `read` returns something other than undefined or false.
 *
 * @param limit milliseconds
 * @throws when that takes longer
 */
export async function until<T>(
	what: string,
	read: () => Promise<T | undefined | false> | T | undefined | false,
	limit = 60_000,
): Promise<T> {
	// Not by the clock of the machine, which may be set meanwhile.
	for (const end = performance.now() + limit; performance.now() < end; await wait(INTERVAL)) {
		const value = await read();
		if (value !== undefined && value !== false) return value;
	}
	throw new Error(`timed out: ${what}`);
}

/** Returns a port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** A program in a process of its own, which prints to a file. */
export class Program {
	private readonly exit: Promise<unknown>;

	private constructor(
		private readonly child: ReturnType<typeof spawn>,
		private readonly logFile: string,
	) {
		this.exit = once(child, 'exit');
	}

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

	/** Returns what it printed. */
	async log(): Promise<string> {
		return await readFile(this.logFile, 'utf8');
	}

	/** Ends it at once, like a power cut. */
	async kill(): Promise<void> {
		this.child.kill('SIGKILL');
		await this.exit;
	}

	/** Asks it to end, and kills it after ten seconds. */
	async close(): Promise<void> {
		this.child.kill('SIGTERM');
		await Promise.race([this.exit, wait(10_000, undefined, { ref: false })]);
		await this.kill();
	}
}
