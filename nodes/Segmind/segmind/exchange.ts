import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { Answer } from './answer';
import { isSuccess } from './answer';
import { readUpTo } from './body';
import { noImage } from './meaning';
import { whyNoAnswer } from './noAnswer';

/** Bytes of an image that are kept at most; the largest one seen is below 4 MB. */
const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

const WORDLESS = { bytes: Buffer.alloc(0), whole: false };

/** Bytes of a refusal that are read at most: enough for its words. */
const MAX_WORDS_BYTES = 64 * 1024;

/** What ends a request. */
export interface Bounded {
	/** The deadline and the cancel of the execution in one. */
	readonly ended: AbortSignal;
	readonly deadline: AbortSignal;
	readonly cancelled: AbortSignal | undefined;
}

/** @param timeout seconds */
export function boundedBy(context: IExecuteFunctions, timeout: number): Bounded {
	const cancelled = context.getExecutionCancelSignal();
	const deadline = AbortSignal.timeout(timeout * 1000);
	const ended = cancelled === undefined ? deadline : AbortSignal.any([deadline, cancelled]);
	return { ended, deadline, cancelled };
}

/** What every request has in common: any status is an answer, the body comes piece by piece, and nothing redirects. */
export const asAnswer = (timeout: number) =>
	({
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		// n8n's own limit counts silence only; it must not end a long wait before the deadline does.
		timeout: (timeout + 5) * 1000,
	}) as const;

/**
 * Sends, and reads the answer to its end.
 *
 * @throws {Refusal} when no whole answer came
 */
export async function exchange(
	send: () => Promise<IN8nHttpFullResponse>,
	{ deadline, cancelled }: Bounded,
	timeout: number,
): Promise<Answer> {
	try {
		const { statusCode, headers, body } = await send();
		const limit = isSuccess(statusCode) ? MAX_IMAGE_BYTES : MAX_WORDS_BYTES;
		const stream = body as unknown as AsyncIterable<Uint8Array>;
		const reading = readUpTo(stream, limit, headers['content-length']);
		// A refusal is told by its status; its words may break off.
		const { bytes, whole } = await (isSuccess(statusCode) ? reading : reading.catch(() => WORDLESS));
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
