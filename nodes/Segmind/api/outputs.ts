import type { IDataObject } from 'n8n-workflow';

import { isLink } from './fileUrl';
import { parseJson } from './json';

/** One output of a finished request: a link to the file, or the file itself. */
export type Output =
	| {
			readonly link: string;
			/** `output`: may be no file. `guess`: may be no output either, such as a source that a text names. */
			readonly certainty?: 'output' | 'guess';
	  }
	| {
			readonly bytes: Buffer;
			/** The media type that a data URI states. */
			readonly contentType?: string | undefined;
	  };

/** Fields that hold outputs, in the answers that were seen. */
const OUTPUT_FIELD =
	/^(outputs?|results?|data|files?|images?|videos?|audios?|masks?|preview_mask|model_mesh|mesh|urls?|(image|video|audio|file)_urls?)$/i;

/** Fields with addresses of the API rather than of files. */
const API_ADDRESS = /^(status|response|poll|polling|cancel|webhook|callback|get|stream|web)(_?(url|uri))?$/i;

/** Levels of lists, objects and JSON texts that are searched. */
const MAX_DEPTH = 8;

const MAX_OUTPUTS = 100;

/** Characters of base64: fewer than any file has. */
const MIN_BASE64 = 64;

const DATA_URI = /^data:([^,;]{0,100})[^,]{0,100};base64,/i;

/** Looks for base64 piecewise: one pattern for the whole text would overflow on a large file. */
const isBase64 = (text: string): boolean =>
	text.length >= MIN_BASE64 &&
	!/\s/.test(text.slice(0, MIN_BASE64 - 4)) &&
	!/[^\w+/=\s-]/.test(text) &&
	// Names, paths and hashes lack one of these.
	[/[A-Z]/, /[a-z]/, /\d/].every((kind) => kind.test(text));

/** The texts in a value with the names of the fields that lead to them, in order. */
function* textsIn(
	value: unknown,
	path: readonly string[] = [],
	depth = 0,
): Generator<readonly [path: readonly string[], text: string]> {
	if (depth > MAX_DEPTH) return;
	if (typeof value === 'string') {
		const text = value.trim();
		const parsed = /^[[{"]/.test(text) ? parseJson(text) : text;
		if (parsed === text) yield [path, text];
		else yield* textsIn(parsed, path, depth + 1);
	} else if (Array.isArray(value)) {
		for (const entry of value) yield* textsIn(entry, path, depth + 1);
	} else if (typeof value === 'object' && value !== null) {
		for (const [field, entry] of Object.entries(value)) yield* textsIn(entry, [...path, field], depth + 1);
	}
}

function toBytes(text: string): Output | undefined {
	const [start, contentType] = DATA_URI.exec(text.slice(0, 300)) ?? [];
	if (start !== undefined) return { bytes: Buffer.from(text.slice(start.length), 'base64'), contentType };
	return isBase64(text) ? { bytes: Buffer.from(text, 'base64') } : undefined;
}

/** The outputs in a value, each once. */
function outputsIn(
	value: unknown,
	sent: ReadonlySet<string>,
	toOutput: (text: string, path: readonly string[]) => Output | undefined,
): Output[] {
	const seen = new Set(sent);
	const outputs: Output[] = [];
	for (const [path, text] of textsIn(value)) {
		if (outputs.length === MAX_OUTPUTS) break;
		const isAddress = API_ADDRESS.test(path.at(-1) ?? '');
		const output = isAddress || seen.has(text) ? undefined : toOutput(text, path);
		seen.add(text);
		if (output !== undefined) outputs.push(output);
	}
	return outputs;
}

/** Fields that say what a request was, rather than what it made. */
const ABOUT_REQUEST =
	/^((request|prediction)_?id|id|status|model(_name)?|type|mime_?type|format|created_?at)$/i;

const textsOf = (value: unknown): ReadonlySet<string> => new Set([...textsIn(value)].map(([, text]) => text));

/** Returns whether a finished request made text: words that neither were sent nor say which request it was. */
export function holdsText(answer: unknown, sent: unknown): boolean {
	const sentTexts = textsOf(sent);
	return [...textsIn(answer)].some(
		([path, text]) =>
			/\s/.test(text) && !isLink(text) && !ABOUT_REQUEST.test(path.at(-1) ?? '') && !sentTexts.has(text),
	);
}

/**
 * Returns the outputs of a finished request in their order, each once: what the known output fields hold, or else
 * every link at any depth. Nothing that was sent is an output, and neither is a text that merely contains a link.
 *
 * @param answer the response's JSON, which is an object, or the output itself
 */
export function findOutputs(answer: unknown, sent: Readonly<IDataObject>): Output[] {
	const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
	const fields: object = isObject ? answer : { output: answer };
	const known = Object.entries(fields).filter(([name]) => OUTPUT_FIELD.test(name));
	const sentTexts = textsOf(sent);
	const toLink = (text: string, path: readonly string[]): Output | undefined => {
		if (!isLink(text)) return undefined;
		// A source that a text names is a link as well, in a field of another name.
		return path.every((name) => OUTPUT_FIELD.test(name))
			? { link: text }
			: { link: text, certainty: 'guess' };
	};
	const outputs = outputsIn(
		Object.fromEntries(known),
		sentTexts,
		(text, path) => toLink(text, path) ?? toBytes(text),
	);
	return outputs.length > 0 ? outputs : outputsIn(fields, sentTexts, toLink);
}
