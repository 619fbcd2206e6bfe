/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- a command for the terminal, not part of the node */
import { execFileSync, spawn } from 'node:child_process';
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
import { Emulator } from '../test/emulator/emulator';

/** The command runs in the project's folder. What is made in n8n is kept here. */
const HOME = join(process.cwd(), '.cache', 'n8n');

const TOOLS = join(process.cwd(), 'node_modules');

const CREDENTIAL = 'Segmind account';

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
function rebuildOnChange(packageFolder: string): void {
	spawn(process.execPath, [join(TOOLS, 'gulp', 'bin', 'gulp.js'), 'rebuild'], {
		stdio: 'inherit',
		env: { ...process.env, DELIVER_TO: packageFolder },
	});
}

async function saveCredential(n8n: N8n, data: IDataObject): Promise<Saved> {
	const saved = await n8n.rest<Saved[]>('GET', '/credentials');
	const before = saved.find(({ name }) => name === CREDENTIAL);
	if (before === undefined) return await n8n.credential('segmindApi', data, CREDENTIAL);
	await n8n.rest('PATCH', `/credentials/${before.id}`, { name: CREDENTIAL, type: 'segmindApi', data });
	return before;
}

/** Imports the missing examples with the credential. */
async function importExamples(n8n: N8n, credential: Saved): Promise<void> {
	const there = new Set((await n8n.rest<Saved[]>('GET', '/workflows')).map(({ name }) => name));
	for (const file of (await readdir('examples')).filter((name) => name.endsWith('.json'))) {
		const example = JSON.parse(await readFile(join('examples', file), 'utf8'), (key, value: unknown) =>
			key === 'segmindApi' ? { id: credential.id, name: credential.name } : value,
		) as { name: string };
		if (!there.has(example.name)) await n8n.import(example);
	}
}

/** An address that signs the browser in and redirects to n8n: a cookie is valid for all ports of a host. */
async function startSignIn(n8n: N8n): Promise<string> {
	const server = createServer((_request, response) => {
		response.writeHead(302, {
			'set-cookie': `${n8n.session}; Path=/; HttpOnly; SameSite=Lax`,
			location: `${n8n.url}/home/workflows`,
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
	const emulator = key === undefined ? await Emulator.start({ delay: DELAY }) : undefined;
	console.log('Starting n8n …');
	const n8n = await N8n.start(
		{ N8N_DEV_RELOAD: 'true', N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE: 'true' },
		NEWEST,
		HOME,
	);
	const data =
		emulator === undefined ? { apiKey: key, baseUrl } : { apiKey: emulator.key, baseUrl: emulator.url };
	await importExamples(n8n, await saveCredential(n8n, data));
	rebuildOnChange(n8n.packageFolder);
	console.log(`
  ${await startSignIn(n8n)}

opens n8n ${NEWEST.version}, signed in, with the node, its examples and the credential “${CREDENTIAL}”.
${
	emulator === undefined
		? `Images come from ${baseUrl} and are paid for.`
		: `Images come from the emulator at ${emulator.url}; none is paid for. Set SEGMIND_API_KEY for real ones.`
}
Changes of the node's source are built at once; open the node again to see them.
Your workflows are kept in ${HOME}; delete that folder to start over. Press Ctrl+C to stop.`);
	await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	await n8n.stop();
	await emulator?.close();
	process.exit();
}

void main();
