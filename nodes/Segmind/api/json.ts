/** A JSON object from outside: any field may be absent or of any type. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns a number or the number in a text; null for anything else. */
export function readNumber(value: unknown): number | null {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** Returns a cost in US dollars; a negative one is not a cost. */
export function readCost(value: unknown): number | null {
	const cost = readNumber(value);
	return cost === null || cost < 0 ? null : cost;
}

/** Returns the value of a JSON text, or the text itself when it is not JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch {
		return text;
	}
}

/** Returns a value as an object; an empty one for anything else. */
export const asObject = (value: unknown): JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Returns a body as a JSON object; an empty one for anything else. */
export const jsonBody = (body: Buffer): JsonObject => asObject(parseJson(body.toString('utf8')));
