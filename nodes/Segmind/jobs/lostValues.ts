/** What remains of an expression that points at an object, or at nothing. */
interface LostValue {
	readonly found: string;
	/** Where it is inside the value that was searched, e.g. `images[0].url`; empty for that value itself. */
	readonly path: string;
	/** What to do about it, without a final period. */
	readonly advice: string;
}

const NOTHING_FOUND = 'Check the field names in its expression: it found no value';

const OBJECT_FOUND =
	'Point its expression at a field inside the object, or turn the object into text with JSON.stringify()';

/** What JavaScript writes for an object, and for what is not there. */
const OBJECT = /\[object [A-Z]\w*\]/;
const NOTHING = /^\s*(undefined|null|NaN)\s*$/;

function searchText(text: string, path: string): LostValue | undefined {
	const object = OBJECT.exec(text)?.[0];
	if (object !== undefined) return { found: object, path, advice: OBJECT_FOUND };
	const nothing = NOTHING.exec(text)?.[1];
	return nothing === undefined ? undefined : { found: `only ${nothing}`, path, advice: NOTHING_FOUND };
}

/** Entries with their paths. Holes of a list are entries, too. */
const entriesOf = (value: object, path: string): Array<[key: string, path: string, entry: unknown]> =>
	Array.isArray(value)
		? Array.from(value, (entry: unknown, index) => [String(index), `${path}[${index}]`, entry])
		: Object.entries(value).map(([key, entry]) => [key, path === '' ? key : `${path}.${key}`, entry]);

function searchObject(value: object, path: string, depth: number): LostValue | undefined {
	// JSON writes a date as text, and an invalid one as null.
	if ('toJSON' in value && typeof value.toJSON === 'function') {
		return findLostValue(value.toJSON() ?? undefined, path, depth);
	}
	for (const [key, entryPath, entry] of entriesOf(value, path)) {
		const inName = searchText(key, path);
		if (inName !== undefined) return { ...inName, found: `${inName.found} as the name of a field` };
		const lost = findLostValue(entry, entryPath, depth);
		if (lost !== undefined) return lost;
	}
	return undefined;
}

/** Levels that are searched. A value that refers to itself has no end, and can't be sent. */
const MAX_DEPTH = 100;

/** Searches a value at any depth. JSON silently drops a field without a value and turns NaN into null. */
export function findLostValue(value: unknown, path = '', depth = 0): LostValue | undefined {
	if (depth > MAX_DEPTH) return { found: 'too many levels', path: '', advice: 'Send a simpler value' };
	switch (typeof value) {
		case 'string':
			return searchText(value, path);
		case 'number':
			return Number.isFinite(value) ? undefined : { found: String(value), path, advice: NOTHING_FOUND };
		case 'bigint':
			return { found: 'a BigInt', path, advice: 'Turn it into a number or a text' };
		case 'undefined':
		case 'function':
		case 'symbol':
			return { found: 'no value', path, advice: NOTHING_FOUND };
		case 'object':
			return value === null ? undefined : searchObject(value, path, depth + 1);
		default:
			return undefined;
	}
}
