import { readNumber } from '../api/json';
import { readFlag } from './values';

/** A value that looks the same in a form and in JSON. */
export type Scalar = string | number | boolean;

/** What a parameter takes. `link` and `image` are one file, `images` are several. */
export type ValueKind =
	'boolean' | 'decimal' | 'image' | 'images' | 'integer' | 'link' | 'list' | 'object' | 'text';

const isList = (type: string): boolean => /\b(array|list|multi\w*)\b|\[\]/.test(type);

/** The kinds of a type or component, by words in its name. The first that matches counts. */
const KINDS: ReadonlyArray<readonly [words: RegExp, kind: ValueKind]> = [
	[/^bool|checkbox|switch|toggle/, 'boolean'],
	[/^int|^long$/, 'integer'],
	[/^(float|double|decimal|num)|slider/, 'decimal'],
	[/image|mask|photo/, 'image'],
	[/video|audio|file|upload/, 'link'],
	[/dict|object|json|map/, 'object'],
	[/array|list/, 'list'],
];

/** Returns what a parameter takes, from its type and its component in lower case. */
export function kindOf(type: string, component: string): ValueKind {
	const known = [type, component].map((words) => KINDS.find(([pattern]) => pattern.test(words))?.[1]);
	const [byType, byComponent] = known;
	const isFile = byComponent === 'image' || byComponent === 'link';
	// A file is often typed as a string, and only its component says that it is a file.
	const kind =
		(isFile && !['integer', 'decimal', 'boolean'].includes(byType ?? '') ? byComponent : byType) ??
		byComponent;
	if (kind === 'image' && (isList(type) || isList(component))) return 'images';
	return kind ?? 'text';
}

/** Converts a value to a kind; undefined if it has another one. n8n evaluates text that starts with `=`, so it is dropped. */
export function toScalar(value: unknown, kind: ValueKind): Scalar | undefined {
	if (kind === 'boolean') return readFlag(value);
	if (kind === 'integer' || kind === 'decimal') return readNumber(value) ?? undefined;
	if (typeof value === 'boolean' || typeof value === 'number') return value;
	return typeof value === 'string' && !value.startsWith('=') && value.length <= 1000 ? value : undefined;
}
