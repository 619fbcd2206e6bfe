/* eslint-disable @n8n/community-nodes/no-restricted-imports -- waits of a server on this machine, not part of the node */
import { setTimeout as wait } from 'node:timers/promises';

import { ordered } from '../stand';
import type { Expected, Trial } from '../trial';
import type { Misbehave } from '../wire';
import { forever, head, imageHead, wired } from '../wire';
import { DELIVERED, LOST } from './expected';

/** Milliseconds in which what was sent has arrived. */
const ARRIVED = 60;

const answers: ReadonlyArray<readonly [name: string, expected: Expected, misbehave: Misbehave]> = [
	['closed without an answer', LOST, ({ socket }) => void socket.end()],
	[
		'reset in the status line',
		LOST,
		async ({ socket }) => {
			socket.write('HTTP/1.1 20');
			await wait(ARRIVED);
			socket.resetAndDestroy();
		},
	],
	['closed in the status line', LOST, ({ socket }) => void socket.end('HTTP/1.1 20')],
	['closed in the headers', LOST, ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-type: ima')],
	[
		'reset in the body',
		LOST,
		async ({ socket, pictures: { png } }) => {
			socket.write(imageHead(png.length));
			socket.write(png.subarray(0, 50));
			await wait(ARRIVED);
			socket.resetAndDestroy();
		},
	],
	[
		'closed in the body',
		LOST,
		({ socket, pictures: { png } }) =>
			void socket.end(Buffer.concat([Buffer.from(imageHead(png.length)), png.subarray(0, 50)])),
	],
	[
		'closed after the headers',
		LOST,
		({ socket, pictures: { png } }) => void socket.end(imageHead(png.length)),
	],
	[
		'reset after the whole answer',
		DELIVERED,
		async ({ socket, pictures: { png } }) => {
			socket.write(Buffer.concat([Buffer.from(imageHead(png.length)), png]));
			await wait(ARRIVED);
			socket.resetAndDestroy();
		},
	],
];

/** A refusal that breaks off: its status came whole, and only a success is ever billed. */
const brokenRefusals: ReadonlyArray<readonly [name: string, expected: Expected, misbehave: Misbehave]> = [
	[
		'a 503 whose words break off',
		{ cause: 'server', statusCode: 503 },
		({ socket }) => void socket.end(`${head('503 Service Unavailable', { 'content-length': 900 })}{"error":`),
	],
	[
		'a 402 whose words break off',
		{ cause: 'credits', statusCode: 402 },
		({ socket }) => void socket.end(`${head('402 Payment Required', { 'content-length': 900 })}{"error":`),
	],
	[
		'a 503 with words without an end',
		{ cause: 'server', statusCode: 503 },
		async ({ socket }) => {
			socket.write(head('503 Service Unavailable', { 'content-type': 'text/plain' }));
			await forever(socket, 0, () => 'busy '.repeat(2000));
		},
	],
];

/** The connection ends while the answer is under way. */
export const brokenTrials: readonly Trial[] = [
	...answers.map(([name, expected, misbehave]): Trial => ({
		name,
		group: 'network',
		expected,
		stand: wired(misbehave),
	})),
	...brokenRefusals.map(([name, expected, misbehave]): Trial => ({
		name,
		group: 'network',
		expected,
		stand: wired(misbehave, false),
	})),
	{ name: 'the body is cut', group: 'network', expected: LOST, stand: ordered({ cut: 60 }) },
];
