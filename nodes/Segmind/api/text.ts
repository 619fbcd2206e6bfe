import { parseJson } from './json';

/** Replaces everything in a text that could be the API key. */
export type Redact = (text: string) => string;

/** Redacts one key, in upper and lower case since host names are lowercased, and whatever looks like a Segmind key. */
export function redactor(key: string): Redact {
	const sameKey = new RegExp(key.replace(/\W/g, '\\$&'), 'gi');
	return (text) => (key === '' ? text : text.replace(sameKey, '…')).replace(/SG_\w+/g, 'SG_…');
}

/** Characters of a text that are read: more than any message, and few enough for every pattern. */
const MAX_READ = 4000;

/** Characters of an error text that are shown. */
const MAX_ERROR_TEXT = 300;

/** Characters of a link that are shown; a signed one is seldom longer than half of it. */
const MAX_LINK = 2000;

/** Levels of a JSON body that are searched for an error text, so that the stack can't overflow. */
const MAX_DEPTH = 8;

const ENTITIES: Readonly<Record<string, string>> = {
	'&lt;': '<',
	'&gt;': '>',
	'&quot;': '"',
	'&#39;': "'",
	'&nbsp;': ' ',
	'&amp;': '&',
};

const htmlToText = (html: string): string =>
	html
		.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, ' ')
		.replace(/<[^>]*>/g, ' ')
		.replace(/&(lt|gt|quot|#39|nbsp|amp);/g, (entity) => ENTITIES[entity] ?? entity);

/** One line without control characters and without marks that turn the direction of what follows. */
function toLine(text: string, limit: number): string {
	const line = text
		.slice(0, MAX_READ)
		.toWellFormed()
		.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\s]+/gu, ' ')
		.trim();
	const characters = Array.from(line);
	if (characters.length <= limit) return line;
	const start = characters.slice(0, limit - 1).join('');
	return `${start.trimEnd()}…`;
}

/** Returns a text from outside fit for display: one line, without the key, of at most `limit` characters. */
export const toDisplayText = (text: string, redact: Redact, limit: number): string =>
	toLine(redact(text), limit);

/** Returns a link fit for display. */
export const toDisplayLink = (link: string, redact: Redact): string => toDisplayText(link, redact, MAX_LINK);

/** The first text for people in a JSON body, wherever this API puts it. */
function findText(value: unknown, depth = 0): string {
	if (typeof value === 'string') return value;
	if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return '';
	if (Array.isArray(value)) {
		return value
			.map((entry) => findText(entry, depth + 1))
			.filter(Boolean)
			.join('; ');
	}
	const fields = new Map<string, unknown>(Object.entries(value));
	for (const name of ['error_description', 'error', 'message', 'detail', 'error_message', 'msg']) {
		const text = findText(fields.get(name), depth + 1);
		if (text.trim() !== '') return text;
	}
	return '';
}

const isBlank = (text: string): boolean => /^\s*(null|""|\{\s*\})?\s*$/.test(text.slice(0, MAX_READ));

/** Returns the error text of a body, from JSON in any of its shapes, HTML or plain text; '' when it has none. */
export function errorText(body: Buffer, redact: Redact): string {
	const text = body.toString('utf8');
	if (/^\s*</.test(text)) return toLine(htmlToText(redact(text).slice(0, MAX_READ)), MAX_ERROR_TEXT);
	const found = findText(parseJson(text));
	return toDisplayText(found !== '' || isBlank(text) ? found : text, redact, MAX_ERROR_TEXT);
}
