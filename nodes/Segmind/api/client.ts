import type { IDataObject, IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { InvalidBaseUrlError, toBaseUrl, toKey } from '../../../credentials/connection';
import { readBody } from './body';
import { connectionError } from './connectionErrors';
import { MAY_BE_BILLED, SegmindError } from './errors';
import { blockedReason } from './fileUrl';
import type { ApiResponse } from './response';
import { isSuccess } from './response';
import { noFileError } from './responseErrors';
import type { Redact } from './text';
import { redactor, toDisplayText } from './text';

/** Bytes of a file that are read at most; the largest image seen is below 4 MB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Bytes of an error response that are read at most: enough for its text. */
const MAX_ERROR_BYTES = 64 * 1024;

const UNREADABLE = { bytes: Buffer.alloc(0), complete: false };

/** A request to the API, relative to the credential's base URL. */
interface ApiRequest {
	readonly method: 'GET' | 'POST';
	readonly path: string;
	readonly body?: Readonly<IDataObject>;
	/** Seconds for the whole exchange, from connecting to the last byte. */
	readonly timeout: number;
}

/** What ends a request. */
interface Limits {
	/** The deadline or the cancel of the execution, whichever comes first. */
	readonly ended: AbortSignal;
	readonly deadline: AbortSignal;
}

/** What all requests share: any status is a response, the body is streamed, and no redirect is followed. */
const httpOptions = (timeout: number) =>
	({
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		// n8n's own timeout counts silence only. It must not end a long wait before the deadline does.
		timeout: (timeout + 5) * 1000,
	}) as const;

/** Segmind's API with the credential of the node. Sends every request once. */
export class SegmindClient {
	/** Ends every wait when the execution is cancelled. */
	readonly cancelled: AbortSignal | undefined;

	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly baseUrl: string,
		readonly redact: Redact,
	) {
		this.cancelled = context.getExecutionCancelSignal();
	}

	/**
	 * Reads the node's credential.
	 *
	 * @throws {SegmindError} when it has no key, or a base URL that the key must not be sent to
	 */
	static async open(context: IExecuteFunctions): Promise<SegmindClient> {
		const credential = await context.getCredentials('segmindApi');
		const key = toKey(credential.apiKey);
		if (key === '') {
			throw new SegmindError(
				'credential',
				"'API Key' is empty",
				'Enter it in the Segmind credential. Nothing was sent.',
			);
		}
		return new SegmindClient(context, checkedBaseUrl(credential.baseUrl), redactor(key));
	}

	/**
	 * Sends a request. A response of any status is returned.
	 *
	 * @throws {SegmindError} when no whole response arrived
	 */
	async send({ method, path, body, timeout }: ApiRequest): Promise<ApiResponse> {
		const limits = this.limits(timeout);
		// n8n's helper takes the cancel signal of the context that it is called on, and nothing else ends a body that drips.
		const limited: IExecuteFunctions = Object.create(this.context, {
			getExecutionCancelSignal: { value: () => limits.ended },
		});
		const send = async (): Promise<IN8nHttpFullResponse> =>
			await this.context.helpers.httpRequestWithAuthentication.call(limited, 'segmindApi', {
				method,
				url: `${this.baseUrl}${path}`,
				...(body === undefined ? {} : { body: { ...body }, headers: { 'content-type': 'application/json' } }),
				...httpOptions(timeout),
			});
		return await this.exchange(send, limits, timeout);
	}

	/**
	 * Downloads a file that a response named, without sending the key.
	 *
	 * @param timeout seconds for the whole exchange
	 * @throws {SegmindError} when its address is blocked, or no whole response arrived
	 */
	async download(link: string, timeout: number): Promise<ApiResponse> {
		const blocked = this.blockedReason(link);
		if (blocked !== undefined) throw new SegmindError('response', blocked, MAY_BE_BILLED);
		const limits = this.limits(timeout);
		const send = async (): Promise<IN8nHttpFullResponse> =>
			await this.context.helpers.httpRequest({
				method: 'GET',
				url: new URL(link).href,
				abortSignal: limits.ended,
				...httpOptions(timeout),
			});
		return await this.exchange(send, limits, timeout);
	}

	/** Returns why a file must not be fetched from an address; undefined when it may. */
	blockedReason(link: string): string | undefined {
		const reason = blockedReason(link, this.baseUrl);
		return reason === undefined ? undefined : toDisplayText(reason, this.redact, 300);
	}

	private limits(timeout: number): Limits {
		const deadline = AbortSignal.timeout(timeout * 1000);
		const { cancelled } = this;
		return { deadline, ended: cancelled === undefined ? deadline : AbortSignal.any([deadline, cancelled]) };
	}

	private async exchange(
		send: () => Promise<IN8nHttpFullResponse>,
		{ deadline }: Limits,
		timeout: number,
	): Promise<ApiResponse> {
		try {
			const { statusCode, headers, body } = await send();
			const succeeded = isSuccess(statusCode);
			const stream = body as unknown as AsyncIterable<Uint8Array>;
			const limit = succeeded ? MAX_FILE_BYTES : MAX_ERROR_BYTES;
			const reading = readBody(stream, limit, headers['content-length']);
			// The status alone says what an error response means; its text may break off.
			const { bytes, complete } = await (succeeded ? reading : reading.catch(() => UNREADABLE));
			if (succeeded && !complete) {
				const mebibytes = MAX_FILE_BYTES / 1024 / 1024;
				throw noFileError(`The response is larger than ${mebibytes} MiB and was cut off`, statusCode);
			}
			return { statusCode, headers, body: bytes };
		} catch (error) {
			throw connectionError(error, timeout, deadline, this.cancelled);
		}
	}
}

function baseUrlError(error: unknown): SegmindError {
	const { problem, advice } =
		error instanceof InvalidBaseUrlError ? error : new InvalidBaseUrlError(String(error));
	return new SegmindError('endpoint', problem, `${advice} in the Segmind credential. Nothing was sent.`, {
		cause: error,
	});
}

function checkedBaseUrl(value: unknown): string {
	try {
		return toBaseUrl(value);
	} catch (error) {
		throw baseUrlError(error);
	}
}
