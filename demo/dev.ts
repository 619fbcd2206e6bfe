/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- a command for the terminal, not part of the node */
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import type { IDataObject } from 'n8n-workflow';

import { SEGMIND_URL } from '../credentials/connection';
import { N8n } from '../test/e2e/n8n';
import { NEWEST } from '../test/e2e/places';
import { freePort } from '../test/e2e/process';

/** The command runs in the project's folder. What is made in n8n is kept here. */
const HOME = join(process.cwd(), '.cache', 'n8n');

const TOOLS = join(process.cwd(), 'node_modules');

const CREDENTIAL = 'Segmind account';

/** The example that n8n opens with. */
const FIRST = 'Your first image';

/** Milliseconds that an emulated image takes. */
const DELAY = 1500;

interface Saved {
	readonly id: string;
	readonly name: string;
}

function run(...args: readonly string[]): void {
	execFileSync(process.execPath, args, { stdio: 'inherit' });
}

/** Rebuilds the node when its source changes; n8n reloads it. */
function rebuildOnChange(packageFolder: string): ChildProcess {
	return spawn(process.execPath, [join(TOOLS, 'gulp', 'bin', 'gulp.js'), 'rebuild'], {
		stdio: 'inherit',
		env: { ...process.env, DELIVER_TO: packageFolder },
	});
}

/** Where images come from. */
interface Source {
	readonly apiKey: string;
	readonly baseUrl: string;
	readonly program?: ChildProcess;
}

/** Starts the emulator in a process of its own, which starts again when its source changes: same address, same key. */
async function startEmulator(): Promise<Source> {
	const port = String(await freePort());
	const apiKey = `SG_${randomBytes(8).toString('hex')}`;
	const tsx = [join(TOOLS, 'tsx', 'dist', 'cli.mjs'), 'watch', '--clear-screen=false'];
	const args = ['test/emulator/cli.ts', '--port', port, '--key', apiKey, '--delay', String(DELAY)];
	const program = spawn(process.execPath, [...tsx, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
	return { apiKey, baseUrl: `http://127.0.0.1:${port}`, program };
}

async function saveCredential(n8n: N8n, data: IDataObject): Promise<Saved> {
	const saved = await n8n.rest<Saved[]>('GET', '/credentials');
	const before = saved.find(({ name }) => name === CREDENTIAL);
	if (before === undefined) return await n8n.credential('segmindApi', data, CREDENTIAL);
	await n8n.rest('PATCH', `/credentials/${before.id}`, { name: CREDENTIAL, type: 'segmindApi', data });
	return before;
}

/** Imports the missing examples with the credential, and returns the address of the one to open. */
async function importExamples(n8n: N8n, credential: Saved): Promise<string> {
	const before = await n8n.rest<Saved[]>('GET', '/workflows');
	const ids = new Map(before.map(({ id, name }) => [name, id]));
	for (const file of (await readdir('examples')).filter((name) => name.endsWith('.json'))) {
		const example = JSON.parse(await readFile(join('examples', file), 'utf8'), (key, value: unknown) =>
			key === 'segmindApi' ? { id: credential.id, name: credential.name } : value,
		) as { name: string };
		if (!ids.has(example.name)) ids.set(example.name, await n8n.import(example));
	}
	return `${n8n.url}/workflow/${ids.get(FIRST)}`;
}

/** An address that signs the browser in and redirects to n8n: a cookie is valid for all ports of a host. */
async function startSignIn(n8n: N8n, location: string): Promise<string> {
	const server = createServer((_request, response) => {
		response.writeHead(302, {
			'set-cookie': `${n8n.session}; Path=/; HttpOnly; SameSite=Lax`,
			location,
		});
		response.end();
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function main(): Promise<void> {
	run('test/package/check.mjs');
	run(join(TOOLS, 'tsx', 'dist', 'cli.mjs'), 'test/e2e/install.ts', 'n8n');
	const { SEGMIND_API_KEY: key, SEGMIND_BASE_URL: baseUrl = SEGMIND_URL } = process.env;
	const { program: emulator, ...data } = key === undefined ? await startEmulator() : { apiKey: key, baseUrl };
	console.log('Starting n8n …');
	const n8n = await N8n.start(
		{ N8N_DEV_RELOAD: 'true', N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE: 'true' },
		NEWEST,
		HOME,
	);
	const first = await importExamples(n8n, await saveCredential(n8n, data));
	const builder = rebuildOnChange(n8n.packageFolder);
	console.log(`
  ${await startSignIn(n8n, first)}

opens n8n ${NEWEST.version}, signed in, with the node, its examples and the credential “${CREDENTIAL}”.
${
	emulator === undefined
		? `Images come from ${data.baseUrl} and are paid for.`
		: `Images come from the emulator at ${data.baseUrl}; none is paid for. Set SEGMIND_API_KEY for real ones.`
}
Changes of the node and of the emulator are taken over at once; open the node again to see them.
Your workflows are kept in ${HOME}; delete that folder to start over. Press Ctrl+C to stop.`);
	await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	builder.kill();
	emulator?.kill();
	await n8n.stop();
	process.exit();
}

void main();
