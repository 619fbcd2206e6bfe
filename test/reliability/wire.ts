/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a server on this machine, not part of the node */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import type { Place, Stand } from './stand';
import { STORM } from './stand';

/** A connection whose request was read to its end, and which may be answered in any way. */
export interface Line extends Place {
	readonly socket: Socket;
}

/** What is done with a connection in place of a proper answer. */
export type Misbehave = (line: Line) => void | Promise<void>;

/** The start of an answer, as bytes that nothing checks. */
export function head(status: string, headers: Readonly<Record<string, string | number>> = {}): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** The head of an image of so many bytes. */
export const imageHead = (length: number, headers: Readonly<Record<string, string | number>> = {}): string =>
	head('200 OK', { 'content-type': 'image/png', 'content-length': length, ...headers });

/** Sends the same again and again until nobody is there to take it. */
export async function forever(socket: Socket, every: number, next: () => string | Buffer): Promise<void> {
	while (!socket.destroyed) {
		if (!socket.write(next())) {
			await new Promise((resolve) => {
				socket.once('drain', resolve);
				socket.once('close', resolve);
			});
		}
		await wait(every);
	}
}

/** The prompt of a request that is there in full. */
function promptOf(request: Buffer): string | undefined {
	const end = request.indexOf('\r\n\r\n');
	if (end === -1) return undefined;
	const length = Number(/^content-length: *(\d+)/im.exec(request.toString('latin1', 0, end))?.[1] ?? 0);
	const body = request.subarray(end + 4);
	if (body.length < length) return undefined;
	return String((JSON.parse(body.toString('utf8')) as { prompt?: unknown }).prompt);
}

/** Waits for a whole request. */
async function read(socket: Socket): Promise<string> {
	let request = Buffer.alloc(0);
	return await new Promise((resolve) => {
		socket.on('data', (chunk: Buffer) => {
			request = Buffer.concat([request, chunk]);
			const prompt = promptOf(request);
			if (prompt !== undefined) resolve(prompt);
		});
	});
}

/** A listener for connections, with the connections that are open. */
export async function listen(onConnection: (socket: Socket) => void): Promise<{
	readonly port: number;
	readonly close: () => Promise<void>;
}> {
	const open = new Set<Socket>();
	const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
		open.add(socket);
		socket.on('close', () => open.delete(socket));
		// Who is hung up on is part of the fault, on either side.
		socket.on('error', () => socket.destroy());
		onConnection(socket);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		port: (server.address() as AddressInfo).port,
		close: async () => {
			for (const socket of open) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}

/**
 * A server of bare sockets: it answers as ordered where the image of the storm is asked for, and properly otherwise.
 *
 * @param paid whether it counts the image of the storm as made and billed
 */
export const wired =
	(misbehave: Misbehave, paid = true) =>
	async (place: Place): Promise<Stand> => {
		const asked: string[] = [];
		const made: string[] = [];
		const answer = async (socket: Socket): Promise<void> => {
			const prompt = await read(socket);
			const isStorm = prompt.includes(STORM);
			asked.push(prompt);
			if (!isStorm || paid) made.push(prompt);
			// Without this, a client that has hung up would be kept.
			socket.on('end', () => socket.end());
			if (isStorm) return await misbehave({ ...place, socket });
			const { png } = place.pictures;
			socket.write(imageHead(png.length, { 'x-cost': 0.05, connection: 'close' }));
			socket.end(png);
		};
		const { port, close } = await listen((socket) => void answer(socket));
		return { baseUrl: `http://127.0.0.1:${port}`, asked, paid: made, close };
	};
