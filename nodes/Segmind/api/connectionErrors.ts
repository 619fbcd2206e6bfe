import { NOT_BILLED, SegmindError, uncertainError } from './errors';

/** Codes that only a connection which was never made can have. */
const NEVER_CONNECTED: ReadonlyMap<string, string> = new Map([
	['ENOTFOUND', 'is unknown'],
	['EAI_AGAIN', 'could not be looked up'],
	['ECONNREFUSED', 'refused the connection'],
	['EADDRNOTAVAIL', 'is not available'],
]);

/** Codes that an open connection can have as well: they count only while connecting. */
const WHILE_CONNECTING: ReadonlyMap<string, string> = new Map([
	['EHOSTUNREACH', 'is unreachable'],
	['ENETUNREACH', 'is in a network that is unreachable'],
	['ETIMEDOUT', 'took too long to connect'],
]);

const TRUST =
	'If the certificate is right, name a file with its authority in NODE_EXTRA_CA_CERTS where n8n is started';

/** Why a certificate was rejected, which happens before anything is sent. The first pattern that matches counts. */
const CERTIFICATES: ReadonlyArray<readonly [code: RegExp, why: string, advice?: string]> = [
	[/SELF_SIGNED/, 'its certificate is self-signed', TRUST],
	[/^(UNABLE_TO_|CERT_UNTRUSTED)/, 'this n8n does not know the authority of its certificate', TRUST],
	[/^CERT_HAS_EXPIRED$/, 'its certificate has expired', 'Renew it, or check the clock of this machine'],
	[/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet', 'Check the clock of this machine'],
	[/ALTNAME|^HOSTNAME_MISMATCH$/, 'its certificate is for another host name'],
	[/^(CERT_|ERR_TLS_CERT_)/, 'its certificate was rejected'],
];

/** OpenSSL's words for a failed handshake; its other words may be about a connection in use. */
const HANDSHAKES: ReadonlyArray<readonly [words: RegExp, why: string]> = [
	[/wrong version number|packet length too long|http request/i, 'it does not speak TLS at this address'],
	[/unsupported protocol|alert protocol version/i, 'it speaks only a version of TLS that is too old'],
	[/before secure TLS connection/i, 'the connection closed before it was secure'],
	[/handshake failure|unrecognized name/i, 'no secure connection could be made'],
	[/Proxy connection ended/i, 'the proxy closed the connection'],
];

/** n8n's protection against requests to its own network. */
const POLICY = /restricted IP address|hostname is (blocked|restricted)/i;

/** Errors inside an error that are looked at; n8n and axios wrap each other's. */
const MAX_DEPTH = 8;

/** What errors of n8n, axios and Node may have. */
interface ErrorLike {
	readonly code?: unknown;
	readonly message?: unknown;
	readonly name?: unknown;
	readonly syscall?: unknown;
	readonly hostname?: unknown;
	readonly port?: unknown;
	readonly errors?: unknown;
	/** Node's request, in axios's errors. */
	readonly request?: { readonly writableFinished?: unknown } | null;
}

/** Why nothing was sent, and what helps. */
interface Explanation {
	readonly why: string;
	/** Without a final period. */
	readonly advice?: string | undefined;
}

/** An error and its causes, the outermost first. */
export function* chainOf(thrown: unknown): Generator<object> {
	for (
		let error = thrown, depth = 0;
		typeof error === 'object' && error !== null && depth < MAX_DEPTH;
		depth += 1
	) {
		yield error;
		error = 'cause' in error ? error.cause : undefined;
	}
}

/** Returns whether n8n's network policy forbade a request. */
export const isForbidden = (thrown: unknown): boolean =>
	[...chainOf(thrown)].some(({ message }: ErrorLike) => typeof message === 'string' && POLICY.test(message));

/**
 * Returns whether a request went out whole; undefined when the error does not say. Nobody answers, or bills, a part of
 * one.
 */
export function wasSent(thrown: unknown): boolean | undefined {
	for (const { request } of chainOf(thrown) as Iterable<ErrorLike>) {
		const finished = request?.writableFinished;
		if (typeof finished === 'boolean') return finished;
	}
	return undefined;
}

/** Says which address was not reached. A host or port that was not asked for is the proxy's. */
function addressIn(thrown: unknown, target: URL): string {
	const targetPort =
		target.port === '' ? { 'https:': 443, 'http:': 80 }[target.protocol] : Number(target.port);
	for (const { hostname, port, errors } of chainOf(thrown) as Iterable<ErrorLike>) {
		const [first] = Array.isArray(errors) ? (errors as ErrorLike[]) : [];
		const at = port ?? first?.port;
		if (typeof hostname === 'string' && hostname !== target.hostname) return `the proxy ${hostname}`;
		if (typeof at === 'number' && at !== targetPort) return `the proxy at port ${at}`;
	}
	return `the host ${target.host}`;
}

function explainOne({ code, message, name, syscall }: ErrorLike, address: string): Explanation | undefined {
	const text = typeof message === 'string' ? message : '';
	const handshake = HANDSHAKES.find(([words]) => words.test(text));
	if (handshake !== undefined) return { why: handshake[1] };
	if (typeof code !== 'string') return undefined;
	const certificate = CERTIFICATES.find(([pattern]) => pattern.test(code));
	if (certificate !== undefined) return { why: `${certificate[1]} (${code})`, advice: certificate[2] };
	// Node collects the attempts to connect to each address of a host in one AggregateError.
	const connecting = syscall === 'connect' || name === 'AggregateError';
	const why = NEVER_CONNECTED.get(code) ?? (connecting ? WHILE_CONNECTING.get(code) : undefined);
	return why === undefined ? undefined : { why: `${address} ${why}` };
}

/** Returns why no connection was made; undefined when the request may have gone out. */
export function whyNotConnected(thrown: unknown, url: string): Explanation | undefined {
	const target = new URL(url);
	if (isForbidden(thrown)) {
		return {
			why: `the network policy of this n8n does not allow ${target.hostname}`,
			advice: 'Ask its administrator to allow the host in N8N_SSRF_ALLOWED_HOSTNAMES',
		};
	}
	const address = addressIn(thrown, target);
	for (const error of chainOf(thrown)) {
		const explanation = explainOne(error, address);
		if (explanation !== undefined) return explanation;
	}
	return wasSent(thrown) === false ? { why: 'the connection closed before the request was sent' } : undefined;
}

const CHECK_NETWORK = "Check the network of this n8n, its proxy, and 'Base URL' in the Segmind credential";

const notSentError = (why: string, advice: string, cause: unknown): SegmindError =>
	new SegmindError(
		isForbidden(cause) ? 'endpoint' : 'network',
		`Segmind could not be reached: ${why}`,
		`${advice}. ${NOT_BILLED}`,
		{ cause },
	);

/**
 * Returns the error for a request that got no whole response.
 *
 * @param timeout seconds
 */
export function connectionError(
	thrown: unknown,
	url: string,
	timeout: number,
	deadline: AbortSignal,
	cancelled?: AbortSignal,
): SegmindError {
	if (thrown instanceof SegmindError) return thrown;
	const isUnsent = wasSent(thrown) === false;
	if (cancelled?.aborted === true) {
		return isUnsent
			? new SegmindError('network', 'The execution was cancelled before the request was sent', NOT_BILLED)
			: uncertainError('The execution was cancelled before the whole response had arrived', thrown);
	}
	if (deadline.aborted) {
		return isUnsent
			? notSentError(`no connection was made within ${timeout} seconds`, CHECK_NETWORK, thrown)
			: uncertainError(`No whole response within ${timeout} seconds`, thrown);
	}
	const explanation = whyNotConnected(thrown, url);
	if (explanation === undefined) {
		return uncertainError('The connection broke before the whole response had arrived', thrown);
	}
	return notSentError(explanation.why, explanation.advice ?? CHECK_NETWORK, thrown);
}
