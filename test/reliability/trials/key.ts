import type { Fault } from '../../emulator/fault';
import { ordered } from '../stand';
import type { Expected, Trial } from '../trial';
import type { Line } from '../wire';
import { head, wired } from '../wire';

const byStatus: ReadonlyArray<readonly [name: string, expected: Expected, toFault: (key: string) => Fault]> =
	[
		[
			'in the words of a 401',
			{ cause: 'credential', statusCode: 401, says: 'No such key' },
			(key) => ({ status: 401, body: { error: 'invalid_token', error_description: `No such key: ${key}` } }),
		],
		[
			'in a 500 as HTML with all headers',
			{ cause: 'server', statusCode: 500 },
			(key) => ({ status: 500, body: `<html><h1>Debug</h1><pre>x-api-key: ${key}</pre></html>` }),
		],
		[
			'in a 422 as JSON of the request',
			{ cause: 'request', statusCode: 422 },
			(key) => ({ status: 422, body: { request: { headers: { 'x-api-key': key } } } }),
		],
		[
			'in a 400, where the words are cut',
			{ cause: 'request', statusCode: 400 },
			(key) => ({ status: 400, body: { error: `${'word '.repeat(54)}${key} ${'word '.repeat(54)}` } }),
		],
		[
			'in the address of a redirect',
			{ cause: 'endpoint', statusCode: 302 },
			(key) => ({
				status: 302,
				body: `<a href="/?k=${key}">${key}</a>`,
				headers: { location: `/?k=${key}` },
			}),
		],
		[
			'in the request id of a 422',
			{ cause: 'request', statusCode: 422 },
			(key) => ({ status: 422, headers: { 'x-request-id': key } }),
		],
		[
			'in JSON in place of the image',
			{ cause: 'response', statusCode: 200, paid: true },
			(key) => ({ body: { error: `bad key ${key}` } }),
		],
		[
			'in the headers of the image',
			{ cause: 'none', paid: true, tells: { cost: null } },
			(key) => ({
				headers: { 'x-request-id': `id-${key}`, 'x-cost': key, 'x-output-metadata': key, 'set-cookie': key },
			}),
		],
	];

const byWire: ReadonlyArray<readonly [name: string, expected: Expected, answer: (line: Line) => string]> = [
	[
		'in the text of the status',
		{ cause: 'credential', statusCode: 401 },
		({ key }) => head(`401 ${key}`, { 'content-length': 0 }),
	],
	['in bytes that are no HTTP', { cause: 'uncertain' }, ({ key }) => `${key} is no key\r\n\r\n`],
	[
		'in a header that is malformed',
		{ cause: 'uncertain' },
		({ key }) => `HTTP/1.1 200 OK\r\n${key}\0: ${key}\r\n\r\n`,
	],
	[
		'in a body that breaks off',
		{ cause: 'uncertain' },
		({ key }) => `${head('200 OK', { 'content-length': 900 })}${key}`,
	],
];

/** The server says the key aloud: it must be read nowhere. */
export const keyTrials: readonly Trial[] = [
	...byStatus.map(([name, expected, toFault]): Trial => ({
		name: `the key comes back ${name}`,
		group: 'key',
		expected,
		stand: ordered(({ key }) => toFault(key)),
	})),
	{
		name: 'the key comes back at the edge of what is read of HTML, without its usual start',
		group: 'key',
		expected: { cause: 'server', statusCode: 500 },
		stand: ordered(({ key }) => ({ status: 500, body: `<p>${' '.repeat(3980)}${key}</p>` })),
		bareKey: true,
	},
	...byWire.map(([name, expected, answer]): Trial => ({
		name: `the key comes back ${name}`,
		group: 'key',
		expected,
		stand: wired((line) => void line.socket.end(answer(line)), false),
	})),
];
