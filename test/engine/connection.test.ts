/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { sleep } from 'n8n-workflow';
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import type { Respond, Respondent } from './badServer';
import { badServer, close, drip, EXPIRED, head, reset, SELF_SIGNED } from './badServer';
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

const WHOLE_HEAD = imageHead(PNG.length);

/** A whole response. */
const whole = (status: string, body: Buffer | string, headers: Parameters<typeof head>[1] = {}): Respond =>
	close(head(status, { 'content-length': Buffer.byteLength(body), ...headers }), body);

const packed = (encoding: string, body: Buffer, status = OK): Respond =>
	whole(status, body, { 'content-encoding': encoding });

/**
 * What comes of an image, the cause of its error or none, by the requests that two tries of Retry On Fail with one
 * retry each make of it. What may be billed is sent once.
 */
const REQUESTS = {
	credential: 2,
	credits: 2,
	endpoint: 2,
	file: 1,
	image: 1,
	network: 0,
	request: 2,
	response: 1,
	server: 4,
	uncertain: 1,
};

/** What is at the address, what must come of an image there, and words that the error has or another file's type. */
type Row = readonly [name: string, respondent: Respondent, outcome: keyof typeof REQUESTS, says?: string];

interface Result {
	readonly ran: RunResult;
	readonly requests: number;
	/** Connections that were left open. */
	readonly open: number;
}

async function runAgainst(respondent: Respondent, timeout: number): Promise<Result> {
	const server = await badServer(respondent);
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
function testAll(rows: readonly Row[], timeout = 30): void {
	const results = new Map<string, Result>();
	beforeAll(async () => {
		await Promise.all(
			rows.map(async ([name, respondent]) => results.set(name, await runAgainst(respondent, timeout))),
		);
	}, 60_000);

	for (const [name, respondent, outcome, says = ''] of rows) {
		test(name, async () => {
			const { ran, requests, open } = results.get(name)!;
			const { json, binary } = ran.items[0]!;
			expect([requests, open]).toEqual([typeof respondent === 'function' ? REQUESTS[outcome] : 0, 0]);
			const everything = inspect(ran, { depth: 30, showHidden: true, maxStringLength: null });
			expect(everything).not.toContain(KEY.slice(0, 12));
			if (outcome === 'image') {
				expect(json).toMatchObject({ format: 'png', width: 1, height: 1, attempts: 1 });
				expect((await engine.read(ran.items[0])).equals(PNG)).toBe(true);
				return;
			}
			if (outcome === 'file') {
				expect(json).toMatchObject({ mimeType: says, attempts: 1 });
				expect((await engine.read(ran.items[0])).length).toBe(json.fileSize);
				return;
			}
			const billed = ['response', 'uncertain'].includes(outcome) ? 'unknown' : 'no';
			const retryable = outcome === 'network' || outcome === 'server';
			expect(json.details).toMatchObject({ cause: outcome, billed, retryable });
			expect(binary).toBeUndefined();
			expect(json.error).toContain(says);
			expect(json.error).not.toMatch(/[\r\n]|<\/?[a-z]|undefined|\[object/);
			expect(String(json.error).length).toBeLessThan(450);
		});
	}
}

/** A fatal alert of TLS 1.2 (RFC 5246): handshake_failure is 40, internal_error 80. */
const alert = (description: number): Buffer => Buffer.of(0x15, 3, 3, 0, 2, 2, description);

const isNode20 = process.versions.node.startsWith('20.');

const NO_TLS = 'no secure connection could be made';

// A row without a function receives no request.
describe('before the request is sent', () => {
	testAll([
		['an unknown host name', { url: 'https://nowhere.invalid' }, 'network', 'could not be reached'],
		['a host name that is too long', { url: `https://${'a'.repeat(64)}.invalid` }, 'network'],
		['a port without a server', { url: 'http://127.0.0.1:1' }, 'network', 'refused the connection'],
		['a self-signed certificate', { certificate: SELF_SIGNED }, 'network', 'self-signed'],
		['an expired certificate', { certificate: EXPIRED }, 'network', 'has expired'],
		['TLS closed at the first message', { tls: close() }, 'network', 'closed before it was secure'],
		['TLS rejected with handshake_failure', { tls: close(alert(40)) }, 'network', NO_TLS],
		[
			'plain HTTP in response to TLS',
			{ tls: close(head('400 Bad Request')) },
			'network',
			'does not speak TLS',
		],
		[
			'other bytes in response to TLS',
			{ tls: close(Buffer.alloc(64, 0xee)) },
			'network',
			'does not speak TLS',
		],
		// A connection in use can end with the same words.
		['TLS reset at the first message', { tls: reset() }, 'network', 'closed before'],
		// Node 20 does not say that nothing was sent.
		['TLS rejected with internal_error', { tls: close(alert(80)) }, isNode20 ? 'uncertain' : 'network'],
	]);
});

const CHUNKED = head(OK, { 'transfer-encoding': 'chunked' });
const CHUNK = Buffer.concat([Buffer.from(`${PNG.length.toString(16)}\r\n`), PNG]);
const LAST_CHUNK = '\r\n0\r\n\r\n';

describe('the connection breaks', () => {
	const cut = (status: string): Respond => close(head(status, { 'content-length': 900 }), '{"error":');
	testAll([
		['closed without a response', close(), 'uncertain'],
		['closed in the status line', close('HTTP/1.1 20'), 'uncertain'],
		['reset in the status line', reset('HTTP/1.1 20'), 'uncertain'],
		['closed in the headers', close('HTTP/1.1 200 OK\r\ncontent-type: ima'), 'uncertain'],
		['closed after the headers', close(WHOLE_HEAD), 'uncertain'],
		['closed in the body', close(WHOLE_HEAD, HALF), 'uncertain'],
		['reset in the body', reset(WHOLE_HEAD, HALF), 'uncertain'],
		['closed in a chunk', close(CHUNKED, CHUNK.subarray(0, 40)), 'uncertain'],
		['closed before the last chunk', close(CHUNKED, CHUNK, '\r\n'), 'uncertain'],
		['reset after the whole response', reset(WHOLE_HEAD, PNG), 'image'],
		['a 503 whose words break off', cut('503 Service Unavailable'), 'server'],
		['a 402 whose words break off', cut('402 Payment Required'), 'credits'],
	]);
});

describe('a response that breaks the rules of HTTP', () => {
	const twoLengths = head(OK, { 'content-length': PNG.length, 'Content-Length': 5 });
	const chunkedWithLength = head(OK, { 'transfer-encoding': 'chunked', 'content-length': PNG.length });
	const interim = [head('100 Continue'), head('103 Early Hints')];
	testAll([
		['without a length', close(head(OK), PNG), 'image'],
		['without a length, closed in the image', close(head(OK), HALF), 'response', 'cut short'],
		['without a length and a body', close(head(OK)), 'response', 'empty'],
		['a length that is too long', close(imageHead(PNG.length + 100), PNG), 'uncertain'],
		['a length that is too short', close(imageHead(PNG.length - 20), PNG), 'response', 'cut short'],
		['a length of 10 TiB', close(imageHead(10 * 1024 ** 4), PNG), 'response', 'larger than 512 MiB'],
		['a length below zero', close(imageHead(-5)), 'uncertain'],
		['two lengths that differ', close(twoLengths, PNG), 'uncertain'],
		['chunked', close(CHUNKED, CHUNK, LAST_CHUNK), 'image'],
		['a size of a chunk that is no number', close(CHUNKED, 'size\r\n'), 'uncertain'],
		['chunked and with a length', close(chunkedWithLength, CHUNK, LAST_CHUNK), 'uncertain'],
		['another protocol', close('SSH-2.0-OpenSSH_9.6\r\n'), 'uncertain'],
		['HTTP/2', close(Buffer.from('000012040000000000', 'hex')), 'uncertain'],
		['HTTP/1.0', close('HTTP/1.0 200 OK\r\n\r\n', PNG), 'image'],
		['a header with a zero byte', close('HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'), 'uncertain'],
		['a header of 1 MiB', close(head(OK, { x: 'x'.repeat(MIB) })), 'uncertain'],
		['headers without an end', drip(0, 'x-more: x\r\n'.repeat(64), 'HTTP/1.1 200 OK\r\n'), 'uncertain'],
		['interim responses before the image', close(...interim, WHOLE_HEAD, PNG), 'image'],
		['a second response', close(WHOLE_HEAD, PNG, head('500 x')), 'image'],
	]);
});

describe('a whole response', () => {
	const zeros = Buffer.concat([PNG, Buffer.alloc(100 * MIB)]);
	const asPng = (body: string): Respond => whole(OK, body, { 'content-type': 'image/png' });
	const brotli = brotliCompressSync(zeros, { params: { 1: 3 } });
	testAll([
		['201', whole('201 Created', PNG), 'image'],
		['202', whole('202 Accepted', '{"request_id":"r","status":"QUEUED"}'), 'response'],
		['SVG', asPng('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'response'],
		['an HTML page', asPng('<!DOCTYPE html><script>alert(1)</script>'), 'response'],
		['PDF', asPng('%PDF-1.7\n'), 'file', 'application/pdf'],
		['a ZIP archive', asPng('PK\x03\x04'), 'file', 'application/zip'],
		['GIF', asPng('GIF89a\x01\0\x01\0'), 'file', 'image/gif'],
		['an executable', asPng('\x7fELF'), 'file', 'application/octet-stream'],
		['204', close(head('204 No Content')), 'response', 'empty'],
		['206 with half of the image', whole('206 Partial Content', HALF), 'response', 'cut short'],
		['300', whole('300 Multiple Choices', ''), 'endpoint', 'redirect'],
		['304', close(head('304 Not Modified')), 'endpoint'],
		['418', whole('418 x', ''), 'request', '(418)'],
		['451', whole('451 x', ''), 'request', '(451)'],
		['501', whole('501 x', ''), 'uncertain', '(501)'],
		['520', whole('520 x', ''), 'uncertain', '(520)'],
		['599', whole('599 x', ''), 'uncertain', '(599)'],
		['999', whole('999 x', ''), 'response', '(999)'],
		['gzip', packed('gzip', gzipSync(PNG)), 'image'],
		['deflate', packed('deflate', deflateSync(PNG)), 'image'],
		['an unknown encoding', packed('x-none', PNG), 'image'],
		['gzip that is cut', packed('gzip', gzipSync(PNG).subarray(0, -40)), 'response', 'cut short'],
		['called gzip, and is not', packed('gzip', PNG), 'uncertain'],
		['100 MiB in a little Brotli', packed('br', brotli), 'response', 'larger than 64 MiB'],
		['a 503 of 100 MiB in a little Brotli', packed('br', brotli, '503 x'), 'server'],
		['70 MiB', whole(OK, zeros.subarray(0, 70 * MIB)), 'file', 'application/octet-stream'],
		['60 MiB of words', whole(OK, Buffer.alloc(60 * MIB, 'word ')), 'response', 'word word'],
	]);
});

describe('the deadline', () => {
	const words = { 'content-type': 'text/plain' };
	const upgrade = head('101 Switching Protocols', { upgrade: 'x', connection: 'upgrade' });
	const slowImage: Respond = async (socket) => {
		for (const part of [WHOLE_HEAD, HALF, PNG.subarray(HALF.length)]) {
			socket.write(part);
			await sleep(700);
		}
	};
	const LATE = 'within 5 seconds';
	testAll(
		[
			['nothing comes', drip(100, ''), 'uncertain', LATE],
			['the headers come, and nothing else', drip(100, '', imageHead(100)), 'uncertain', LATE],
			['half of the image comes', drip(100, '', imageHead(100), HALF), 'uncertain', LATE],
			['the headers drip', drip(200, 'x: y\r\n', 'HTTP/1.1 200 OK\r\n'), 'uncertain', LATE],
			['interim responses drip', drip(200, head('102 Processing')), 'uncertain', LATE],
			['the body drips', drip(100, 'x', imageHead(1_000_000)), 'uncertain', LATE],
			['another protocol is offered', close(upgrade), 'uncertain', LATE],
			['the words of a 503 never end', drip(0, 'busy '.repeat(2000), head('503 x', words)), 'server'],
			['the words of a 402 drip', drip(100, 'no credits. ', head('402 x', words)), 'credits'],
			['the image drips, and is there in time', slowImage, 'image'],
		],
		5,
	);
});

describe('the key comes back', () => {
	const headers = { 'x-request-id': `id-${KEY}`, 'x-cost': KEY, 'set-cookie': KEY };
	const edge = `<p>${' '.repeat(3980)}${KEY}</p>`;
	testAll([
		['in the text of the status', whole(`401 ${KEY}`, ''), 'credential'],
		['in bytes that are not HTTP', close(`${KEY} is no key\r\n\r\n`), 'uncertain'],
		['in a malformed header', close(`HTTP/1.1 200 OK\r\n${KEY}\0: ${KEY}\r\n\r\n`), 'uncertain'],
		['in a body that breaks off', close(head(OK, { 'content-length': 900 }), KEY), 'uncertain'],
		['in the address of a redirect', whole('302 x', KEY, { location: `/?k=${KEY}` }), 'endpoint'],
		['in the request id of a 422', whole('422 x', '', { 'x-request-id': KEY }), 'request'],
		['where the words are cut', whole('400 x', `${'word '.repeat(54)}${KEY} and more`), 'request'],
		['where a page is cut', whole('500 x', edge), 'uncertain'],
		['in the headers of the image', whole(OK, PNG, headers), 'image'],
	]);
});
