import { neverSent, uncertain } from './meaning';
import { Refusal } from './refusal';

/** Codes with which no connection came about, so that nothing can have been made. */
const NEVER_SENT: ReadonlyMap<string, string> = new Map([
	['ENOTFOUND', 'the host name is not known'],
	['EAI_AGAIN', 'the host name could not be looked up'],
	['ECONNREFUSED', 'the connection was refused'],
	['EHOSTUNREACH', 'the host can not be reached'],
	['ENETUNREACH', 'the network can not be reached'],
	['EADDRNOTAVAIL', 'the address is not available'],
	['EPROTO', 'no secure connection came about'],
	['SSRF_BLOCKED', "this n8n's network policy does not allow the address"],
]);

const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/** The errors inside an error, the outermost first; n8n and axios wrap each other's. */
function* causesOf(thrown: unknown): Generator<{ code?: unknown; message?: unknown; syscall?: unknown }> {
	for (let error = thrown, depth = 0; typeof error === 'object' && error !== null && depth < 8; depth += 1) {
		yield error;
		error = 'cause' in error ? error.cause : undefined;
	}
}

/** Why no connection came about, or undefined when the request may have gone out. */
export function whyNeverSent(thrown: unknown): string | undefined {
	for (const { code, message, syscall } of causesOf(thrown)) {
		if (typeof message === 'string' && /before secure TLS connection/i.test(message)) {
			return 'no secure connection came about';
		}
		if (typeof message === 'string' && /restricted IP address|hostname is blocked/i.test(message)) {
			return "this n8n's network policy does not allow the address";
		}
		if (typeof code !== 'string') continue;
		if (TLS.test(code)) return 'no secure connection came about';
		if (code === 'ETIMEDOUT' && syscall === 'connect') return 'the connection took too long';
		const why = NEVER_SENT.get(code);
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
