/* eslint-disable @n8n/community-nodes/no-restricted-imports -- servers of a test on this machine, not part of the node */
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
				// A client that hangs up is an error of the socket, which is destroyed then.
				await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
			}
			await wait(every);
		}
	};

/**
 * What is at an address: a server that responds in this way to a request, one that responds so to the first message
 * of TLS, one with a certificate that nobody but itself vouches for, or nothing.
 */
export type Respondent =
	Respond | { readonly tls: Respond } | { readonly certificate: string } | { readonly url: string };

/** A server that breaks the rules, and counts the requests that cost money. */
interface BadServer {
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

/** Starts a server that responds in any way. */
export async function badServer(respondent: Respondent): Promise<BadServer> {
	if ('url' in respondent) {
		return { url: respondent.url, requests: () => 0, open: () => 0, stop: async () => undefined };
	}
	const isTls = 'tls' in respondent;
	const respond = 'certificate' in respondent ? close() : isTls ? respondent.tls : respondent;
	const sockets = new Set<Socket>();
	let requests = 0;
	const accept = (socket: Socket): void => {
		let request = Buffer.alloc(0);
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => socket.destroy());
		socket.on('end', () => socket.end());
		socket.on('data', (chunk: Buffer) => {
			request = Buffer.concat([request, chunk]);
			if (typeof respondent === 'function' && !isWhole(request)) return;
			socket.removeAllListeners('data').resume();
			// The request history, which a server that breaks the rules does not have.
			if (typeof respondent === 'function' && request.toString('latin1', 0, 4) === 'GET ') {
				return void socket.end(head('404 Not Found', { 'content-length': 0 }));
			}
			if (!isTls) requests += 1;
			void respond(socket);
		});
	};
	const server =
		'certificate' in respondent
			? createTlsServer({ key: KEY, cert: respondent.certificate }, accept)
			: createServer({ allowHalfOpen: true }, accept);
	server.on('tlsClientError', (_, socket: Socket) => socket.destroy());
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const scheme = typeof respondent === 'function' ? 'http' : 'https';
	return {
		url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests: () => requests,
		open: () => sockets.size,
		stop: async () => {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}

const pem = (label: string, base64: string): string =>
	`-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;

/** The key of both certificates. It protects nothing. */
const KEY = pem(
	'PRIVATE KEY',
	'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq3jr3BfhP2FKSvMr5a3Pp7/y3OtlCI0wkd+OFXaYP12hRANC' +
		'AAS4pi6tpHwUYWWXW0oIntHTyFH8R+V2CWUltSXDiuFnbdtw5RfjULXFudXpUbsWjxwC6aMyRmnLIn2mtGQFGtdw',
);

/** A self-signed certificate for 127.0.0.1 that is valid until 2049. */
export const SELF_SIGNED = pem(
	'CERTIFICATE',
	'MIIBHDCBw6ADAgECAgkBWxk5I4lfRxkwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC4xMB4XDTIwMDEwMTAwMDAw' +
		'MFoXDTQ5MTIzMTAwMDAwMFowFDESMBAGA1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuKYuraR8' +
		'FGFll1tKCJ7R08hR/EfldgllJbUlw4rhZ23bcOUX41C1xbnV6VG7Fo8cAumjMkZpyyJ9prRkBRrXcDAKBggqhkjOPQQDAgNI' +
		'ADBFAiEAmj9fNOZ5GmEAKc9a2O3oi9sCqo52FxTV0SG0ASXuYK4CIDzvQ3FdE/toiTKgU8zneUGF76Tyq5YWh7rFsN9ivNI+',
);

/** A self-signed certificate for 127.0.0.1 that expired in 2020. */
export const EXPIRED = pem(
	'CERTIFICATE',
	'MIIBHDCBw6ADAgECAgkBvLjda5hmETIwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC4xMB4XDTIwMDEwMTAwMDAw' +
		'MFoXDTIwMDEwMjAwMDAwMFowFDESMBAGA1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuKYuraR8' +
		'FGFll1tKCJ7R08hR/EfldgllJbUlw4rhZ23bcOUX41C1xbnV6VG7Fo8cAumjMkZpyyJ9prRkBRrXcDAKBggqhkjOPQQDAgNI' +
		'ADBFAiEA7WvNhMHW6CThbwkG6bHOYy1SMpQNN0zEWK3n/UoILlkCIH7sW++TNJE2/LAF2yUWgiHfj70ZL83cNinaTeGQm86C',
);
