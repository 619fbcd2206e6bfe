import { connectionError, whyNotConnected } from '../../../nodes/Segmind/api/connectionErrors';
import { SegmindError } from '../../../nodes/Segmind/api/errors';

const LIVE = new AbortController().signal;
const CONNECT = { syscall: 'connect' };

/** An error as Node makes it, inside those that axios and n8n put around it. */
function wrapped(message: unknown, code: unknown, fields: object = {}, depth = 2): unknown {
	const inner: unknown = Object.assign(new Error(), { message, code, ...fields });
	return Array.from({ length: depth }).reduce((cause) => new Error('n8n', { cause }), inner);
}

const URL = 'https://api.example/v1';
const HOST = 'the host api.example';
const HANDSHAKE = 'no secure connection could be made';

it.each<[why: string, thrown: unknown, advice?: RegExp]>([
	[`${HOST} is unknown`, wrapped('getaddrinfo', 'ENOTFOUND', { hostname: 'api.example' })],
	[`${HOST} could not be looked up`, wrapped('getaddrinfo', 'EAI_AGAIN')],
	[`${HOST} refused the connection`, wrapped('connect', 'ECONNREFUSED', { port: 443 }, 7)],
	['the proxy at port 3128 refused the connection', wrapped('connect', 'ECONNREFUSED', { port: 3128 })],
	[
		'the proxy at port 3128 refused the connection',
		wrapped('', 'ECONNREFUSED', { errors: [{ port: 3128 }] }),
	],
	['the proxy p.example is unknown', wrapped('getaddrinfo', 'ENOTFOUND', { hostname: 'p.example' })],
	[`${HOST} is not available`, wrapped('connect', 'EADDRNOTAVAIL')],
	[`${HOST} is unreachable`, wrapped('connect', 'EHOSTUNREACH', CONNECT)],
	[`${HOST} is in a network that is unreachable`, wrapped('connect', 'ENETUNREACH', CONNECT)],
	[`${HOST} took too long to connect`, wrapped('', 'ETIMEDOUT', { name: 'AggregateError' })],
	['its certificate has expired (CERT_HAS_EXPIRED)', wrapped(7, 'CERT_HAS_EXPIRED'), /clock/],
	['its certificate is not valid yet (CERT_NOT_YET_VALID)', wrapped(7, 'CERT_NOT_YET_VALID'), /clock/],
	['its certificate was rejected (CERT_REVOKED)', wrapped(7, 'CERT_REVOKED')],
	...['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'].map((code): [string, unknown] => [
		`its certificate is for another host name (${code})`,
		wrapped(7, code),
	]),
	...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'].map((code): [string, unknown, RegExp] => [
		`its certificate is self-signed (${code})`,
		wrapped(7, code),
		/NODE_EXTRA_CA_CERTS/,
	]),
	...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_UNTRUSTED'].map((code): [string, unknown, RegExp] => [
		`this n8n does not know the authority of its certificate (${code})`,
		wrapped(7, code),
		/NODE_EXTRA_CA_CERTS/,
	]),
	['it does not speak TLS at this address', wrapped('wrong version number', 'EPROTO')],
	['it does not speak TLS at this address', wrapped('packet length too long', 'EPROTO')],
	['it speaks only a version of TLS that is too old', wrapped('unsupported protocol', 'EPROTO')],
	['it speaks only a version of TLS that is too old', wrapped('alert protocol version', 'EPROTO')],
	['the connection closed before it was secure', wrapped('x before secure TLS connection', 'ECONNRESET')],
	['the proxy closed the connection', wrapped('Proxy connection ended before', undefined)],
	...['handshake failure', 'Unrecognized name'].map((words): [string, unknown] => [
		HANDSHAKE,
		wrapped(words, 'x'),
	]),
	[
		'the connection closed before the request was sent',
		wrapped('x', 'x', { request: { writableFinished: false } }),
	],
])('was not sent: %s', (why, thrown, advice = /^Check the network .*'Base URL'/) => {
	const error = connectionError(thrown, URL, 7, LIVE, LIVE);
	expect(error).toMatchObject({ reason: 'network', retryable: true, billed: 'no', cause: thrown });
	expect(error.message).toBe(`Segmind could not be reached: ${why}`);
	expect(error.description).toMatch(advice);
	expect(error.description).toMatch(/\. Nothing was billed\.$/);
});

it.each([
	['https://a.example', 443, 'host a.example'],
	['http://a.example', 80, 'host a.example'],
	['http://a.example', 443, 'proxy at port 443'],
	['https://a.example', 80, 'proxy at port 80'],
	['https://a.example:8443/v1', 8443, 'host a.example:8443'],
	['https://a.example:8443', 443, 'proxy at port 443'],
])('names who refused a request to %s at port %i: the %s', (url, port, who) => {
	for (const fields of [{ port }, { errors: [{ port }, { port: 1 }] }]) {
		const why = `the ${who} refused the connection`;
		expect(whyNotConnected(wrapped('x', 'ECONNREFUSED', fields), url)).toEqual({ why });
	}
});

it.each(['n8n: restricted IP address', 'The hostname is blocked', 'the destination hostname is restricted'])(
	'is not retried when the network policy forbids it: %s',
	(words) => {
		const error = connectionError(wrapped(words, undefined), URL, 7, LIVE, LIVE);
		expect(error).toMatchObject({ reason: 'endpoint', retryable: false, billed: 'no', stops: 'batch' });
		expect(error.message).toContain('the network policy of this n8n does not allow api.example');
	},
);

it.each([
	wrapped('socket hang up', 'ECONNRESET'),
	wrapped('read', 'EHOSTUNREACH', { syscall: 'read' }),
	wrapped('read', 'ENETUNREACH'),
	wrapped('sslv3 alert bad record mac', 'EPROTO', CONNECT),
	wrapped('decryption failed', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
	wrapped('x', 'NOT_CERT_HAS_EXPIRED'),
	wrapped('x', 'x', { request: { writableFinished: true } }),
	wrapped('x', ['ENOTFOUND']),
	wrapped('connect', 'ECONNREFUSED', {}, 8),
	...[undefined, null, 'ENOTFOUND', 7, {}],
])('may have been sent and billed: %p', (cause) => {
	const message = 'The connection broke before the whole response had arrived';
	const error = { reason: 'uncertain', billed: 'unknown', message, cause };
	expect(connectionError(cause, URL, 7, LIVE)).toMatchObject(error);
	expect(whyNotConnected(cause, URL)).toBeUndefined();
});

it('says what ended it, whatever was thrown: a cancel first, then the deadline', () => {
	const ended = AbortSignal.abort();
	const cause = wrapped('connect', 'ECONNREFUSED');
	const cancelled = { reason: 'uncertain', message: expect.stringContaining('was cancelled'), cause };
	expect(connectionError(cause, URL, 7, ended, ended)).toMatchObject(cancelled);
	const late = { reason: 'uncertain', message: 'No whole response within 7 seconds', cause };
	expect(connectionError(cause, URL, 7, ended, LIVE)).toMatchObject(late);
	const known = new SegmindError('response', 'x', 'y');
	expect(connectionError(known, URL, 7, ended, ended)).toBe(known);
});

it('was not billed when it ended before the request was sent', () => {
	const ended = AbortSignal.abort();
	const unsent = wrapped('x', 'x', { request: { writableFinished: false } });
	const cancelled = connectionError(unsent, URL, 7, ended, ended);
	expect(cancelled).toMatchObject({
		reason: 'network',
		billed: 'no',
		message: expect.stringContaining('cancelled'),
	});
	const late = connectionError(unsent, URL, 7, ended, LIVE);
	expect(late).toMatchObject({
		reason: 'network',
		billed: 'no',
		message: expect.stringContaining('within 7 seconds'),
	});
});
