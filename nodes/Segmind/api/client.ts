import { createHash } from 'node:crypto';
import type { IDataObject, IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { API_KEYS_URL, toKey } from '../../../credentials/connection';
import { checkedBaseUrl, isBaseUrl } from './baseUrl';
import { discard, limitStream, promisedBytes, readBody } from './body';
import { connectionError, isForbidden } from './connectionErrors';
import { MAY_BE_BILLED, SegmindError } from './errors';
import type { Exchange } from './exchange';
import { httpOptions, TELLING_STATUSES, toExchange } from './exchange';
import { blockedReason } from './fileUrl';
import type { ApiResponse, FileContent, FileResponse } from './response';
import { isSuccess } from './response';
import { noFileError } from './responseErrors';
import type { Service } from './services';
import { urlOf } from './services';
import type { Redact } from './text';
import { redactor, toDisplayText } from './text';

const MEBIBYTE = 1024 * 1024;

/** Bytes of a response that are held in memory at most; the largest image seen is below 4 MB. */
const MAX_HELD_BYTES = 64 * MEBIBYTE;

/** Bytes of a file that are streamed at most: enough for a video. */
const MAX_FILE_BYTES = 512 * MEBIBYTE;

/** Bytes of an error response that are read at most: enough for its text. */
const MAX_ERROR_BYTES = 64 * 1024;

const UNREADABLE = { bytes: Buffer.alloc(0), complete: false };

/** A request to the API, relative to the credential's base URL or to the host of a service. */
export interface ApiRequest {
	readonly method: 'GET' | 'POST';
	readonly service?: Service | undefined;
	readonly path: string;
	/** An object, or the bytes of its JSON. */
	readonly body?: Readonly<IDataObject> | Buffer;
	/** Seconds for the whole exchange, from connecting to the last byte. */
	readonly timeout: number;
}

/** Segmind's API with the credential of the node. Sends every request once. */
export class SegmindClient {
	/** Tells accounts apart, without the key. */
	readonly account: string;

	/** Ends every wait when the execution is cancelled. */
	readonly cancelled: AbortSignal | undefined;

	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly key: string,
		readonly baseUrl: string,
		readonly redact: Redact,
	) {
		this.account = createHash('sha256').update(`${baseUrl} ${key}`).digest('hex');
		this.cancelled = context.getExecutionCancelSignal();
	}

	/**
	 * Reads the node's credential, as it is for the first item.
	 *
	 * @throws {SegmindError} when it has no key, or a base URL that the key must not be sent to
	 */
	static async open(context: IExecuteFunctions): Promise<SegmindClient> {
		const credential = await context.getCredentials('segmindApi', 0);
		const key = toKey(credential.apiKey);
		if (key === '') {
			throw new SegmindError(
				'credential',
				"'API Key' is empty",
				`Enter it in the Segmind credential; keys are at ${API_KEYS_URL}. Nothing was sent.`,
			);
		}
		return new SegmindClient(context, key, checkedBaseUrl(credential.baseUrl), redactor(key));
	}

	/**
	 * Checks that an item's credential is the first item's. n8n sends every request with that one, so an expression in
	 * the credential would bill all items to the account of the first.
	 *
	 * @throws {SegmindError} when it is another one
	 */
	async checkCredential(itemIndex: number): Promise<void> {
		const { apiKey, baseUrl } = await this.context.getCredentials('segmindApi', itemIndex);
		if (toKey(apiKey) === this.key && isBaseUrl(baseUrl, this.baseUrl)) return;
		throw new SegmindError(
			'credential',
			"The credential of this item is not that of the first item: an expression in it gives another key or 'Base URL'",
			'Run the items of each account in an execution of their own, e.g. with Loop Over Items. Nothing was sent and nothing was billed.',
			{ stops: 'nothing' },
		);
	}

	/**
	 * Sends a request. A response of any status is returned.
	 *
	 * @throws {SegmindError} when no whole response arrived, or one of more than 64 MiB
	 */
	async send(request: ApiRequest): Promise<ApiResponse> {
		const response = await this.sendForFile(request);
		const { body, statusCode } = response;
		if (Buffer.isBuffer(body)) return { ...response, body };
		discard(body);
		throw tooLargeError(MAX_HELD_BYTES, statusCode);
	}

	/**
	 * Sends a request whose response may be a file. A response of any status is returned, one of more than 64 MiB as a
	 * stream.
	 *
	 * @throws {SegmindError} when no whole response arrived
	 */
	async sendForFile({ method, service, path, body, timeout }: ApiRequest): Promise<FileResponse> {
		const limits = this.limits(timeout);
		// n8n's helper takes the cancel signal of the context that it is called on, and nothing else ends a body that drips.
		const limited: IExecuteFunctions = Object.create(this.context, {
			getExecutionCancelSignal: { value: () => limits.ended },
		});
		const url = `${urlOf(service, this.baseUrl)}${path}`;
		const send = async (): Promise<Exchange> =>
			await this.context.helpers.httpRequestWithAuthentication
				.call(limited, 'segmindApi', {
					method,
					url,
					...(body === undefined
						? {}
						: {
								body: Buffer.isBuffer(body) ? body : { ...body },
								headers: { 'content-type': 'application/json' },
							}),
					...httpOptions(timeout),
					ignoreHttpStatusErrors: { ignore: true, except: TELLING_STATUSES },
				})
				.catch(toExchange);
		return await this.exchange(send, url, limits, timeout);
	}

	/**
	 * Downloads a file that a response named, without sending the key. A file of more than 64 MiB is a stream.
	 *
	 * @param timeout seconds for the whole exchange, to the last byte of a stream
	 * @throws {SegmindError} with the reason `response` when its address is blocked or it is larger than 512 MiB; with
	 * another one when no whole response arrived
	 */
	async download(link: string, timeout: number): Promise<FileResponse> {
		const blocked = this.blockedReason(link);
		if (blocked !== undefined) throw new SegmindError('response', blocked, MAY_BE_BILLED);
		const limits = this.limits(timeout);
		const send = async (): Promise<IN8nHttpFullResponse> =>
			await this.context.helpers.httpRequest({
				method: 'GET',
				url: new URL(link).href,
				// A compressed file says nothing about its size.
				headers: { 'accept-encoding': 'identity' },
				abortSignal: limits.ended,
				...httpOptions(timeout),
			});
		return await this.exchange(send, link, limits, timeout).catch((error: unknown) => {
			// Who forbids the address does so for good.
			if (!isForbidden(error)) throw error;
			throw new SegmindError('response', (error as Error).message, MAY_BE_BILLED, { cause: error });
		});
	}

	/** Returns why a file must not be fetched from an address; undefined when it may. */
	blockedReason(link: string): string | undefined {
		const reason = blockedReason(link, this.baseUrl);
		return reason === undefined ? undefined : toDisplayText(reason, this.redact, 300);
	}

	/** What ends a request: its deadline or the execution's cancellation, whichever comes first. */
	private limits(timeout: number): { readonly deadline: AbortSignal; readonly ended: AbortSignal } {
		const deadline = AbortSignal.timeout(timeout * 1000);
		const { cancelled } = this;
		return { deadline, ended: cancelled === undefined ? deadline : AbortSignal.any([deadline, cancelled]) };
	}

	private async exchange(
		send: () => Promise<Exchange>,
		url: string,
		{ deadline }: { readonly deadline: AbortSignal },
		timeout: number,
	): Promise<FileResponse> {
		try {
			const { statusCode, headers, body, wasSent: sent } = await send();
			const stream = body as unknown as Exclude<FileContent, Buffer>;
			const promised = promisedBytes(headers['content-length']);
			if (!isSuccess(statusCode)) {
				// The status alone says what an error response means; its text may break off.
				const { bytes } = await readBody(stream, MAX_ERROR_BYTES, promised).catch(() => UNREADABLE);
				return { statusCode, headers, body: bytes, wasSent: sent };
			}
			if (promised > MAX_FILE_BYTES) {
				discard(stream);
				throw tooLargeError(MAX_FILE_BYTES, statusCode);
			}
			if (promised > MAX_HELD_BYTES) {
				return { statusCode, headers, body: limitStream(stream, MAX_FILE_BYTES, deadline) };
			}
			const { bytes, complete } = await readBody(stream, MAX_HELD_BYTES, promised);
			if (!complete) throw tooLargeError(MAX_HELD_BYTES, statusCode);
			return { statusCode, headers, body: bytes };
		} catch (error) {
			throw connectionError(error, url, timeout, deadline, this.cancelled);
		}
	}
}

const tooLargeError = (limit: number, statusCode: number): SegmindError =>
	noFileError(`The response is larger than ${limit / MEBIBYTE} MiB`, statusCode);
