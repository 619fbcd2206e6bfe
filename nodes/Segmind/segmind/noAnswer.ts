import { neverSent, uncertain } from './meaning';
import { Refusal } from './refusal';

/** Codes that only a connection which never came about can have. */
const NEVER_SENT: ReadonlyMap<string, string> = new Map([
	['ENOTFOUND', 'the host name is not known'],
	['EAI_AGAIN', 'the host name could not be looked up'],
	['ECONNREFUSED', 'the connection was refused'],
	['EADDRNOTAVAIL', 'the address is not available'],
]);

/** Codes that a connection can have as well while its answer is waited for: they count while connecting only. */
const WHILE_CONNECTING: ReadonlyMap<string, string> = new Map([
	['EHOSTUNREACH', 'the host can not be reached'],
	['ENETUNREACH', 'the network can not be reached'],
	['ETIMEDOUT', 'the connection took too long'],
]);

/** A certificate that was not accepted, which is before anything is sent. */
const CERTIFICATE = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/** What OpenSSL says of a handshake; its other words may be about a connection that was in use. */
const HANDSHAKE =
	/before secure TLS connection|wrong version number|packet length too long|handshake failure|unsupported protocol|alert protocol version|unrecognized name/i;

const POLICY = /restricted IP address|hostname is blocked/i;

interface Cause {
	readonly code?: unknown;
	readonly message?: unknown;
	readonly name?: unknown;
	readonly syscall?: unknown;
}

/** The errors inside an error, the outermost first; n8n and axios wrap each other's. */
function* causesOf(thrown: unknown): Generator<Cause> {
	for (let error = thrown, depth = 0; typeof error === 'object' && error !== null && depth < 8; depth += 1) {
		yield error;
		error = 'cause' in error ? error.cause : undefined;
	}
}

function whyNotConnected({ code, message, name, syscall }: Cause): string | undefined {
	const words = typeof message === 'string' ? message : '';
	if (POLICY.test(words)) return "this n8n's network policy does not allow the address";
	if (HANDSHAKE.test(words)) return 'no secure connection came about';
	if (typeof code !== 'string') return undefined;
	if (CERTIFICATE.test(code)) return 'no secure connection came about';
	// Node gathers the attempts to connect to each address of a host in one AggregateError.
	const connecting = syscall === 'connect' || name === 'AggregateError';
	return NEVER_SENT.get(code) ?? (connecting ? WHILE_CONNECTING.get(code) : undefined);
}

/** Why no connection came about, or undefined when the request may have gone out. */
export function whyNeverSent(thrown: unknown): string | undefined {
	for (const cause of causesOf(thrown)) {
		const why = whyNotConnected(cause);
		if (why !== undefined) return why;
	}
	return undefined;
}

/** Why a request ended without a whole answer. */
export function whyNoAnswer(
	thrown: unknown,
	timeout: number,
	deadline: AbortSignal,
	cancelled?: AbortSignal,
): Refusal {
	if (thrown instanceof Refusal) return thrown;
	if (cancelled?.aborted === true)
		return uncertain('The execution was cancelled while the image was being made');
	if (deadline.aborted) return uncertain(`No whole answer came within ${timeout} seconds`);
	const why = whyNeverSent(thrown);
	if (why === undefined) return uncertain('The connection broke before the whole answer had come');
	return neverSent(
		`Segmind could not be reached: ${why}`,
		"Check the network of this n8n and 'Base URL' in the Segmind credential, then run again.",
	);
}
