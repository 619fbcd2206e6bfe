/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- starts a real PostgreSQL for the tests */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { postgresProgram } from './places';
import type { Environment } from './process';
import { freePort, Program, until } from './process';

const USER = 'n8n';

/** PostgreSQL refuses to run as root, so root runs it as the user that Debian's package makes. */
const AS_USER = ['/usr/bin/setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];

/** Nothing outlives the test, so nothing has to survive a power cut. */
const SETTINGS = {
	listen_addresses: '127.0.0.1',
	unix_socket_directories: '',
	max_connections: 50,
	fsync: 'off',
	synchronous_commit: 'off',
	full_page_writes: 'off',
};

/** A PostgreSQL server in a temporary folder, as n8n's database. */
export class Postgres {
	private constructor(
		readonly port: number,
		private readonly folder: string,
		private readonly program: Program,
	) {}

	static async start(): Promise<Postgres> {
		const isRoot = process.getuid?.() === 0;
		const asUser = (...command: readonly string[]): readonly [string, ...string[]] =>
			[...(isRoot ? AS_USER : []), ...command] as [string, ...string[]];
		const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
		if (isRoot) execFileSync('chown', ['postgres:', folder]);
		const data = join(folder, 'data');
		const [make, ...making] = asUser(postgresProgram('initdb'), '--pgdata', data, '--username', USER);
		const encoding = ['--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
		execFileSync(make, [...making, ...encoding], { stdio: 'pipe', cwd: folder });
		const port = await freePort();
		const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
		const [run, ...running] = asUser(
			postgresProgram('postgres'),
			'-D',
			data,
			'-p',
			String(port),
			...settings,
		);
		const program = await Program.start(run, running, join(folder, 'postgres.log'));
		await until('PostgreSQL starts', async () =>
			(await program.log()).includes('ready to accept connections'),
		);
		return new Postgres(port, folder, program);
	}

	/** The settings of an n8n that uses this database. */
	get environment(): Environment {
		return {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(this.port),
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_DATABASE: 'postgres',
		};
	}

	async close(): Promise<void> {
		await this.program.close();
		await rm(this.folder, { recursive: true, force: true });
	}
}
