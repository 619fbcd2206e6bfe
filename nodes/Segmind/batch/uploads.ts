import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { free } from '../api/body';
import type { SegmindClient } from '../api/client';
import { SegmindError } from '../api/errors';
import { MAX_UPLOAD_BYTES, toUploadBody, uploadAsset } from '../api/upload';
import { quote } from '../jobs/checks';
import type { InputFile } from '../jobs/inputFiles';
import { openInputFile } from '../jobs/inputFiles';
import { ByteBudget } from './byteBudget';
import { LONGEST_RATE_LIMIT, retryFree } from './retry';

/** Where the addresses of uploaded files are in the node's context. */
const CONTEXT_KEY = 'uploads';

/** Milliseconds. Segmind keeps an uploaded file for seven days, and the request that refers to it takes a while. */
const LIFETIME = 6 * 24 * 60 * 60_000;

/** An uploaded file. */
interface Upload {
	readonly url: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
}

/** What all executions of this process may hold in memory for uploads; two of the largest files. */
const MEMORY = new ByteBudget(2 * MAX_UPLOAD_BYTES);

/** Returns an error of its own for each job that waited for the upload. */
function uploadError(thrown: unknown, { field }: InputFile): SegmindError {
	const { reason, message, description, statusCode, retryAfter, stops } = SegmindError.from(thrown);
	return new SegmindError(
		reason,
		`The file in ${quote(field)} could not be uploaded: ${message}`,
		description,
		{
			statusCode,
			retryAfter,
			billed: 'no',
			// Jobs without a file have nothing to do with it, unless the key is not accepted.
			stops: stops === 'batch' ? stops : 'nothing',
			cause: thrown,
		},
	);
}

/**
 * Uploads files, which is free, and equal ones once: in a run, and over n8n's retries, since the node's context keeps their
 * addresses. Another execution uploads them again.
 */
export class Uploads {
	private readonly running = new Map<string, Promise<string>>();

	/** @param cancelled ends every wait */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly cancelled: AbortSignal | undefined,
	) {}

	/**
	 * Returns the address of a file, which is uploaded unless it has been.
	 *
	 * @throws {SegmindError} that is not billed
	 */
	async urlOf(client: SegmindClient, file: InputFile): Promise<string> {
		const key = keyOf(client, file);
		const uploading = this.running.get(key) ?? this.findOrUpload(client, file);
		this.running.set(key, uploading);
		try {
			return await uploading;
		} catch (error) {
			if (this.running.get(key) === uploading) this.running.delete(key);
			throw uploadError(error, file);
		}
	}

	/** Returns the address of a file that was uploaded; undefined when it was not, or too long ago. */
	recall(client: SegmindClient, file: InputFile): string | undefined {
		const upload = this.stored()?.[keyOf(client, file)];
		return upload === undefined || Date.now() - upload.at > LIFETIME ? undefined : upload.url;
	}

	/** Forgets all addresses, when n8n will not try the run again. */
	clear(): void {
		delete this.context.getContext('node')[CONTEXT_KEY];
	}

	private async findOrUpload(client: SegmindClient, file: InputFile): Promise<string> {
		const known = this.recall(client, file);
		if (known !== undefined) return known;
		const upload = async (): Promise<string> => await this.upload(client, file);
		const url = await retryFree(upload, this.cancelled, LONGEST_RATE_LIMIT);
		const uploads = this.stored() ?? {};
		uploads[keyOf(client, file)] = { url, at: Date.now() };
		// n8n keeps any plain data, and types it as such.
		this.context.getContext('node')[CONTEXT_KEY] = uploads as unknown as IDataObject;
		return url;
	}

	private async upload(client: SegmindClient, file: InputFile): Promise<string> {
		return await MEMORY.use(file.size, async () => {
			this.cancelled?.throwIfAborted();
			const body = await toUploadBody(openInputFile(this.context, file), file.size, file.mimeType);
			const url = await uploadAsset(client, body);
			// Only once it has arrived: a request that failed may still be sending it.
			free(body);
			return url;
		});
	}

	private stored(): Record<string, Upload> | undefined {
		return this.context.getContext('node')[CONTEXT_KEY] as Record<string, Upload> | undefined;
	}
}

/** Equal for equal bytes of the same type. An address of one base URL is none for another. */
const keyOf = ({ account }: SegmindClient, { hash, mimeType }: InputFile): string =>
	`${account.slice(0, 16)} ${mimeType} ${hash}`;
