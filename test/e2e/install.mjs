// Brings what the tests in a real n8n need: n8n itself with its own Node, and Chromium. Everything is kept outside
// the project, since n8n takes 3 GB, and nothing is done twice.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, CHROMIUM, N8N_VERSION, NODE_FOLDER, NODE_PACKAGE } from './places.mjs';

const DONE = join(CACHE, 'complete');

function run(command, args, cwd) {
	console.log(`${command} ${args.join(' ')}`);
	execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function installN8n() {
	mkdirSync(NODE_FOLDER, { recursive: true });
	for (const folder of [CACHE, NODE_FOLDER]) {
		writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
	}
	// The install scripts of parts that nobody needs here fail without a wider network; only the database has to be built.
	run(
		'npm',
		['install', `n8n@${N8N_VERSION}`, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
		CACHE,
	);
	run('npm', ['rebuild', 'sqlite3', '--loglevel=error'], CACHE);
	run('npm', ['install', NODE_PACKAGE, '--no-audit', '--no-fund', '--loglevel=error'], NODE_FOLDER);
	writeFileSync(DONE, '');
}

if (!existsSync(DONE)) installN8n();
if (!existsSync(CHROMIUM)) {
	run('apt-get', ['update', '--quiet'], CACHE);
	run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], CACHE);
}
console.log(`n8n ${N8N_VERSION} is in ${CACHE}`);
