/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a server of a test, which breaks rules that node:http keeps */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';

/** Pieces of bytes to put on the connection as they are, each on its own. */
export type Bytes = readonly Buffer[];

/** Whether a request has come to its end, as far as this server has to know: it has a length and as many bytes. */
function isWhole(request: string): boolean {
	const end = request.indexOf('\r\n\r\n');
	if (end === -1) return false;
	const length = Number(/^content-length: *(\d+)/im.exec(request.slice(0, end))?.[1] ?? 0);
	return Buffer.byteLength(request, 'latin1') >= end + 4 + length;
}

/** Puts any bytes on the wire in answer to a request, and hangs up. */
export class RawServer {
	/** Requests that came, whole or not. */
	requests = 0;

	/** What each request is answered with. */
	answer: Bytes = [];

	private readonly sockets = new Set<Socket>();

	private readonly server: Server = createServer((socket) => {
		this.sockets.add(socket);
		socket.on('close', () => this.sockets.delete(socket));
		// Who hangs up on bytes that are none of HTTP may do so in the middle of them.
		socket.on('error', () => socket.destroy());
		void this.serve(socket);
	});

	static async start(): Promise<RawServer> {
		const raw = new RawServer();
		raw.server.listen(0, '127.0.0.1');
		await once(raw.server, 'listening');
		return raw;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		this.server.close();
		await once(this.server, 'close');
	}

	private async serve(socket: Socket): Promise<void> {
		let request = '';
		for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
			request += (chunk as Buffer).toString('latin1');
			if (isWhole(request)) break;
		}
		this.requests += 1;
		for (const piece of this.answer) {
			if (socket.destroyed) return;
			await new Promise((resolve) => {
				socket.write(piece, resolve);
			});
		}
		socket.end();
	}
}
