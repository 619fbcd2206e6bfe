/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- a command for the terminal */
// Installs what the tests in a real n8n need: n8n with its own Node.js, and programs of Debian. n8n is installed outside
// the project, since it takes 3 GB, and only once. With the argument n8n, installs nothing but the newest n8n.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

import type { Release } from './places';
import { CHROMIUM, NEWEST, OLDEST, postgresProgram } from './places';

/** Debian's packages, by the program that each one has. */
const PROGRAMS: Readonly<Record<string, string>> = {
	[CHROMIUM]: 'chromium',
	[postgresProgram('initdb')]: 'postgresql',
	// n8n's Edit Image runs it.
	'/usr/bin/gm': 'graphicsmagick',
	'/usr/bin/redis-server': 'redis-server',
	'/usr/sbin/sshd': 'openssh-server',
};

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];

function run(command: string, ...args: readonly string[]): void {
	console.log([command, ...args].join(' '));
	execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Runs the npm of Node 20 and 22, whatever is installed: older ones reject the overrides, wherever they are run. */
const npm = (folder: string, ...args: readonly string[]): void =>
	run('npx', '--yes', 'npm@10.8.2', '--prefix', folder, ...args);

function makePackage(folder: string, content: object = {}): void {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...content }));
}

function installN8n({ version, folder, node, nodePackage, overrides = {} }: Release): void {
	const done = join(folder, 'complete');
	if (!existsSync(done)) {
		const nodeFolder = dirname(dirname(dirname(dirname(node))));
		makePackage(folder, { overrides });
		makePackage(nodeFolder);
		// The install scripts of parts that are not needed fail where the network is restricted; only the database is built.
		npm(folder, 'install', `n8n@${version}`, '--ignore-scripts', ...QUIET);
		// The project's setting ignore-scripts would apply here, too, through npx and `npm run`.
		npm(folder, 'rebuild', 'sqlite3', '--ignore-scripts=false', '--loglevel=error');
		npm(nodeFolder, 'install', nodePackage, ...QUIET);
		writeFileSync(done, '');
	}
	console.log(`n8n ${version} is in ${folder}`);
}

function installPrograms(): void {
	const missing = Object.entries(PROGRAMS).filter(([program]) => !existsSync(program));
	if (missing.length === 0) return;
	const apt = (...args: readonly string[]): void => {
		const command = ['apt-get', '--quiet', '--yes', ...args];
		const [first = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', ...command];
		run(first, ...rest);
	};
	apt('update');
	apt('install', '--no-install-recommends', ...missing.map(([, name]) => name));
}

installN8n(NEWEST);
if (process.argv[2] !== 'n8n') {
	installN8n(OLDEST);
	installPrograms();
}
