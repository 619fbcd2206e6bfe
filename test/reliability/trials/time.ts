/* eslint-disable @n8n/community-nodes/no-restricted-imports -- waits of a server on this machine, not part of the node */
import { setTimeout as wait } from 'node:timers/promises';

import type { Fault } from '../../emulator/fault';
import { ordered } from '../stand';
import type { Expected, Trial } from '../trial';
import type { Misbehave } from '../wire';
import { forever, head, imageHead, wired } from '../wire';

/** Seconds: the shortest that the node takes. */
const TIMEOUT = 5;

const LATE: Expected = { cause: 'uncertain', paid: true, says: `within ${TIMEOUT} seconds` };

const byWire: ReadonlyArray<readonly [name: string, misbehave: Misbehave]> = [
	['half-open: the request is read, and nothing comes', () => undefined],
	['the headers come, and nothing else', ({ socket }) => void socket.write(imageHead(100))],
	[
		'half of the image comes, and nothing else',
		({ socket, pictures: { png } }) => {
			socket.write(imageHead(png.length));
			socket.write(png.subarray(0, png.length / 2));
		},
	],
	[
		'the headers drip',
		async ({ socket }) => {
			socket.write('HTTP/1.1 200 OK\r\n');
			await forever(socket, 200, () => 'x-more: and more\r\n');
		},
	],
	[
		'hints drip, and no answer comes',
		async ({ socket }) => await forever(socket, 200, () => head('102 Processing')),
	],
	[
		'another protocol is offered in place of an answer (101)',
		({ socket }) => void socket.end(head('101 Switching Protocols', { upgrade: 'x', connection: 'upgrade' })),
	],
	[
		'the body drips',
		async ({ socket }) => {
			socket.write(imageHead(1_000_000));
			await forever(socket, 100, () => 'x');
		},
	],
];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const iso = (after: number): string => new Date(Date.now() + after).toISOString();
const seconds = (after: number): string => ((Date.now() + after) / 1000).toFixed(3);
const milliseconds = (after: number): string => String(Date.now() + after);

/** What a 429 may say about its end; it is over after one request, so that a wait that is too short would show. */
const resets: ReadonlyArray<readonly [name: string, toHeaders: () => NonNullable<Fault['headers']>]> = [
	['in 0.6 s, as ISO', () => ({ 'x-rate-limit-reset-at-utc': iso(600) })],
	['in 0.6 s, as ISO without a zone', () => ({ 'x-rate-limit-reset-at-utc': iso(600).replace('Z', '') })],
	['in 0.6 s, in seconds', () => ({ 'x-rate-limit-reset-at-utc': seconds(600) })],
	['in 0.6 s, in milliseconds', () => ({ 'x-rate-limit-reset-at-utc': milliseconds(600) })],
	['an hour ago: the clock jumped', () => ({ 'x-rate-limit-reset-at-utc': iso(-HOUR) })],
	['in 1970', () => ({ 'x-rate-limit-reset-at-utc': '0' })],
	['in a year', () => ({ 'x-rate-limit-reset-at-utc': iso(365 * 24 * HOUR) })],
	['in the year 275760', () => ({ 'x-rate-limit-reset-at-utc': '8640000000000000' })],
	['beyond all years', () => ({ 'x-rate-limit-reset-at-utc': '99999999999999999999' })],
	['below zero', () => ({ 'x-rate-limit-reset-at-utc': '-1' })],
	['Infinity', () => ({ 'x-rate-limit-reset-at-utc': 'Infinity' })],
	['no time at all', () => ({ 'x-rate-limit-reset-at-utc': 'soon' })],
	['nothing', () => ({ 'x-rate-limit-reset-at-utc': '' })],
	[
		'0.6 s after a clock that is an hour ahead',
		() => ({ date: new Date(Date.now() + HOUR).toUTCString(), 'x-rate-limit-reset-at-utc': iso(HOUR + 600) }),
	],
	[
		'0.6 s after a clock that is an hour behind',
		() => ({ date: new Date(Date.now() - HOUR).toUTCString(), 'x-rate-limit-reset-at-utc': iso(600 - HOUR) }),
	],
	['Retry-After: 0', () => ({ 'retry-after': '0' })],
	['Retry-After: -1', () => ({ 'retry-after': '-1' })],
	['Retry-After: 1e9', () => ({ 'retry-after': '1e9' })],
];

/** Longer than is worth waiting: nothing is sent any more. */
const TOO_LONG: Expected = { cause: 'rateLimit', requests: 1, holds: 'rateLimit', statusCode: 429 };

/** What takes too long, what almost does, and what clocks tell. */
export const timeTrials: readonly Trial[] = [
	...byWire.map(([name, misbehave]): Trial => ({
		name,
		group: 'time',
		expected: LATE,
		stand: wired(misbehave),
		options: { timeout: TIMEOUT },
	})),
	{
		name: 'the image comes after the deadline',
		group: 'time',
		expected: LATE,
		stand: ordered({ delay: TIMEOUT * 1000 + 600 }),
		options: { timeout: TIMEOUT },
	},
	{
		name: 'the image comes after the deadline, once: never sent again',
		group: 'time',
		expected: { ...LATE, lasts: 1 },
		stand: ordered({ delay: TIMEOUT * 1000 + 600, times: 1 }),
		options: { timeout: TIMEOUT },
	},
	{
		name: 'the answer never comes',
		group: 'time',
		expected: LATE,
		stand: ordered({ hang: true }),
		options: { timeout: TIMEOUT },
	},
	{
		name: 'a 402 whose words never end',
		group: 'time',
		expected: { cause: 'credits', statusCode: 402 },
		stand: wired(async ({ socket }) => {
			socket.write(head('402 Payment Required', { 'content-type': 'text/plain' }));
			await forever(socket, 100, () => 'Insufficient credits. ');
		}, false),
		options: { timeout: TIMEOUT },
	},
	{
		name: 'the image drips, and is there in time',
		group: 'time',
		expected: { cause: 'none', paid: true },
		stand: ordered({ drip: { bytes: 40, every: 150 } }),
		options: { timeout: TIMEOUT },
	},
	{
		name: 'the answer starts late, and is there in time',
		group: 'time',
		expected: { cause: 'none', paid: true },
		stand: wired(async ({ socket, pictures: { png } }) => {
			await wait(1000);
			socket.write(imageHead(png.length));
			socket.end(png);
		}),
		options: { timeout: TIMEOUT },
	},
	...resets.map(([name, toHeaders]): Trial => ({
		name: `429, its end is told as: ${name}`,
		group: 'time',
		expected: { cause: 'rateLimit', lasts: 1, tells: { attempts: 2 } },
		stand: ordered(() => ({ status: 429, body: { error: 'slow down' }, headers: toHeaders(), times: 1 })),
	})),
	{
		name: '429, its end is told as: in an hour',
		group: 'time',
		expected: TOO_LONG,
		stand: ordered(() => ({ status: 429, headers: { 'x-rate-limit-reset-at-utc': iso(HOUR) } })),
	},
	{
		name: '429, Retry-After: 3600',
		group: 'time',
		expected: TOO_LONG,
		stand: ordered({ status: 429, headers: { 'retry-after': '3600' } }),
	},
];
