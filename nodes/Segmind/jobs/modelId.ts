import { invalidValue, toText } from './checks';

/** A model id that is one segment of a path. */
const MODEL_ID = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

/** Returns whether a value can be the id of a model. */
export const isModelId = (value: unknown): value is string =>
	typeof value === 'string' && MODEL_ID.test(value);

/** An address with or without its scheme; a path alone is none. */
const ADDRESS = /^(https?:\/\/\S+|[\w-]+(\.[\w-]+)*\.[a-z]{2,}\/\S*)$/i;

/** The part of an address that names the model: what follows `models`, else the last part. */
function lastPart(address: string): string {
	const parts = address
		.replace(/[?#].*$/, '')
		.split('/')
		.filter((part) => part !== '');
	const after = parts.indexOf('models') + 1;
	return (after > 0 ? parts[after] : parts.at(-1)) ?? '';
}

/**
 * Returns the id of a model, from itself or from the address of its page or of its API.
 *
 * @throws {SegmindError} that names the field
 */
export function toModelId(value: unknown): string {
	const text = toText(value, 'Model', 'e.g. seedream-v3-text-to-image').trim();
	const id = ADDRESS.test(text) ? lastPart(text.replace(/^https?:\/\/[^/]*/i, '')) : text;
	if (isModelId(id)) return id;
	throw invalidValue(
		'Model',
		'is neither the ID of a model nor the address of its page',
		"Use the last part of the address of the model's page, e.g. seedream-v3-text-to-image",
	);
}
