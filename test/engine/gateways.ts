/* eslint-disable @n8n/community-nodes/no-restricted-imports -- servers of a test on this machine, not part of the node */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as forward } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import tls from 'node:tls';
import { generate as createCertificate } from 'selfsigned';

import { head } from './badServer';

/** A certificate with its key, both as PEM. */
interface Certificate {
	readonly private: string;
	readonly cert: string;
}

const OPTIONS = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Makes an authority, which this process trusts until `forget` is called if it is `trusted`. */
export async function createAuthority(trusted: boolean) {
	const authority = await createCertificate(
		[{ name: 'commonName', value: trusted ? 'Known authority' : 'Unknown authority' }],
		{
			...OPTIONS,
			extensions: [
				{ name: 'basicConstraints', cA: true, critical: true },
				{ name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
			],
		},
	);
	const original = tls.createSecureContext;
	if (trusted) {
		Object.assign(tls, {
			createSecureContext: (options: tls.SecureContextOptions) => {
				const secure = original(options) as { context: { addCACert(cert: string): void } };
				secure.context.addCACert(authority.cert);
				return secure;
			},
		});
	}
	const issue = async (
		hosts: readonly string[],
		dates: { from?: string; to?: string } = {},
	): Promise<Certificate> =>
		await createCertificate([{ name: 'commonName', value: hosts[0]! }], {
			...OPTIONS,
			ca: { key: authority.private, cert: authority.cert },
			...(dates.from === undefined ? {} : { notBeforeDate: new Date(dates.from) }),
			...(dates.to === undefined ? {} : { notAfterDate: new Date(dates.to) }),
			extensions: [
				{ name: 'basicConstraints', cA: false },
				{ name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2 as const, value })) },
			],
		});
	return {
		cert: authority.cert,
		issue,
		forget: () => void Object.assign(tls, { createSecureContext: original }),
	};
}

const listening = new Set<Server>();

const sockets = new Set<Socket>();

async function portOf(server: Server): Promise<number> {
	listening.add(server);
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

/** Closes all servers of this module. */
export async function closeGateways(): Promise<void> {
	for (const socket of sockets) socket.destroy();
	for (const server of listening) server.close();
	listening.clear();
}

/** Answers a request, or passes it on; with `instead`, the response to it is dropped and that is called. */
type Answer = (
	request: IncomingMessage,
	response: ServerResponse,
	pass: (instead?: () => void) => void,
) => void;

/** Starts a server with TLS in front of another one. Returns its port. */
export async function gateway(
	certificate: Certificate,
	target: string,
	answer: Answer = (_request, _response, pass) => pass(),
	options: tls.TlsOptions = {},
): Promise<number> {
	const server = createHttpsServer(
		{ key: certificate.private, cert: certificate.cert, ...options },
		(request, response) => {
			answer(request, response, (instead) => {
				const { method, headers, url = '' } = request;
				const passed = forward(`${target}${url}`, { method, headers }, (received) => {
					if (instead !== undefined) return void received.resume().on('end', instead);
					response.writeHead(received.statusCode ?? 500, received.headers);
					received.pipe(response);
				});
				passed.on('error', () => response.destroy());
				request.pipe(passed);
			});
		},
	);
	server.on('tlsClientError', () => undefined);
	return await portOf(server);
}

/** Starts a proxy that treats a CONNECT in this way. Returns its port. */
export async function proxy(connected: (client: Socket, target: string) => void): Promise<number> {
	const server = createServer((client) => {
		client.on('error', () => client.destroy());
		client.once('data', (bytes: Buffer) => {
			connected(client, /^CONNECT (\S+)/.exec(bytes.toString('latin1'))?.[1] ?? '');
		});
	});
	return await portOf(server);
}

/** Lets a CONNECT pass to its port on this machine, or to another one. */
export function tunnel(client: Socket, target: string, port = Number(target.split(':').at(-1))): void {
	const server = connect(port, '127.0.0.1');
	server.on('error', () => client.destroy());
	client.on('close', () => server.destroy());
	client.write(head('200 Connection established'));
	client.pipe(server).pipe(client);
}

/** Refuses a CONNECT with a page. */
export const refuse =
	(status: string, body = '<h1>Not allowed here</h1>') =>
	(client: Socket): void =>
		void client.end(`${head(status, { 'content-type': 'text/html', 'content-length': body.length })}${body}`);

/** Lets n8n use a proxy for https while something runs. */
export async function withProxy<T>(url: string, run: () => Promise<T>): Promise<T> {
	process.env.HTTPS_PROXY = url;
	try {
		return await run();
	} finally {
		delete process.env.HTTPS_PROXY;
	}
}

/**
 * Turns on n8n's protection against requests to its own network and to `blocked.example`, for requests that are made
 * while this is so. Returns a function that turns it off.
 */
export function protectNetwork(isOn: () => boolean): () => void {
	// The instances that n8n's engine uses, whatever version of them is installed beside it.
	const core = createRequire(createRequire(join(process.cwd(), 'package.json')).resolve('n8n-core'));
	const own = createRequire(core.resolve('@n8n/backend-network'));
	const { Container } = own('@n8n/di') as { Container: { get(type: unknown): object } };
	const { SsrfProtectionConfig } = own('@n8n/config') as { SsrfProtectionConfig: unknown };
	const { SsrfProtectionService } = core('@n8n/backend-network') as { SsrfProtectionService: unknown };
	const config = Container.get(SsrfProtectionConfig);
	const blockedHostnameMatcher = { matches: (host: string) => host === 'blocked.example' };
	Object.assign(Container.get(SsrfProtectionService), { blockedHostnameMatcher });
	Object.defineProperty(config, 'enabled', { get: isOn, configurable: true });
	return () => void Object.defineProperty(config, 'enabled', { value: false, configurable: true });
}
