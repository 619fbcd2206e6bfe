import type { Told } from './answer';
import { jsonOf, numberOf } from './answer';

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

const DATA_URI = /^data:[^,]*;base64,/i;

/** Long enough for a picture, and nothing but its letters. */
const BASE64 = /^[\w+/-]{64,}={0,2}\s*$/;

/** The first text in a value: outputs come alone, in a list, or in a field of their own. */
function textIn(value: unknown, depth = 0): string | undefined {
	if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
	if (typeof value !== 'object' || value === null || depth > 3) return undefined;
	const fields = fieldsOf(value);
	const candidates = Array.isArray(value)
		? value
		: [fields.url, fields.image, fields.image_url, fields.output];
	for (const candidate of candidates) {
		const text = textIn(candidate, depth + 1);
		if (text !== undefined) return text;
	}
	return undefined;
}

/** What the answer to a finished request holds, in any of the forms that were seen; null where there is nothing. */
export function toResult(fields: Fields): Result | null {
	const text = textIn(fields.output) ?? textIn(fields.images) ?? textIn(fields.image);
	if (text === undefined) return null;
	if (DATA_URI.test(text)) {
		return { link: undefined, bytes: Buffer.from(text.replace(DATA_URI, ''), 'base64') };
	}
	if (/^https?:\/\//i.test(text)) return { link: text, bytes: undefined };
	return BASE64.test(text) ? { link: undefined, bytes: Buffer.from(text, 'base64') } : null;
}

/** What the metrics of a finished request tell. */
export function toldByMetrics(fields: Fields, requestId: string): Told {
	const metrics = fieldsOf(fields.metrics);
	return {
		cost: numberOf(metrics.cost),
		remainingCredits: numberOf(metrics.remaining_credits),
		requestId,
		generationTime: numberOf(metrics.inference_time) ?? numberOf(metrics.total_time),
	};
}
