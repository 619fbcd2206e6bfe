/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the benchmark, not part of the node */
// The emulator in a process of its own, so that its memory and processor time count for no contender.
import { randomBytes } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import process from 'node:process';
import sharp from 'sharp';

import { Emulator } from '../test/emulator/emulator';
import type { Fault } from '../test/emulator/fault';
import { HISTORY_PATH } from '../test/emulator/history';
import type { Address, ServerMessage, ServerOptions, ServerStats } from './types';

const CREDITS = 1_000_000;

const images = new Map<number, Buffer>();

/** An image of noise, which no format makes smaller. */
async function imageOf(bytes: number): Promise<Buffer> {
	const side = Math.round(Math.sqrt(bytes / 3));
	const raw = { width: side, height: side, channels: 3 } as const;
	const image =
		images.get(bytes) ??
		(await sharp(randomBytes(side * side * 3), { raw })
			.png()
			.toBuffer());
	images.set(bytes, image);
	return image;
}

/** Which fault meets a request for this path; undefined for the request history, which no contender pays for. */
function targetOf(path: string): Fault['on'] {
	if (path.startsWith(HISTORY_PATH)) return undefined;
	if (path.endsWith('/status')) return 'status';
	if (path.startsWith('/v2/requests/')) return 'result';
	return path.startsWith('/files/') ? 'file' : 'image';
}

/** Resets a share of the connections: the same ones for each contender. */
function resetShare(emulator: Emulator, share: number): () => void {
	// The minimal standard generator of Park and Miller, one for each kind of request.
	const states = new Map<Fault['on'], number>();
	const onRequest = (message: unknown): void => {
		const { socket, request } = message as { socket: Socket; request: { url?: string } };
		if (emulator.url !== `http://127.0.0.1:${socket.localPort}`) return;
		const on = targetOf(request.url ?? '');
		if (on === undefined) return;
		const state = ((states.get(on) ?? 1) * 48_271) % 2_147_483_647;
		states.set(on, state);
		if (state / 2_147_483_647 < share) emulator.inject({ on, reset: true });
	};
	diagnostics.subscribe('http.server.request.start', onRequest);
	return () => diagnostics.unsubscribe('http.server.request.start', onRequest);
}

let current: { readonly emulator: Emulator; readonly stopResets: () => void } | undefined;

async function open(options: ServerOptions): Promise<Address> {
	const { imageBytes, delay, rateLimit, faults = [], resets = 0, history = {}, teammates = 0 } = options;
	const emulator = await Emulator.start({
		credits: CREDITS,
		picture: await imageOf(imageBytes),
		delay,
		history,
		...(rateLimit === undefined ? {} : { rateLimit }),
	});
	faults.forEach((fault) => emulator.inject(fault));
	emulator.history.addTeammates(teammates, 'flux-1.1-pro');
	current = { emulator, stopResets: resetShare(emulator, resets) };
	return { baseUrl: emulator.url, apiKey: emulator.key };
}

const statsOf = ({ imageRequests, paid, maxInFlight, historyRequests }: Emulator): ServerStats => ({
	requests: imageRequests.length,
	paid,
	maxInFlight,
	lost: imageRequests.filter((request) => request.paid && request.status === null).length,
	historyRequests: historyRequests.length,
});

async function reply(message: ServerMessage): Promise<Address | ServerStats> {
	if ('open' in message) return await open(message.open);
	if (current === undefined) throw new Error('no emulator is open');
	const { emulator, stopResets } = current;
	const stats = statsOf(emulator);
	if ('count' in message) return stats;
	stopResets();
	await emulator.close();
	current = undefined;
	return stats;
}

async function main(): Promise<void> {
	const warmUp = await Emulator.start({ credits: CREDITS, picture: await imageOf(10_000) });
	process.send?.({ baseUrl: warmUp.url, apiKey: warmUp.key });
	process.on('message', (message: ServerMessage) => {
		void reply(message).then((answer) => process.send?.(answer));
	});
	process.once('disconnect', () => process.exit(0));
}

void main();
