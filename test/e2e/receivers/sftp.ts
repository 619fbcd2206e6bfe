/* eslint-disable @n8n/community-nodes/no-restricted-imports -- starts a real SFTP server for the tests */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort, Program, until } from '../process';

const SSHD = '/usr/sbin/sshd';

/** Milliseconds. */
const START_LIMIT = 10_000;

async function makeKey(file: string): Promise<void> {
	await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
}

const configurationOf = (folder: string, port: number, user: string): string => `
Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, 'host')}
AuthorizedKeysFile ${join(folder, 'user.pub')}
AllowUsers ${user}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d ${join(folder, 'home')}
`;

async function isOpen(port: number): Promise<boolean> {
	const socket = connect(port, '127.0.0.1');
	const isConnected = await once(socket, 'connect').then(
		() => true,
		() => false,
	);
	socket.destroy();
	return isConnected;
}

/** OpenSSH's SFTP server, with a key for the user who runs the tests. */
export class SftpServer {
	private constructor(
		/** The data of n8n's SFTP credential. */
		readonly credential: Readonly<Record<string, string | number>>,
		private readonly folder: string,
		private readonly program: Program,
	) {}

	static async start(): Promise<SftpServer> {
		const folder = await mkdtemp(join(tmpdir(), 'sftp-'));
		const { uid, username } = userInfo();
		const port = await freePort();
		await makeKey(join(folder, 'host'));
		await makeKey(join(folder, 'user'));
		await mkdir(join(folder, 'home'));
		// sshd needs this folder when it runs as root. Debian makes it when the service starts.
		if (uid === 0) await mkdir('/run/sshd', { recursive: true });
		const config = join(folder, 'config');
		await writeFile(config, configurationOf(folder, port, username));
		const program = await Program.start(SSHD, ['-D', '-e', '-f', config], join(folder, 'log'));
		const privateKey = await readFile(join(folder, 'user'), 'utf8');
		const server = new SftpServer({ host: '127.0.0.1', port, username, privateKey }, folder, program);
		await until('sshd starts', async () => await isOpen(port), START_LIMIT);
		return server;
	}

	/** The folder in which a session starts. */
	get home(): string {
		return join(this.folder, 'home');
	}

	async close(): Promise<void> {
		await this.program.close();
		await rm(this.folder, { recursive: true, force: true });
	}
}
