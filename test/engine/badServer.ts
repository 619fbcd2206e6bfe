/* eslint-disable @n8n/community-nodes/no-restricted-imports -- servers of a test on this machine, not part of the node */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';

/** What is done with a connection once its request, or its first message of TLS, is there. */
export type Respond = (socket: Socket) => void | Promise<void>;

const join = (parts: ReadonlyArray<string | Buffer>): Buffer =>
	Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));

/** The start of a response, as bytes that nothing checks. */
export function head(status: string, headers: Readonly<Record<string, string | number>> = {}): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** Sends these bytes, and closes the connection. */
export const close =
	(...parts: ReadonlyArray<string | Buffer>): Respond =>
	(socket) =>
		void socket.end(join(parts));

/** Sends these bytes, and resets the connection once they have arrived. */
export const reset =
	(...parts: ReadonlyArray<string | Buffer>): Respond =>
	async (socket) => {
		socket.write(join(parts));
		await wait(60);
		socket.resetAndDestroy();
	};

/** Sends these bytes, and then this piece again and again, so many milliseconds apart; an empty one is silence. */
export const drip =
	(every: number, piece: string, ...parts: ReadonlyArray<string | Buffer>): Respond =>
	async (socket) => {
		socket.write(join(parts));
		while (!socket.destroyed) {
			if (piece !== '' && !socket.write(piece)) {
				await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
			}
			await wait(every);
		}
	};

/** A server that breaks the rules, and counts what it is asked. */
export interface BadServer {
	readonly url: string;
	/** Requests that came whole; each of them may be billed. */
	readonly requests: () => number;
	/** Connections that are open. */
	readonly open: () => number;
	readonly stop: () => Promise<void>;
}

/** Whether a request is there in full. */
function isWhole(request: Buffer): boolean {
	const end = request.indexOf('\r\n\r\n');
	const length = Number(/^content-length: *(\d+)/im.exec(request.toString('latin1', 0, end))?.[1] ?? 0);
	return end !== -1 && request.length >= end + 4 + length;
}

/**
 * Starts a server that responds in any way.
 *
 * @param scheme `https:` responds to the first message of TLS, which it does not understand
 */
export async function badServer(respond: Respond, scheme = 'http:'): Promise<BadServer> {
	const sockets = new Set<Socket>();
	let requests = 0;
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		let request = Buffer.alloc(0);
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => socket.destroy());
		socket.on('end', () => socket.end());
		socket.on('data', (chunk: Buffer) => {
			request = Buffer.concat([request, chunk]);
			if (scheme === 'http:' && !isWhole(request)) return;
			socket.removeAllListeners('data').resume();
			if (scheme === 'http:') requests += 1;
			void respond(socket);
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `${scheme}//127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests: () => requests,
		open: () => sockets.size,
		stop: async () => {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}

/** Starts a TLS server with a certificate that nobody but itself vouches for. */
export async function untrustedServer(daysLeft: number): Promise<BadServer> {
	let requests = 0;
	const server = createTlsServer(selfSigned(daysLeft), (socket) => socket.on('data', () => (requests += 1)));
	server.on('tlsClientError', (_, socket) => socket.destroy());
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests: () => requests,
		open: () => 0,
		stop: async () => {
			server.close();
			await once(server, 'close');
		},
	};
}

/** DER (ITU X.690): tag, length, contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
	const body = Buffer.concat(contents);
	const size = body.length;
	const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
	return Buffer.concat([Buffer.of(tag, ...length), body]);
}

const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);

/** A date as UTCTime. */
const utc = (time: number): Buffer =>
	der(0x17, Buffer.from(`${new Date(time).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));

const ECDSA_SHA256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'));

/** A certificate (RFC 5280) for 127.0.0.1 with its key, valid for two days that end in so many. */
function selfSigned(daysLeft: number): { readonly key: string; readonly cert: string } {
	const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('127.0.0.1')))));
	const end = Date.now() + daysLeft * 86_400_000;
	const body = sequence(
		der(0xa0, der(0x02, Buffer.of(2))),
		der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
		ECDSA_SHA256,
		name,
		sequence(utc(end - 2 * 86_400_000), utc(end)),
		name,
		publicKey.export({ type: 'spki', format: 'der' }),
	);
	const signature = der(0x03, Buffer.of(0), sign('sha256', body, privateKey));
	const base64 = sequence(body, ECDSA_SHA256, signature).toString('base64');
	return {
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
	};
}
