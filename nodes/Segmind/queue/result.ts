import type { Told } from '../segmind/answer';
import { costOf, jsonOf, numberOf } from '../segmind/answer';

/** Fields of a JSON body, none where it is no object. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a queued request gave: a file, or where it is. */
export interface Result {
	/** Where the file is. */
	readonly link: string | undefined;
	/** The file itself, where the answer holds it. */
	readonly bytes: Buffer | undefined;
}

export const fieldsOf = (value: unknown): Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** The fields of a body that should be JSON. */
export const fieldsIn = (body: Buffer): Fields => fieldsOf(jsonOf(body.toString('utf8')));

const DATA_URI = /^data:[^,]{0,200};base64,/i;

/** Characters: shorter than any picture, longer than any word. */
const SHORTEST_BASE64 = 64;

/** Levels of lists and objects that an output is looked for in. */
const DEPTH = 4;

/** Nothing but the letters of base64; a pattern for the whole text would overflow on a large picture. */
const isBase64 = (text: string): boolean =>
	text.length >= SHORTEST_BASE64 &&
	!/\s/.test(text.slice(0, SHORTEST_BASE64 - 4)) &&
	!/[^\w+/=\s-]/.test(text);

/** The texts in a value: outputs come alone, in a list, or in a field of their own. */
function* textsIn(value: unknown, depth = 0): Generator<string> {
	if (typeof value === 'string') yield value.trim();
	if (typeof value !== 'object' || value === null || depth === DEPTH) return;
	const { url, image, image_url: imageUrl, output } = fieldsOf(value);
	const candidates = Array.isArray(value) ? value : [url, image, imageUrl, output];
	for (const candidate of candidates) yield* textsIn(candidate, depth + 1);
}

function resultIn(text: string): Result | undefined {
	if (/^https?:\/\//i.test(text)) return { link: text, bytes: undefined };
	if (DATA_URI.test(text)) {
		return { link: undefined, bytes: Buffer.from(text.slice(text.indexOf(',') + 1), 'base64') };
	}
	return isBase64(text) ? { link: undefined, bytes: Buffer.from(text, 'base64') } : undefined;
}

/** What the answer to a finished request holds, in any of the forms that were seen; null where there is nothing. */
export function toResult({ output, images, image }: Fields): Result | null {
	for (const text of textsIn([output, images, image])) {
		const result = resultIn(text);
		if (result !== undefined) return result;
	}
	return null;
}

/** What the metrics of a finished request tell. */
export function toldByMetrics(fields: Fields, requestId: string): Told {
	const metrics = fieldsOf(fields.metrics);
	return {
		cost: costOf(metrics.cost),
		remainingCredits: numberOf(metrics.remaining_credits),
		requestId,
		generationTime: numberOf(metrics.inference_time) ?? numberOf(metrics.total_time),
	};
}
