import { connectionError, whyNotConnected } from '../../../nodes/Segmind/api/connectionErrors';
import { SegmindError } from '../../../nodes/Segmind/api/errors';

const LIVE = new AbortController().signal;
const CONNECT = { syscall: 'connect' };

/** An error as Node makes it, inside those that axios and n8n put around it. */
function wrapped(message: unknown, code: unknown, fields: object = {}, depth = 2): unknown {
	const inner: unknown = Object.assign(new Error(), { message, code, ...fields });
	return Array.from({ length: depth }).reduce((cause) => new Error('n8n', { cause }), inner);
}

const TLS = 'no secure connection could be made';
const POLICY = "this n8n's network policy does not allow the address";
const CERTIFICATE_CODES = `CERT_HAS_EXPIRED ERR_TLS_CERT_ALTNAME_INVALID UNABLE_TO_VERIFY_LEAF_SIGNATURE
	DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN HOSTNAME_MISMATCH`.split(/\s+/);
const HANDSHAKES =
	`ended before secure TLS connection was established | wrong version number | handshake failure
	| packet length too long | unsupported protocol | alert protocol version | Unrecognized name`.split(/\s*\| /);

it.each<[why: string, thrown: unknown]>([
	['the host name is unknown', wrapped('getaddrinfo', 'ENOTFOUND')],
	['the host name could not be looked up', wrapped('getaddrinfo', 'EAI_AGAIN')],
	['the connection was refused', wrapped('connect', 'ECONNREFUSED', {}, 7)],
	['the address is not available', wrapped('connect', 'EADDRNOTAVAIL')],
	['the host is unreachable', wrapped('connect', 'EHOSTUNREACH', CONNECT)],
	['the network is unreachable', wrapped('connect', 'ENETUNREACH', CONNECT)],
	['connecting took too long', wrapped('', 'ETIMEDOUT', { name: 'AggregateError' })],
	[POLICY, wrapped('n8n: restricted IP address', undefined)],
	[POLICY, wrapped('The hostname is blocked', undefined)],
	...CERTIFICATE_CODES.map((code): [string, unknown] => [TLS, wrapped(7, code)]),
	...HANDSHAKES.map((message): [string, unknown] => [TLS, wrapped(message, 'EPROTO')]),
])('was not sent: %s', (why, thrown) => {
	const error = connectionError(thrown, 7, LIVE, LIVE);
	expect(error).toMatchObject({ reason: 'network', retryable: true, billed: 'no', cause: thrown });
	expect(error.message).toBe(`Segmind could not be reached: ${why}`);
	expect(error.description).toMatch(/^Check the network .*'Base URL'.*\. Nothing was billed\.$/);
});

it.each([
	wrapped('socket hang up', 'ECONNRESET'),
	wrapped('read', 'EHOSTUNREACH', { syscall: 'read' }),
	wrapped('read', 'ENETUNREACH'),
	wrapped('sslv3 alert bad record mac', 'EPROTO', CONNECT),
	wrapped('decryption failed', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
	wrapped('x', 'NOT_CERT_HAS_EXPIRED'),
	wrapped('x', ['ENOTFOUND']),
	wrapped('connect', 'ECONNREFUSED', {}, 8),
	...[undefined, null, 'ENOTFOUND', 7, {}],
])('may have been sent and billed: %p', (cause) => {
	const message = 'The connection broke before the whole response had arrived';
	const error = { reason: 'uncertain', billed: 'unknown', message, cause };
	expect(connectionError(cause, 7, LIVE)).toMatchObject(error);
	expect(whyNotConnected(cause)).toBeUndefined();
});

it('says what ended it, whatever was thrown: a cancel first, then the deadline', () => {
	const ended = AbortSignal.abort();
	const cause = wrapped('connect', 'ECONNREFUSED');
	const cancelled = { reason: 'uncertain', message: expect.stringContaining('was cancelled'), cause };
	expect(connectionError(cause, 7, ended, ended)).toMatchObject(cancelled);
	const late = { reason: 'uncertain', message: 'No whole response within 7 seconds', cause };
	expect(connectionError(cause, 7, ended, LIVE)).toMatchObject(late);
	const known = new SegmindError('response', 'x', 'y');
	expect(connectionError(known, 7, ended, ended)).toBe(known);
});
