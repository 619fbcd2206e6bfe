import type { Expected, Trial } from '../trial';
import type { Misbehave } from '../wire';
import { forever, head, imageHead, wired } from '../wire';
import { BROKEN, DELIVERED, LOST, NO_IMAGE } from './expected';

const answers: ReadonlyArray<readonly [name: string, expected: Expected, misbehave: Misbehave]> = [
	[
		'no length, closed after the whole image',
		DELIVERED,
		({ socket, pictures: { png } }) => {
			socket.write(head('200 OK', { 'content-type': 'image/png' }));
			socket.end(png);
		},
	],
	[
		'no length, closed in the image',
		BROKEN,
		({ socket, pictures: { png } }) => {
			socket.write(head('200 OK'));
			socket.end(png.subarray(0, png.length - 20));
		},
	],
	['no length and no body', { ...NO_IMAGE, says: 'empty' }, ({ socket }) => void socket.end(head('200 OK'))],
	[
		'a length that is longer than the image',
		LOST,
		({ socket, pictures: { png } }) => {
			socket.write(imageHead(png.length + 100));
			socket.end(png);
		},
	],
	[
		'a length that is shorter than the image',
		BROKEN,
		({ socket, pictures: { png } }) => {
			socket.write(imageHead(png.length - 20));
			socket.end(png);
		},
	],
	[
		'a length of 10 TiB',
		LOST,
		({ socket, pictures: { png } }) => {
			socket.write(imageHead(10 * 1024 ** 4));
			socket.end(png);
		},
	],
	['a length below zero', LOST, ({ socket }) => void socket.end(head('200 OK', { 'content-length': -5 }))],
	[
		'a length that is no number',
		LOST,
		({ socket }) => void socket.end(head('200 OK', { 'content-length': 'x' })),
	],
	[
		'two lengths that differ',
		LOST,
		({ socket, pictures: { png } }) => {
			socket.write(head('200 OK', { 'content-length': png.length, 'Content-Length': 5 }));
			socket.end(png);
		},
	],
	[
		'chunked, whole',
		DELIVERED,
		({ socket, pictures: { png } }) => {
			socket.write(head('200 OK', { 'transfer-encoding': 'chunked' }));
			socket.write(`${png.length.toString(16)}\r\n`);
			socket.write(png);
			socket.end('\r\n0\r\n\r\n');
		},
	],
	[
		'chunked, closed in a chunk',
		LOST,
		({ socket, pictures: { png } }) => {
			socket.write(head('200 OK', { 'transfer-encoding': 'chunked' }));
			socket.write(`${png.length.toString(16)}\r\n`);
			socket.end(png.subarray(0, 50));
		},
	],
	[
		'chunked, closed before the last chunk',
		LOST,
		({ socket, pictures: { png } }) => {
			socket.write(head('200 OK', { 'transfer-encoding': 'chunked' }));
			socket.write(`${png.length.toString(16)}\r\n`);
			socket.write(png);
			socket.end('\r\n');
		},
	],
	[
		'chunked, with a size that is no number',
		LOST,
		({ socket }) => void socket.end(`${head('200 OK', { 'transfer-encoding': 'chunked' })}size\r\n`),
	],
	[
		'chunked and with a length at once',
		LOST,
		({ socket, pictures: { png } }) => {
			socket.write(head('200 OK', { 'transfer-encoding': 'chunked', 'content-length': png.length }));
			socket.write(`${png.length.toString(16)}\r\n`);
			socket.write(png);
			socket.end('\r\n0\r\n\r\n');
		},
	],
	['no HTTP at all', LOST, ({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
	[
		'HTTP/2 without being asked',
		LOST,
		({ socket }) => void socket.end(Buffer.from('000012040000000000', 'hex')),
	],
	[
		'a status of 999',
		{ cause: 'response', paid: true, statusCode: 999 },
		({ socket }) => void socket.end(head('999 Odd', { 'content-length': 0 })),
	],
	[
		'a header with a byte of zero',
		LOST,
		({ socket }) => void socket.end('HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'),
	],
	[
		'one header of 1 MiB',
		LOST,
		({ socket }) => void socket.end(head('200 OK', { x: 'x'.repeat(1024 ** 2) })),
	],
	[
		'headers without an end',
		LOST,
		async ({ socket }) => {
			socket.write('HTTP/1.1 200 OK\r\n');
			await forever(socket, 0, () => 'x-more: and more\r\n'.repeat(64));
		},
	],
	[
		'hints before the answer (100, 102, 103)',
		DELIVERED,
		({ socket, pictures: { png } }) => {
			socket.write(
				`${head('100 Continue')}${head('102 Processing')}${head('103 Early Hints', { link: '</a>' })}`,
			);
			socket.write(imageHead(png.length));
			socket.end(png);
		},
	],
	[
		'a second answer after the first',
		DELIVERED,
		({ socket, pictures: { png } }) => {
			socket.write(imageHead(png.length));
			socket.write(png);
			socket.end(head('500 Internal Server Error', { 'content-length': 0 }));
		},
	],
	[
		'HTTP/1.0',
		DELIVERED,
		({ socket, pictures: { png } }) => {
			socket.write('HTTP/1.0 200 OK\r\n\r\n');
			socket.end(png);
		},
	],
];

/** Answers that are at odds with HTTP, or with themselves. */
export const protocolTrials: readonly Trial[] = answers.map(([name, expected, misbehave]): Trial => ({
	name,
	group: 'network',
	expected,
	stand: wired(misbehave),
}));
