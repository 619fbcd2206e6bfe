/** What came back over HTTP. */
export interface Answer {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: Buffer;
}

/** Whether a status promises an image; any other is a refusal. */
export const isSuccess = (statusCode: number): boolean => statusCode >= 200 && statusCode < 300;

/** What the headers of an answer tell; each is null where Segmind did not say. */
export interface Told {
	/** US dollars that this image cost. */
	readonly cost: number | null;
	/** US dollars left in the account. */
	readonly remainingCredits: number | null;
	readonly requestId: string | null;
	/** Seconds that the model took. */
	readonly generationTime: number | null;
}

/** What came of a request that was paid for. */
export interface Made {
	readonly told: Told;
	/** Whether Segmind still works at it: its ticket stays in force. */
	readonly waits?: boolean;
	/** Memory that is freed once all of it is in n8n's keeping. */
	readonly buffers: readonly Buffer[];
}

/** Takes everything out of a text that could be the key. */
export type Redact = (text: string) => string;

/** Takes out one key, also where a host name made its letters small, and whatever looks like a key of Segmind's. */
export function redactor(key: string): Redact {
	const sameKey = new RegExp(key.replace(/\W/g, '\\$&'), 'gi');
	return (text) => (key === '' ? text : text.replace(sameKey, '…')).replace(/SG_\w+/g, 'SG_…');
}

/** A number, or the digits of one; null for anything else. */
export function numberOf(value: unknown): number | null {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** US dollars; nobody is paid for an image, so a cost below 0 is none. */
export function costOf(value: unknown): number | null {
	const cost = numberOf(value);
	return cost === null || cost < 0 ? null : cost;
}

/** Characters of a text that are looked at: more than any message, and few enough for every pattern. */
const LOOKED_AT = 4000;

/** Levels of a JSON body that words are looked for in. */
const DEPTH = 8;

const ENTITIES: Readonly<Record<string, string>> = {
	'&lt;': '<',
	'&gt;': '>',
	'&quot;': '"',
	'&#39;': "'",
	'&nbsp;': ' ',
	'&amp;': '&',
};

/** The text of a page of HTML. */
function textOf(html: string): string {
	return html
		.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, ' ')
		.replace(/<[^>]*>/g, ' ')
		.replace(/&(lt|gt|quot|#39|nbsp|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** One line without control characters and without marks that turn the direction of what follows. */
function plain(text: string, limit: number): string {
	const line = text
		.slice(0, LOOKED_AT)
		.toWellFormed()
		.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\s]+/gu, ' ')
		.trim();
	const characters = Array.from(line);
	return characters.length > limit
		? `${characters
				.slice(0, limit - 1)
				.join('')
				.trimEnd()}…`
		: line;
}

/** What came from outside as it may be shown: on one line, without the key, and cut to so many characters. */
export const shown = (text: string, redact: Redact, limit: number): string => plain(redact(text), limit);

/** Characters of a link that are shown; a signed one is seldom longer than half of it. */
const LINK_CHARACTERS = 2000;

/** A link as it may be shown. */
export const shownLink = (link: string, redact: Redact): string => shown(link, redact, LINK_CHARACTERS);

/** Reads the headers; a number that is missing or no number is null, never 0. */
export function toldBy({ headers }: Answer, redact: Redact): Told {
	const requestId = headers['x-request-id'];
	return {
		cost: costOf(headers['x-cost']),
		remainingCredits: numberOf(headers['x-remaining-credits']),
		requestId: typeof requestId === 'string' && requestId !== '' ? shown(requestId, redact, 100) : null,
		generationTime: numberOf(headers['x-generation-time']),
	};
}

/** What a body says as JSON, or its text where it is none. */
export function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch {
		return text;
	}
}

/** The first text in a JSON body that is meant for people, wherever this API puts it. */
function wordsIn(value: unknown, depth = 0): string {
	if (typeof value === 'string') return value;
	// Deeper than any message, and far from where the stack ends.
	if (typeof value !== 'object' || value === null || depth === DEPTH) return '';
	if (Array.isArray(value)) {
		return value
			.map((each) => wordsIn(each, depth + 1))
			.filter(Boolean)
			.join('; ');
	}
	const fields = new Map<string, unknown>(Object.entries(value));
	for (const name of ['error_description', 'error', 'message', 'detail', 'error_message', 'msg']) {
		const words = wordsIn(fields.get(name), depth + 1);
		if (words.trim() !== '') return words;
	}
	return '';
}

const isBlank = (text: string): boolean => /^\s*(null|""|\{\s*\})?\s*$/.test(text.slice(0, LOOKED_AT));

/** Segmind's own words from a refusal: JSON in any of its shapes, HTML or text; empty where there are none. */
export function wordsOf({ body }: Answer, redact: Redact): string {
	const text = body.toString('utf8');
	if (/^\s*</.test(text)) return plain(textOf(redact(text).slice(0, LOOKED_AT)), 300);
	const words = wordsIn(jsonOf(text));
	return shown(words !== '' || isBlank(text) ? words : text, redact, 300);
}
