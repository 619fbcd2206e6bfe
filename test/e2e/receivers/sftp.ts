/* eslint-disable @n8n/community-nodes/no-restricted-imports -- starts a real SFTP server beside the tests */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePort, Program } from '../process';

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

const isOpen = async (port: number): Promise<boolean> =>
	await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.on('error', () => resolve(false));
		socket.on('connect', () => {
			socket.destroy();
			resolve(true);
		});
	});

/** OpenSSH's own server for SFTP, which lets the user who runs the tests in with a key made for it. */
export class SftpServer {
	private constructor(
		/** What n8n's credential for SFTP holds. */
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
		// Where sshd of root puts what it does before a login; Debian makes it when the service starts.
		if (uid === 0) await mkdir('/run/sshd', { recursive: true });
		await writeFile(join(folder, 'config'), configurationOf(folder, port, username));
		const program = await Program.start(
			SSHD,
			['-D', '-e', '-f', join(folder, 'config')],
			join(folder, 'log'),
		);
		const credential = {
			host: '127.0.0.1',
			port,
			username,
			privateKey: await readFile(join(folder, 'user'), 'utf8'),
		};
		const server = new SftpServer(credential, folder, program);
		for (const limit = Date.now() + START_LIMIT; !(await isOpen(port)); await wait(100)) {
			if (Date.now() > limit) throw new Error(`sshd did not start: ${await program.log()}`);
		}
		return server;
	}

	/** Where a login starts. */
	get home(): string {
		return join(this.folder, 'home');
	}

	async close(): Promise<void> {
		await this.program.stop();
		await rm(this.folder, { recursive: true, force: true });
	}
}
