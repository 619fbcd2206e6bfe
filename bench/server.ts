/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the benchmark, not part of the node */
// The emulator in a process of its own, so that what it takes of memory and processor counts for nobody.
import { randomBytes } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import process from 'node:process';
import sharp from 'sharp';

import { Emulator } from '../test/emulator/emulator';
import type { Fault } from '../test/emulator/fault';
import type { Address, Behaviour, ToServer, Witnessed } from './job';
import { Chance } from './chance';

const CREDITS = 1_000_000;

/** A picture of noise, which no format makes smaller. */
async function noise(bytes: number): Promise<Buffer> {
	const side = Math.round(Math.sqrt(bytes / 3));
	return await sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
		.png()
		.toBuffer();
}

const pictures = new Map<number, Buffer>();

async function pictureOf(bytes: number): Promise<Buffer> {
	const picture = pictures.get(bytes) ?? (await noise(bytes));
	pictures.set(bytes, picture);
	return picture;
}

/** Connections by the port that they came to: the emulator does not count them. */
const connections = new Map<number, number>();

diagnostics.subscribe('net.server.socket', (message) => {
	const { localPort = 0 } = (message as { socket: Socket }).socket;
	connections.set(localPort, (connections.get(localPort) ?? 0) + 1);
});

const portOf = ({ url }: Emulator): number => Number(new URL(url).port);

/** What a request is about, in the words of a fault. */
function aboutOf(path: string): NonNullable<Fault['on']> {
	if (path.endsWith('/status')) return 'status';
	if (path.startsWith('/v2/requests/')) return 'result';
	return path.startsWith('/files/') ? 'file' : 'image';
}

/** Orders a reset for the share of the requests that chance says, in the order in which they come. */
function orderResets(emulator: Emulator, share: number): () => void {
	const chance = new Chance(share);
	const onRequest = (message: unknown): void => {
		const { socket, request } = message as { socket: Socket; request: { url?: string } };
		if (socket.localPort !== portOf(emulator) || !chance.strikes()) return;
		emulator.order({ on: aboutOf(request.url ?? ''), reset: true });
	};
	diagnostics.subscribe('http.server.request.start', onRequest);
	return () => diagnostics.unsubscribe('http.server.request.start', onRequest);
}

interface Open {
	readonly emulator: Emulator;
	readonly end: () => void;
}

let current: Open | undefined;

async function open({
	pictureBytes,
	delay,
	rateLimit,
	faults = [],
	resets = 0,
}: Behaviour): Promise<Address> {
	const emulator = await Emulator.start({
		credits: CREDITS,
		picture: await pictureOf(pictureBytes),
		delay,
		...(rateLimit === undefined ? {} : { rateLimit }),
	});
	// A port comes back once the emulator before is closed.
	connections.delete(portOf(emulator));
	faults.forEach((fault) => emulator.order(fault));
	current = { emulator, end: orderResets(emulator, resets) };
	return { baseUrl: emulator.url, apiKey: emulator.key };
}

async function close(): Promise<Witnessed> {
	if (current === undefined) throw new Error('no emulator is open');
	const { emulator, end } = current;
	const { imageRequests, paid, maxInFlight } = emulator;
	const witnessed = {
		requests: imageRequests.length,
		paid,
		maxInFlight,
		connections: connections.get(portOf(emulator)) ?? 0,
		lost: imageRequests.filter((request) => request.paid && request.status === null).length,
	};
	end();
	await emulator.close();
	current = undefined;
	return witnessed;
}

async function main(): Promise<void> {
	const warm = await Emulator.start({ credits: CREDITS, picture: await pictureOf(10_000) });
	process.send?.({ baseUrl: warm.url, apiKey: warm.key });
	process.on('message', (message: ToServer) => {
		void ('open' in message ? open(message.open) : close()).then((answer) => process.send?.(answer));
	});
	process.once('disconnect', () => process.exit(0));
}

void main();
