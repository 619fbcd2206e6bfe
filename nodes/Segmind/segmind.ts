import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { BaseUrlRefused, toBaseUrl } from '../../credentials/baseUrl';
import type { Answer, Redact } from './answer';
import { isSuccess, neverSent, noImage, redactor, uncertain } from './answer';
import { Buffers } from './buffers';
import { Refusal } from './refusal';

/** A request, relative to the credential's base URL. */
export interface Question {
	readonly method: 'GET' | 'POST';
	readonly path: string;
	readonly body?: Readonly<Record<string, string | number | boolean>>;
	/** Seconds for the whole exchange, from connecting to the last byte. */
	readonly timeout: number;
}

/** Segmind's API with the credential of the node. */
export interface Segmind {
	/**
	 * Sends one request. Every status is an answer; nothing is sent twice and no redirect is followed.
	 *
	 * @throws {Refusal} when no whole answer came
	 */
	ask(question: Question): Promise<Answer>;
	/** Takes back the memory of an answer's body once nobody looks at it any more. */
	release(body: Buffer): void;
	readonly redact: Redact;
}

/** Bytes of an image that are kept at most; the largest one seen is below 4 MB. */
const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/** Bytes of a refusal that are read at most: enough for its words. */
const MAX_WORDS_BYTES = 64 * 1024;

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
function whyNeverSent(thrown: unknown): string | undefined {
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

/** Bytes that a header promises, as far as they may be kept. */
const promised = (length: unknown, limit: number): number =>
	typeof length === 'string' && /^\d+$/.test(length) ? Math.min(Number(length), limit) : 0;

/**
 * Reads a body to its end, or to its first `limit` bytes. Where the length is known, the pieces are copied into
 * place as they come: with pieces and whole in memory together, every image would be there twice.
 */
async function readUpTo(
	body: AsyncIterable<Uint8Array>,
	limit: number,
	length: unknown,
	buffers: Buffers,
): Promise<{ bytes: Buffer; whole: boolean }> {
	let bytes = buffers.take(promised(length, limit));
	let size = 0;
	for await (const chunk of body) {
		if (size + chunk.length > limit) return { bytes: bytes.subarray(0, size), whole: false };
		if (size + chunk.length > bytes.length) {
			const larger = buffers.take(Math.min(limit, 2 * (size + chunk.length)));
			bytes.copy(larger, 0, 0, size);
			buffers.give(bytes);
			bytes = larger;
		}
		bytes.set(chunk, size);
		size += chunk.length;
	}
	return { bytes: bytes.subarray(0, size), whole: true };
}

/**
 * Reads the node's credential.
 *
 * @throws {Refusal} when the key must not be sent to its base URL, or there is none
 */
export async function openSegmind(context: IExecuteFunctions): Promise<Segmind> {
	const credential = await context.getCredentials('segmindApi');
	const key = String(credential.apiKey ?? '').trim();
	if (key === '') {
		throw new Refusal(
			'credential',
			"'API Key' is empty",
			'Enter it in the Segmind credential. Nothing was sent.',
		);
	}
	const baseUrl = baseUrlOf(credential.baseUrl);
	const redact = redactor(key);
	const buffers = new Buffers();
	return {
		redact,
		ask: async (question) => await ask(context, baseUrl, buffers, question),
		release: (body) => buffers.give(body),
	};
}

/** What to say of a base URL that {@link toBaseUrl} refuses. */
function toEndpointRefusal(thrown: unknown): Refusal {
	const [happened = '', advice = ''] = (
		thrown instanceof BaseUrlRefused ? thrown.message : String(thrown)
	).split('. ');
	return new Refusal('endpoint', happened, `${advice} in the Segmind credential. Nothing was sent.`);
}

function baseUrlOf(value: unknown): string {
	try {
		return toBaseUrl(value);
	} catch (thrown) {
		throw toEndpointRefusal(thrown);
	}
}

/** Why a request ended without a whole answer. */
function whyNoAnswer(
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

async function ask(
	context: IExecuteFunctions,
	baseUrl: string,
	buffers: Buffers,
	{ method, path, body, timeout }: Question,
): Promise<Answer> {
	const cancelled = context.getExecutionCancelSignal();
	const deadline = AbortSignal.timeout(timeout * 1000);
	const ended = cancelled === undefined ? deadline : AbortSignal.any([deadline, cancelled]);
	// n8n's helper takes the cancel signal of the context that it is called on, and nothing else ends a body that drips.
	const bounded: IExecuteFunctions = Object.create(context, {
		getExecutionCancelSignal: { value: () => ended },
	});
	try {
		const response: IN8nHttpFullResponse = await context.helpers.httpRequestWithAuthentication.call(
			bounded,
			'segmindApi',
			{
				method,
				url: `${baseUrl}${path}`,
				...(body === undefined ? {} : { body: { ...body }, headers: { 'content-type': 'application/json' } }),
				encoding: 'stream',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				// n8n's own limit counts silence only; it must not end a long wait before the deadline does.
				timeout: (timeout + 5) * 1000,
			},
		);
		const { statusCode, headers } = response;
		const limit = isSuccess(statusCode) ? MAX_IMAGE_BYTES : MAX_WORDS_BYTES;
		const stream = response.body as unknown as AsyncIterable<Uint8Array>;
		const { bytes, whole } = await readUpTo(stream, limit, headers['content-length'], buffers);
		if (!whole && isSuccess(statusCode)) {
			throw noImage(
				`The answer is larger than ${MAX_IMAGE_BYTES / 1024 / 1024} MiB and was cut off`,
				statusCode,
			);
		}
		return { statusCode, headers, body: bytes };
	} catch (thrown) {
		throw whyNoAnswer(thrown, timeout, deadline, cancelled);
	}
}
