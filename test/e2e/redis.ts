/* eslint-disable @n8n/community-nodes/no-restricted-imports -- starts a real Redis for the tests */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, Program } from './process';

/** A Redis server in memory, for n8n's queue. */
export class Redis {
	private constructor(
		readonly port: number,
		private readonly folder: string,
		private readonly program: Program,
	) {}

	static async start(): Promise<Redis> {
		const port = await freePort();
		const folder = await mkdtemp(join(tmpdir(), 'redis-'));
		const inMemory = ['--save', '', '--appendonly', 'no'];
		const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...inMemory];
		const program = await Program.start('/usr/bin/redis-server', args, join(folder, 'redis.log'));
		return new Redis(port, folder, program);
	}

	async close(): Promise<void> {
		await this.program.close();
		await rm(this.folder, { recursive: true, force: true });
	}
}
