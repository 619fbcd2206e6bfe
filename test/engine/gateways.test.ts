/* eslint-disable @n8n/community-nodes/no-restricted-imports -- pages of servers of a test */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CredentialTestContext } from 'n8n-core';
import type { IDataObject } from 'n8n-workflow';

import { testSegmindApi } from '../../nodes/Segmind/api/account';
import type { RunOptions } from './engine';
import {
	closeGateways,
	createAuthority,
	gateway,
	protectNetwork,
	proxy,
	refuse,
	tunnel,
	withProxy,
} from './gateways';
import { errorOf } from './results';
import { CONTINUE, generate, itemsOf, queued } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine();

type Authority = Awaited<ReturnType<typeof createAuthority>>;

let authority: Authority;
let stranger: Authority;

beforeAll(async () => {
	stranger = await createAuthority(false);
	authority = await createAuthority(true);
});

afterAll(async () => {
	authority.forget();
	await closeGateways();
});

/** A run against a server on this machine. */
const runAt = async (port: number, rest: RunOptions = {}, options: IDataObject = {}) =>
	await engine.run(
		generate(
			{ maxRetries: 0, timeout: 5, concurrency: 1, ...options },
			{
				...rest,
				node: { ...CONTINUE, ...rest.node },
				credential: { apiKey: emulator.key, baseUrl: `https://localhost:${port}` },
			},
		),
	);

describe('TLS', () => {
	const trusted = async (hosts = ['localhost'], dates = {}) => await authority.issue(hosts, dates);
	const cases: Array<[name: string, port: () => Promise<number>, words: string, advice: string]> = [
		[
			'of an unknown authority',
			async () => await gateway(await stranger.issue(['localhost']), emulator.url),
			'does not know the authority',
			'NODE_EXTRA_CA_CERTS',
		],
		[
			'that has expired',
			async () =>
				await gateway(await trusted(['localhost'], { from: '2020-01-01', to: '2020-02-01' }), emulator.url),
			'has expired',
			'clock',
		],
		[
			'that is not valid yet',
			async () =>
				await gateway(await trusted(['localhost'], { from: '2090-01-01', to: '2090-02-01' }), emulator.url),
			'not valid yet',
			'clock',
		],
		[
			'of another host',
			async () => await gateway(await trusted(['other.example']), emulator.url),
			'for another host name',
			'Base URL',
		],
		[
			'with an old protocol',
			async () =>
				await gateway(await trusted(), emulator.url, undefined, {
					minVersion: 'TLSv1',
					maxVersion: 'TLSv1.1',
					ciphers: 'DEFAULT@SECLEVEL=0',
				}),
			'too old',
			'Base URL',
		],
		[
			'at a port of plain http',
			async () => Number(new URL(emulator.url).port),
			'does not speak TLS',
			'Base URL',
		],
	];

	test.each(cases)('a certificate %s is named, and nothing was billed', async (_, port, words, advice) => {
		const { items } = await runAt(await port());
		const error = errorOf(items[0]);
		expect(error).toMatchObject({
			cause: 'network',
			billed: 'no',
			attempts: 1,
			error: expect.stringContaining(words),
		});
		expect(error.message).toContain(advice);
		expect(emulator.paid).toBe(0);
	});

	test('is named by the credential test as well', async () => {
		const port = await gateway(await stranger.issue(['localhost']), emulator.url);
		const data = { apiKey: emulator.key, baseUrl: `https://localhost:${port}` };
		const credential = { id: '1', name: 'Segmind account', type: 'segmindApi', data };
		const { status, message } = await testSegmindApi.call(new CredentialTestContext(), credential);
		expect(status).toBe('Error');
		expect(message).toMatch(/does not know the authority of its certificate .*NODE_EXTRA_CA_CERTS/);
	});

	test('of a trusted authority works', async () => {
		const { items } = await runAt(await gateway(await trusted(), emulator.url));
		expect(items[0]?.json).toMatchObject({ cost: 0.05 });
	});
});

describe('a proxy that lets nothing pass is named, and nothing was billed:', () => {
	test.each<[name: string, ...Parameters<typeof refuse>]>([
		['401', '401 Unauthorized'],
		['403', '403 Forbidden'],
		['404', '404 Not Found'],
		['407', '407 Proxy Authentication Required'],
		['302', '302 Found'],
		['502', '502 Bad Gateway'],
		['503', '503 Service Unavailable', ''],
		['504', '504 Gateway Timeout'],
		['504 with JSON', '504 Gateway Timeout', '{"error":"timeout"}'],
	])('%s', async (_, ...page) => {
		const port = await gateway(await authority.issue(['localhost']), emulator.url);
		const url = `http://127.0.0.1:${await proxy(refuse(...page))}`;
		const rest = { items: itemsOf('a', 'b') };
		const direct = await withProxy(url, async () => await runAt(port, rest));
		const submitted = await withProxy(url, async () => await runAt(port, rest, { delivery: 'queued' }));
		const items = [...direct.items, ...submitted.items];
		expect(items).toHaveLength(4);
		for (const item of items) {
			const error = errorOf(item);
			expect(error).toMatchObject({
				cause: 'network',
				billed: 'no',
				attempts: 1,
				error: expect.stringMatching(/proxy/i),
			});
			expect(error.message).toMatch(/proxy|proxies/);
		}
		expect(emulator.requests).toEqual([]);
	});

	test.each<[name: string, connected: Parameters<typeof proxy>[0], words: RegExp]>([
		['closes', (client) => client.destroy(), /the proxy closed the connection/],
		['hangs', () => undefined, /no connection was made within 5 seconds/],
		[
			'opens no tunnel',
			(client) => void client.write('HTTP/1.1 200 OK\r\n\r\n'),
			/no connection was made within 5 seconds/,
		],
		[
			'breaks the tunnel',
			(client) => void client.end('HTTP/1.1 200 OK\r\n\r\n'),
			/closed before it was secure/,
		],
		['speaks another protocol', (client) => void client.end('SSH-2.0-x\r\n'), /the proxy closed/],
	])('it %s', async (_, connected, words) => {
		const port = await gateway(await authority.issue(['localhost']), emulator.url);
		const url = `http://127.0.0.1:${await proxy(connected)}`;
		const { items } = await withProxy(url, async () => await runAt(port));
		expect(errorOf(items[0])).toMatchObject({
			cause: 'network',
			billed: 'no',
			error: expect.stringMatching(words),
		});
		expect(emulator.requests).toEqual([]);
	});

	test.each([
		['is not there', 'http://127.0.0.1:1', 'the proxy at port 1 refused the connection'],
		['has an unknown name', 'http://proxy.invalid:3128', 'the proxy proxy.invalid'],
	])('it %s', async (_, url, words) => {
		const port = await gateway(await authority.issue(['localhost']), emulator.url);
		const { items } = await withProxy(url, async () => await runAt(port));
		expect(errorOf(items[0])).toMatchObject({
			cause: 'network',
			billed: 'no',
			error: expect.stringContaining(words),
		});
	});

	test('one that lets requests pass makes no difference', async () => {
		const port = await gateway(await authority.issue(['localhost']), emulator.url);
		const url = `http://127.0.0.1:${await proxy(tunnel)}`;
		const { items } = await withProxy(url, async () => await runAt(port));
		expect(items[0]?.json).toMatchObject({ cost: 0.05 });
	});
});

describe('a gateway', () => {
	const page =
		(status: number, headers: Record<string, string> = {}, body = '<html><h1>Sorry</h1></html>') =>
		(_: IncomingMessage, response: ServerResponse): void =>
			void response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);

	/** Lets the request pass, and answers with a page of its own once the image is made. */
	const afterPassing =
		(status: number, headers?: Record<string, string>) =>
		(request: IncomingMessage, response: ServerResponse, pass: (instead: () => void) => void): void =>
			pass(() => page(status, headers)(request, response));

	test.each([500, 502, 503, 504, 520])(
		'that loses a response and writes a page with %i may have had it billed',
		async (status) => {
			const answer = afterPassing(status, { server: 'cloudflare' });
			const port = await gateway(await authority.issue(['localhost']), emulator.url, answer);
			const node = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
			const { items } = await runAt(port, { items: itemsOf('a', 'b', 'c'), node });
			for (const item of items) {
				const error = errorOf(item);
				expect(error).toMatchObject({
					cause: 'uncertain',
					billed: 'unknown',
					attempts: 1,
					statusCode: status,
				});
				expect(error.error).toContain('cloudflare');
			}
			expect(emulator.imageRequests).toHaveLength(3);
		},
	);

	test('that refuses one row stops no other, and is not taken for Segmind', async () => {
		let requests = 0;
		const port = await gateway(
			await authority.issue(['localhost']),
			emulator.url,
			(request, response, pass) => {
				requests += 1;
				if (requests === 1) page(403, { server: 'nginx' })(request, response);
				else pass();
			},
		);
		const { items } = await runAt(port, { items: itemsOf('a', 'b', 'c') });
		const error = errorOf(items[0]);
		expect(error).toMatchObject({ cause: 'network', billed: 'no', error: expect.stringContaining('nginx') });
		expect(error.error).toMatch(/proxy or firewall/);
		expect(String(error.message)).not.toContain('owner of the Segmind team');
		expect(items.slice(1).map(({ json }) => json.cost)).toEqual([0.05, 0.05]);
	});
});

describe("n8n's network policy", () => {
	let unprotect = (): void => undefined;

	afterEach(() => unprotect());

	test('that forbids the API is named, and nothing is tried again', async () => {
		unprotect = protectNetwork(() => true);
		const started = Date.now();
		const { items } = await engine.run(
			generate({ concurrency: 1 }, { items: itemsOf('a', 'b'), node: CONTINUE }),
		);
		expect(items.map(errorOf)).toMatchObject([
			{ cause: 'endpoint', billed: 'no', attempts: 1, error: expect.stringContaining('network policy') },
			{ cause: 'endpoint', billed: 'no', attempts: 0 },
		]);
		expect(items[0]?.json.message).toContain('N8N_SSRF_ALLOWED_HOSTNAMES');
		expect(Date.now() - started).toBeLessThan(3000);
		expect(emulator.requests).toEqual([]);
	});

	test('that forbids a file is named once, with the id and the link', async () => {
		emulator.inject({ on: 'result', fields: { output: 'https://blocked.example/1.png' } });
		unprotect = protectNetwork(() => emulator.requests.some(({ path }) => /requests\/[^/]+$/.test(path)));
		const { items } = await engine.run(queued({}, { node: CONTINUE }));
		const error = errorOf(items[0]);
		expect(error).toMatchObject({
			cause: 'response',
			billed: 'unknown',
			error: expect.stringContaining('network policy'),
		});
		expect(error.message).toContain('https://blocked.example/1.png');
		expect(error.message).toContain(error.requestId);
	});
});
