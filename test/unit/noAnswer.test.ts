import { whyNeverSent } from '../../nodes/Segmind/segmind/noAnswer';

/** An error as Node makes it, inside those that axios and n8n put around it. */
function wrapped(message: string, fields: Readonly<Record<string, unknown>>): Error {
	const inner = Object.assign(new Error(message), fields);
	const outer = Object.assign(new Error(message, { cause: inner }), { code: fields.code });
	return new Error('n8n', { cause: outer });
}

describe('nothing was sent', () => {
	test.each([
		['getaddrinfo ENOTFOUND nowhere', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
		['getaddrinfo EAI_AGAIN nowhere', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }],
		['connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED', syscall: 'connect' }],
		['connect EHOSTUNREACH 10.0.0.1:443', { code: 'EHOSTUNREACH', syscall: 'connect' }],
		['connect ETIMEDOUT 10.0.0.1:443', { code: 'ETIMEDOUT', syscall: 'connect' }],
		['', { code: 'ETIMEDOUT', name: 'AggregateError' }],
		['certificate has expired', { code: 'CERT_HAS_EXPIRED' }],
		['self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
		['Hostname does not match', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
		['write EPROTO 00:SSL routines:tls_get_more_records:packet length too long', { code: 'EPROTO' }],
		['write EPROTO 00:SSL routines:ssl3_get_record:wrong version number', { code: 'EPROTO' }],
		[
			'Client network socket disconnected before secure TLS connection was established',
			{ code: 'ECONNRESET' },
		],
	])('when it ends with "%s"', (message, fields) => {
		expect(whyNeverSent(wrapped(message, fields))).toMatch(/\w/);
	});
});

describe('the image may have been made', () => {
	test.each([
		['socket hang up', { code: 'ECONNRESET' }],
		['read ECONNRESET', { code: 'ECONNRESET', syscall: 'read' }],
		['read EHOSTUNREACH', { code: 'EHOSTUNREACH', syscall: 'read' }],
		['read ENETUNREACH', { code: 'ENETUNREACH', syscall: 'read' }],
		['read ETIMEDOUT', { code: 'ETIMEDOUT', syscall: 'read' }],
		['write EPIPE', { code: 'EPIPE', syscall: 'write' }],
		['00:SSL routines:ssl3_read_bytes:sslv3 alert bad record mac', { code: 'EPROTO' }],
		[
			'00:SSL routines:decryption failed or bad record mac',
			{ code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' },
		],
		['aborted', { code: 'ECONNRESET' }],
	])('when it ends with "%s"', (message, fields) => {
		expect(whyNeverSent(wrapped(message, fields))).toBeUndefined();
	});

	test.each([undefined, null, 'text', 7])('when %p was thrown', (thrown) => {
		expect(whyNeverSent(thrown)).toBeUndefined();
	});
});
