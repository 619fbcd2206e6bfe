/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { sleep } from 'n8n-workflow';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import type { BadServer, Respond } from './badServer';
import { badServer, close, drip, head, reset, untrustedServer } from './badServer';
import type { RunResult } from './engine';
import { Engine } from './engine';

let engine: Engine;

beforeAll(async () => {
	engine = await Engine.start();
});
afterAll(async () => await engine.stop());

/** A PNG of 1 × 1. */
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
const HALF = PNG.subarray(0, 40);
const MIB = 1024 * 1024;
const OK = '200 OK';

/** A key that does not look like one of Segmind's, so that nothing but the key itself gives it away. */
const KEY = randomBytes(16).toString('hex');

const imageHead = (length: number): string =>
	head(OK, { 'content-type': 'image/png', 'content-length': length });

/** A whole response. */
const whole = (status: string, body: Buffer | string, headers: Parameters<typeof head>[1] = {}): Respond =>
	close(head(status, { 'content-length': Buffer.byteLength(body), ...headers }), body);

const packed = (encoding: string, body: Buffer, status = OK): Respond =>
	whole(status, body, { 'content-encoding': encoding });

/** What comes of an image: the cause of its error, or none. */
type Outcome =
	| 'credential'
	| 'credits'
	| 'endpoint'
	| 'image'
	| 'network'
	| 'request'
	| 'response'
	| 'server'
	| 'uncertain';

/** Requests that two tries of Retry On Fail, with one retry each, make of an image. What may be billed is sent once. */
const REQUESTS: Readonly<Record<Outcome, number>> = {
	credential: 2,
	credits: 2,
	endpoint: 2,
	image: 1,
	network: 0,
	request: 2,
	response: 1,
	server: 4,
	uncertain: 1,
};

/** A server, what must come of an image there, and words that the error has. */
type Row = readonly [name: string, start: () => Promise<BadServer>, outcome: Outcome, says?: string];

const serve =
	(respond: Respond, scheme?: string): Row[1] =>
	async () =>
		await badServer(respond, scheme);

const nobodyAt =
	(url: string): Row[1] =>
	async () => ({ url, requests: () => 0, open: () => 0, stop: async () => undefined });

interface Result {
	readonly ran: RunResult;
	readonly requests: number;
	/** Connections that were left open. */
	readonly open: number;
}

async function runAgainst(server: BadServer, timeout: number): Promise<Result> {
	const ran = await engine.run({
		credential: { apiKey: KEY, baseUrl: server.url },
		node: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
		parameters: { prompt: 'a fox', options: { maxRetries: 1, timeout } },
	});
	for (let waited = 0; server.open() > 0 && waited < 100; waited += 1) await sleep(30);
	const result = { ran, requests: server.requests(), open: server.open() };
	await server.stop();
	return result;
}

/** Runs against all servers side by side, since most of the time is waiting, and tests what came of each. */
function testAll(
	rows: readonly Row[],
	{ timeout = 30, requestsOf = (outcome: Outcome) => REQUESTS[outcome] } = {},
): void {
	const results = new Map<string, Result>();
	beforeAll(async () => {
		await Promise.all(
			rows.map(async ([name, start]) => results.set(name, await runAgainst(await start(), timeout))),
		);
	}, 60_000);

	for (const [name, , outcome, says = ''] of rows) {
		test(name, async () => {
			const { ran, requests, open } = results.get(name)!;
			const { json } = ran.items[0]!;
			expect([requests, open]).toEqual([requestsOf(outcome), 0]);
			expect(inspect(ran, { depth: 30, showHidden: true, maxStringLength: null })).not.toContain(
				KEY.slice(0, 12),
			);
			if (outcome === 'image') {
				expect(json).toMatchObject({ format: 'png', width: 1, height: 1, attempts: 1 });
				expect((await engine.read(ran.items[0])).equals(PNG)).toBe(true);
				return;
			}
			const billed = ['response', 'uncertain'].includes(outcome) ? 'unknown' : 'no';
			expect(json.details).toMatchObject({ cause: outcome, billed });
			expect(json.error).toContain(says);
			expect(json.error).not.toMatch(/[\r\n]|<\/?[a-z]|undefined|\[object/);
		});
	}
}

/** A fatal alert of TLS 1.2 (RFC 5246): handshake_failure is 40, internal_error 80. */
const alert = (description: number): Buffer => Buffer.of(0x15, 3, 3, 0, 2, 2, description);

const NO_TLS = 'no secure connection could be made';

describe('before the request is sent', () => {
	testAll(
		[
			[
				'a host name that is not known',
				nobodyAt('https://nowhere.invalid'),
				'network',
				'could not be reached',
			],
			['a host name that is too long', nobodyAt(`https://${'a'.repeat(64)}.invalid`), 'network'],
			[
				'a port that no server listens to',
				nobodyAt('http://127.0.0.1:1'),
				'network',
				'connection was refused',
			],
			['a self-signed certificate', async () => await untrustedServer(1), 'network', NO_TLS],
			['an expired certificate', async () => await untrustedServer(-1), 'network', NO_TLS],
			['TLS closed at the first message', serve(close(), 'https:'), 'network', NO_TLS],
			['TLS rejected with handshake_failure', serve(close(alert(40)), 'https:'), 'network', NO_TLS],
			['plain HTTP in response to TLS', serve(close(head('400 Bad Request')), 'https:'), 'network', NO_TLS],
			['other bytes in response to TLS', serve(close(Buffer.alloc(64, 0xee)), 'https:'), 'network', NO_TLS],
			// A connection in use can end with the same words.
			['TLS reset at the first message', serve(reset(), 'https:'), 'uncertain'],
			['TLS rejected with internal_error', serve(close(alert(80)), 'https:'), 'uncertain'],
		],
		{ requestsOf: () => 0 },
	);
});

const CHUNKED = head(OK, { 'transfer-encoding': 'chunked' });
const CHUNK = Buffer.concat([Buffer.from(`${PNG.length.toString(16)}\r\n`), PNG]);

describe('the connection breaks', () => {
	const cut = (status: string): Respond => close(head(status, { 'content-length': 900 }), '{"error":');
	testAll([
		['closed without a response', serve(close()), 'uncertain'],
		['closed in the status line', serve(close('HTTP/1.1 20')), 'uncertain'],
		['reset in the status line', serve(reset('HTTP/1.1 20')), 'uncertain'],
		['closed in the headers', serve(close('HTTP/1.1 200 OK\r\ncontent-type: ima')), 'uncertain'],
		['closed after the headers', serve(close(imageHead(PNG.length))), 'uncertain'],
		['closed in the body', serve(close(imageHead(PNG.length), HALF)), 'uncertain'],
		['reset in the body', serve(reset(imageHead(PNG.length), HALF)), 'uncertain'],
		['closed in a chunk', serve(close(CHUNKED, CHUNK.subarray(0, 40))), 'uncertain'],
		['closed before the last chunk', serve(close(CHUNKED, CHUNK, '\r\n')), 'uncertain'],
		['reset after the whole response', serve(reset(imageHead(PNG.length), PNG)), 'image'],
		['a 503 whose words break off', serve(cut('503 Service Unavailable')), 'server'],
		['a 402 whose words break off', serve(cut('402 Payment Required')), 'credits'],
	]);
});

describe('a response that breaks the rules of HTTP', () => {
	testAll([
		['without a length', serve(close(head(OK), PNG)), 'image'],
		['without a length, closed in the image', serve(close(head(OK), HALF)), 'response', 'cut short'],
		['without a length and a body', serve(close(head(OK))), 'response', 'empty'],
		['a length that is too long', serve(close(imageHead(PNG.length + 100), PNG)), 'uncertain'],
		['a length that is too short', serve(close(imageHead(PNG.length - 20), PNG)), 'response', 'cut short'],
		['a length of 10 TiB', serve(close(imageHead(10 * 1024 ** 4), PNG)), 'uncertain'],
		['a length below zero', serve(close(imageHead(-5))), 'uncertain'],
		[
			'two lengths that differ',
			serve(close(head(OK, { 'content-length': PNG.length, 'Content-Length': 5 }), PNG)),
			'uncertain',
		],
		['chunked', serve(close(CHUNKED, CHUNK, '\r\n0\r\n\r\n')), 'image'],
		['a size of a chunk that is no number', serve(close(CHUNKED, 'size\r\n')), 'uncertain'],
		[
			'chunked and with a length',
			serve(
				close(
					head(OK, { 'transfer-encoding': 'chunked', 'content-length': PNG.length }),
					CHUNK,
					'\r\n0\r\n\r\n',
				),
			),
			'uncertain',
		],
		['another protocol', serve(close('SSH-2.0-OpenSSH_9.6\r\n')), 'uncertain'],
		['HTTP/2', serve(close(Buffer.from('000012040000000000', 'hex'))), 'uncertain'],
		['HTTP/1.0', serve(close('HTTP/1.0 200 OK\r\n\r\n', PNG)), 'image'],
		['a header with a zero byte', serve(close('HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n')), 'uncertain'],
		['a header of 1 MiB', serve(close(head(OK, { x: 'x'.repeat(MIB) }))), 'uncertain'],
		[
			'headers without an end',
			serve(drip(0, 'x-more: x\r\n'.repeat(64), 'HTTP/1.1 200 OK\r\n')),
			'uncertain',
		],
		[
			'interim responses before the image',
			serve(close(head('100 Continue'), head('103 Early Hints'), imageHead(PNG.length), PNG)),
			'image',
		],
		['a second response', serve(close(imageHead(PNG.length), PNG, head('500 x'))), 'image'],
	]);
});

describe('a whole response', () => {
	const zeros = Buffer.alloc(100 * MIB);
	const brotli = brotliCompressSync(zeros, { params: { 1: 3 } });
	testAll([
		['201', serve(whole('201 Created', PNG)), 'image'],
		['202', serve(whole('202 Accepted', '{"request_id":"r","status":"QUEUED"}')), 'response'],
		['204', serve(close(head('204 No Content'))), 'response', 'empty'],
		['206 with half of the image', serve(whole('206 Partial Content', HALF)), 'response', 'cut short'],
		['300', serve(whole('300 Multiple Choices', '')), 'endpoint', 'redirect'],
		['304', serve(close(head('304 Not Modified'))), 'endpoint'],
		['418', serve(whole('418 x', '')), 'request', '(418)'],
		['451', serve(whole('451 x', '')), 'request', '(451)'],
		['501', serve(whole('501 x', '')), 'uncertain', '(501)'],
		['520', serve(whole('520 x', '')), 'uncertain', '(520)'],
		['599', serve(whole('599 x', '')), 'uncertain', '(599)'],
		['999', serve(whole('999 x', '')), 'response', '(999)'],
		['gzip', serve(packed('gzip', gzipSync(PNG))), 'image'],
		['deflate', serve(packed('deflate', deflateSync(PNG))), 'image'],
		['an unknown encoding', serve(packed('x-none', PNG)), 'image'],
		['gzip that is cut', serve(packed('gzip', gzipSync(PNG).subarray(0, -40))), 'response', 'cut short'],
		['called gzip, and is not', serve(packed('gzip', PNG)), 'uncertain'],
		['100 MiB in a little Brotli', serve(packed('br', brotli)), 'response', 'larger than 64 MiB'],
		['a 503 of 100 MiB in a little Brotli', serve(packed('br', brotli, '503 x')), 'server'],
		['60 MiB of words', serve(whole(OK, Buffer.alloc(60 * MIB, 'word '))), 'response', 'word word'],
	]);
});

describe('the deadline', () => {
	const words = { 'content-type': 'text/plain' };
	testAll(
		[
			['nothing comes', serve(drip(100, '')), 'uncertain', 'within 5 seconds'],
			[
				'the headers come, and nothing else',
				serve(drip(100, '', imageHead(100))),
				'uncertain',
				'within 5 seconds',
			],
			[
				'half of the image comes',
				serve(drip(100, '', imageHead(100), HALF)),
				'uncertain',
				'within 5 seconds',
			],
			[
				'the headers drip',
				serve(drip(200, 'x: y\r\n', 'HTTP/1.1 200 OK\r\n')),
				'uncertain',
				'within 5 seconds',
			],
			['interim responses drip', serve(drip(200, head('102 Processing'))), 'uncertain', 'within 5 seconds'],
			['the body drips', serve(drip(100, 'x', imageHead(1_000_000))), 'uncertain', 'within 5 seconds'],
			[
				'another protocol is offered',
				serve(close(head('101 Switching Protocols', { upgrade: 'x', connection: 'upgrade' }))),
				'uncertain',
				'within 5 seconds',
			],
			['the words of a 503 never end', serve(drip(0, 'busy '.repeat(2000), head('503 x', words))), 'server'],
			['the words of a 402 drip', serve(drip(100, 'no credits. ', head('402 x', words))), 'credits'],
			[
				'the image drips, and is there in time',
				serve(async (socket) => {
					for (const part of [imageHead(PNG.length), HALF, PNG.subarray(HALF.length)]) {
						socket.write(part);
						await sleep(700);
					}
				}),
				'image',
			],
		],
		{ timeout: 5 },
	);
});

describe('the key comes back', () => {
	const edge = `<p>${' '.repeat(3980)}${KEY}</p>`;
	testAll([
		['in the text of the status', serve(whole(`401 ${KEY}`, '')), 'credential'],
		['in bytes that are not HTTP', serve(close(`${KEY} is no key\r\n\r\n`)), 'uncertain'],
		['in a malformed header', serve(close(`HTTP/1.1 200 OK\r\n${KEY}\0: ${KEY}\r\n\r\n`)), 'uncertain'],
		['in a body that breaks off', serve(close(head(OK, { 'content-length': 900 }), KEY)), 'uncertain'],
		['in the address of a redirect', serve(whole('302 x', KEY, { location: `/?k=${KEY}` })), 'endpoint'],
		['in the request id of a 422', serve(whole('422 x', '', { 'x-request-id': KEY })), 'request'],
		['where the words are cut', serve(whole('400 x', `${'word '.repeat(54)}${KEY} and more`)), 'request'],
		['where a page is cut', serve(whole('500 x', edge)), 'server'],
		[
			'in the headers of the image',
			serve(whole(OK, PNG, { 'x-request-id': `id-${KEY}`, 'x-cost': KEY, 'set-cookie': KEY })),
			'image',
		],
	]);
});
