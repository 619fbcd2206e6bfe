import { checkValues, invalidValue, isEmpty, quote } from './checks';

/** What to enter for a picture, without a final period. */
export const IMAGE_ADVICE =
	'Enter the name of the input field that has the picture, e.g. data, or an https address';

/** The longest address, in characters. Signed ones are long. */
const MAX_ADDRESS = 8000;

/** The longest field name, in characters. Base64 is longer. */
const MAX_NAME = 300;

const FORMS: ReadonlyArray<readonly [form: RegExp, problem: string]> = [
	[/^data:/i, 'is a data URI'],
	[/^[[{]/, 'is JSON'],
	[new RegExp(`^https?://.{${MAX_ADDRESS}}`, 'is'), 'is too long for an address'],
	[new RegExp(`^(?!https?://).{${MAX_NAME}}`, 'is'), 'is too long for the name of a field'],
];

/** Returns whether a checked image input is an address; else it is the name of an input field. */
export const isAddress = (input: string): boolean => /^https?:\/\//i.test(input);

/** Whether a value is what n8n has in a binary field. */
const isFile = (value: unknown): boolean =>
	typeof value === 'object' && value !== null && 'mimeType' in value;

/**
 * Returns the address of a picture, or the name of the input field that has it.
 *
 * @throws {SegmindError} that names the field
 */
export function toImageInput(value: unknown, label: string): string {
	if (isEmpty(value)) throw invalidValue(label, 'is empty', IMAGE_ADVICE);
	if (isFile(value)) throw invalidValue(label, 'is a file rather than the name of its field', IMAGE_ADVICE);
	if (typeof value !== 'string') throw invalidValue(label, `is not a text: ${quote(value)}`, IMAGE_ADVICE);
	checkValues(value, label);
	const text = value.trim();
	const problem = FORMS.find(([form]) => form.test(text))?.[1];
	if (problem !== undefined) throw invalidValue(label, `${problem}: ${quote(text)}`, IMAGE_ADVICE);
	if (isAddress(text) && !URL.canParse(text)) {
		throw invalidValue(label, `is not a valid address: ${quote(text)}`, IMAGE_ADVICE);
	}
	return text;
}

/** What follows a comma inside an address, but is no field name. */
const REST_OF_ADDRESS = /^(?!https?:)\S*[/.=&?%]/i;

/** Splits a list at its commas. Addresses may have commas in them. */
function split(text: string): string[] {
	const entries: string[] = [];
	for (const piece of text.split(',')) {
		const last = entries.at(-1);
		const continues = last !== undefined && isAddress(last.trim()) && REST_OF_ADDRESS.test(piece);
		if (continues) entries.splice(-1, 1, `${last},${piece}`);
		else entries.push(piece);
	}
	return entries.filter((entry) => !isEmpty(entry));
}

/**
 * Returns the addresses of pictures and the names of the input fields that have them, from a text with commas or from a
 * list.
 *
 * @param max entries at most
 * @throws {SegmindError} that names the field
 */
export function toImageInputs(value: unknown, label: string, max: number): string[] {
	const isJson = typeof value === 'string' && /^\s*(data:|[[{])/i.test(value);
	const entries = typeof value === 'string' && !isJson ? split(value) : value;
	const inputs = (Array.isArray(entries) ? entries : [entries]).map((entry) => toImageInput(entry, label));
	if (inputs.length === 0) throw invalidValue(label, 'is empty', IMAGE_ADVICE);
	if (inputs.length > max) {
		throw invalidValue(label, `has ${inputs.length} pictures`, `Use ${max} at most`);
	}
	return inputs;
}
