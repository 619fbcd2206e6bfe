/* eslint-disable @n8n/community-nodes/no-restricted-imports -- an authority and a proxy for a real n8n */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';

import { closeGateways, createAuthority, gateway, proxy, refuse, tunnel } from '../engine/gateways';
import type { Credential } from './n8n';
import type { Environment } from './process';
import { setUp } from './setup';
import { jsonOf } from './workflow';

/** n8n asks for an address of each host before it uses the proxy, if its network is protected. */
const HOST = 'localhost';
const FORBIDDEN = 'files.example';

const setup = setUp({ environment: async () => await companyNetwork() });
let behindProxy: Credential;
let open: Parameters<typeof proxy>[0];
let atProxy: typeof open = refuse('403 Forbidden');
/** Where n8n asked the proxy to connect to. */
let targets: string[] = [];

/** A proxy that puts certificates of its own in the place of all others, and n8n's protection of the own network. */
async function companyNetwork(): Promise<Environment> {
	const authority = await createAuthority(false);
	const folder = await mkdtemp(join(tmpdir(), 'authority-'));
	setup.closeLater({ close: async () => await rm(folder, { recursive: true }) });
	const file = join(folder, 'authority.pem');
	await writeFile(file, authority.cert);
	const port = await gateway(await authority.issue([HOST]), setup.emulator.url);
	open = (client, target) => tunnel(client, target, port);
	const proxyPort = await proxy((client, target) => {
		targets.push(target);
		atProxy(client, target);
	});
	return {
		HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
		NODE_EXTRA_CA_CERTS: file,
		N8N_SSRF_PROTECTION_ENABLED: 'true',
		N8N_SSRF_ALLOWED_HOSTNAMES: HOST,
		N8N_SSRF_BLOCKED_HOSTNAMES: FORBIDDEN,
	};
}

beforeAll(async () => {
	const data = { apiKey: setup.emulator.key, baseUrl: `https://${HOST}` };
	behindProxy = await setup.n8n.credential('segmindApi', data, 'Behind the proxy');
});

beforeEach(() => {
	atProxy = open;
	targets = [];
});

afterAll(async () => await closeGateways());

/** Makes images of two prompts, one after the other, and returns what comes out. */
async function run(credential: Credential, options: IDataObject = {}): Promise<IDataObject[]> {
	const rest: Partial<INode> = {
		credentials: { segmindApi: { ...credential } },
		onError: 'continueRegularOutput',
	};
	const rows = setup.rows(['a fox', 'an owl'], { options: { concurrency: 1, ...options } }, rest);
	return jsonOf(await setup.run(rows));
}

test('works through a proxy with an authority of its own', async () => {
	expect((await run(behindProxy)).map(({ cost }) => cost)).toEqual([0.05, 0.05]);
	expect(targets).toEqual([`${HOST}:443`, `${HOST}:443`]);
	expect(setup.emulator.paid).toBe(2);
});

test.each(['407 Proxy Authentication Required', '502 Bad Gateway'])(
	'names a proxy that refuses with %s, and nothing was billed',
	async (status) => {
		atProxy = refuse(status);
		for (const { error, details } of await run(behindProxy, { maxRetries: 0 })) {
			expect(error).toMatch(/proxy/i);
			expect(error).toContain(status.slice(0, 3));
			expect(details).toMatchObject({ cause: 'network', billed: 'no', attempts: 1 });
		}
		expect(setup.emulator.requests).toEqual([]);
	},
);

test("names n8n's protection of its network, and asks once", async () => {
	const started = Date.now();
	const items = await run(setup.credential);
	expect(items.map(({ details }) => details)).toMatchObject([
		{ cause: 'endpoint', billed: 'no', attempts: 1 },
		{ cause: 'endpoint', billed: 'no', attempts: 0 },
	]);
	expect(items[0]?.error).toContain('network policy');
	expect(items[0]?.message).toContain('N8N_SSRF_ALLOWED_HOSTNAMES');
	expect(Date.now() - started).toBeLessThan(5000);
	expect(setup.emulator.requests).toEqual([]);
});

test('names a file that the protection forbids once, with its link and its request ID', async () => {
	const link = `https://${FORBIDDEN}/1.webp`;
	setup.emulator.inject({ on: 'result', fields: { output: link }, times: -1 });
	for (const { error, message, details } of await run(behindProxy, { delivery: 'queued' })) {
		const { requestId } = details as { requestId: string };
		expect(details).toMatchObject({ cause: 'response', billed: 'unknown' });
		expect(error).toContain('network policy');
		expect(message).toContain(link);
		expect(message).toContain(requestId);
		expect(requestId).not.toBe('');
	}
	expect(setup.requestsTo(/^\/v2\/flux/)).toHaveLength(2);
	expect([...new Set(targets)]).toEqual([`${HOST}:443`]);
});
