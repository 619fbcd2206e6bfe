/* eslint-disable @n8n/community-nodes/no-restricted-imports -- servers on this machine, not part of the node */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';

import { selfSigned } from '../certificate';
import { ordered, unreachable } from '../stand';
import type { Stand } from '../stand';
import type { Trial } from '../trial';
import { head, listen } from '../wire';

/** Something that accepts connections where https is expected, and never sees a request. */
const inPlaceOfTls = (greet: (socket: Socket) => void) => async (): Promise<Stand> => {
	const { port, close } = await listen((socket) => {
		socket.on('end', () => socket.end());
		socket.once('data', () => greet(socket));
	});
	return { baseUrl: `https://127.0.0.1:${port}`, asked: [], paid: [], close };
};

/** A proper TLS server with a certificate that n8n can't trust. */
const untrusted = (daysLeft: number) => async (): Promise<Stand> => {
	const server = createServer(selfSigned(daysLeft));
	server.on('tlsClientError', (_, socket) => socket.destroy());
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked: [],
		paid: [],
		close: async () => {
			server.close();
			await once(server, 'close');
		},
	};
};

/** A port that was free a moment ago. */
async function closedPort(): Promise<Stand> {
	const { port, close } = await listen(() => undefined);
	await close();
	return await unreachable(`http://127.0.0.1:${port}`)();
}

/** A fatal alert of TLS 1.2 (RFC 5246): handshake_failure is 40, internal_error 80. */
const alert = (description: number): Buffer => Buffer.of(0x15, 3, 3, 0, 2, 2, description);

const never = (says: string): Trial['expected'] => ({ cause: 'network', requests: 0, meetsAll: true, says });

/** Nothing was sent here either, but a connection in use ends with the same words: then it is in doubt. */
const LIKE_LATER: Trial['expected'] = { cause: 'uncertain', requests: 0, meetsAll: true };

const NO_TLS = 'no secure connection came about';

/** What happens before a request could be sent: nothing was, so nothing is in doubt. */
export const connectionTrials: readonly Trial[] = [
	{
		name: 'DNS: the name is not known',
		group: 'network',
		expected: never('could not be reached'),
		stand: unreachable('https://does-not-exist.invalid'),
	},
	{
		name: 'DNS: a name that can’t be one',
		group: 'network',
		expected: never('could not be reached'),
		stand: unreachable(`https://${'a'.repeat(64)}.invalid`),
	},
	{
		name: 'the connection is refused',
		group: 'network',
		expected: never('the connection was refused'),
		stand: closedPort,
	},
	{
		name: 'TLS: the certificate is self-signed',
		group: 'network',
		expected: never(NO_TLS),
		stand: untrusted(1),
	},
	{
		name: 'TLS: the certificate has expired',
		group: 'network',
		expected: never(NO_TLS),
		stand: untrusted(-1),
	},
	{
		name: 'TLS: closed at the first message',
		group: 'network',
		expected: never(NO_TLS),
		stand: inPlaceOfTls((socket) => socket.end()),
	},
	{
		name: 'TLS: reset at the first message',
		group: 'network',
		expected: LIKE_LATER,
		stand: inPlaceOfTls((socket) => socket.resetAndDestroy()),
	},
	{
		name: 'TLS: refused with handshake_failure',
		group: 'network',
		expected: never(NO_TLS),
		stand: inPlaceOfTls((socket) => socket.end(alert(40))),
	},
	{
		name: 'TLS: refused with internal_error',
		group: 'network',
		expected: LIKE_LATER,
		stand: inPlaceOfTls((socket) => socket.end(alert(80))),
	},
	{
		name: 'TLS: answered in plain HTTP',
		group: 'network',
		expected: never(NO_TLS),
		stand: inPlaceOfTls((socket) => socket.end(head('400 Bad Request'))),
	},
	{
		name: 'TLS: answered with bytes that are none',
		group: 'network',
		expected: never(NO_TLS),
		stand: inPlaceOfTls((socket) => socket.end(Buffer.alloc(64, 0xee))),
	},
	{
		name: 'reset before the answer',
		group: 'network',
		expected: { cause: 'uncertain', paid: true },
		stand: ordered({ reset: true }),
	},
	{
		name: 'reset before the answer, once: never sent again',
		group: 'network',
		expected: { cause: 'uncertain', paid: true, lasts: 1 },
		stand: ordered({ reset: true, times: 1 }),
	},
	{
		name: "reset before the answer, once, with 'Retry When Billing Is Uncertain': sent again",
		group: 'network',
		expected: { cause: 'uncertain', paid: true, lasts: 1, requests: 2, tells: { attempts: 2 } },
		stand: ordered({ reset: true, times: 1 }),
		options: { retryUncertain: true },
	},
];
