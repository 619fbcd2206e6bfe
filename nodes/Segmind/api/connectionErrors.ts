import { NOT_BILLED, SegmindError, uncertainError } from './errors';

/** Codes that only a connection which was never made can have. */
const NEVER_CONNECTED: ReadonlyMap<string, string> = new Map([
	['ENOTFOUND', 'the host name is unknown'],
	['EAI_AGAIN', 'the host name could not be looked up'],
	['ECONNREFUSED', 'the connection was refused'],
	['EADDRNOTAVAIL', 'the address is not available'],
]);

/** Codes that an open connection can have as well: they count only while connecting. */
const WHILE_CONNECTING: ReadonlyMap<string, string> = new Map([
	['EHOSTUNREACH', 'the host is unreachable'],
	['ENETUNREACH', 'the network is unreachable'],
	['ETIMEDOUT', 'connecting took too long'],
]);

/** A certificate that was rejected, which happens before anything is sent. */
const CERTIFICATE = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/** OpenSSL's words for a failed handshake; its other words may be about a connection in use. */
const HANDSHAKE =
	/before secure TLS connection|wrong version number|packet length too long|handshake failure|unsupported protocol|alert protocol version|unrecognized name/i;

const POLICY = /restricted IP address|hostname is blocked/i;

/** Errors inside an error that are looked at; n8n and axios wrap each other's. */
const MAX_DEPTH = 8;

interface ErrorLike {
	readonly code?: unknown;
	readonly message?: unknown;
	readonly name?: unknown;
	readonly syscall?: unknown;
}

/** An error and its causes, the outermost first. */
function* chainOf(thrown: unknown): Generator<ErrorLike> {
	for (
		let error = thrown, depth = 0;
		typeof error === 'object' && error !== null && depth < MAX_DEPTH;
		depth += 1
	) {
		yield error;
		error = 'cause' in error ? error.cause : undefined;
	}
}

function explain({ code, message, name, syscall }: ErrorLike): string | undefined {
	const text = typeof message === 'string' ? message : '';
	if (POLICY.test(text)) return "this n8n's network policy does not allow the address";
	if (HANDSHAKE.test(text)) return 'no secure connection could be made';
	if (typeof code !== 'string') return undefined;
	if (CERTIFICATE.test(code)) return 'no secure connection could be made';
	// Node collects the attempts to connect to each address of a host in one AggregateError.
	const connecting = syscall === 'connect' || name === 'AggregateError';
	return NEVER_CONNECTED.get(code) ?? (connecting ? WHILE_CONNECTING.get(code) : undefined);
}

/** Returns why no connection was made; undefined when the request may have gone out. */
export function whyNotConnected(thrown: unknown): string | undefined {
	for (const error of chainOf(thrown)) {
		const why = explain(error);
		if (why !== undefined) return why;
	}
	return undefined;
}

/**
 * Returns the error for a request that got no whole response.
 *
 * @param timeout seconds
 */
export function connectionError(
	thrown: unknown,
	timeout: number,
	deadline: AbortSignal,
	cancelled?: AbortSignal,
): SegmindError {
	if (thrown instanceof SegmindError) return thrown;
	if (cancelled?.aborted === true)
		return uncertainError('The execution was cancelled before the whole response had arrived', thrown);
	if (deadline.aborted) return uncertainError(`No whole response within ${timeout} seconds`, thrown);
	const why = whyNotConnected(thrown);
	if (why === undefined)
		return uncertainError('The connection broke before the whole response had arrived', thrown);
	return new SegmindError(
		'network',
		`Segmind could not be reached: ${why}`,
		`Check the network of this n8n and 'Base URL' in the Segmind credential, then try again. ${NOT_BILLED}`,
		{ cause: thrown },
	);
}
