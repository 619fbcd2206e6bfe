/** Texts in a value, also in fields that are not enumerable, in causes, in bytes and in what is met twice. */
function* textsIn(value: unknown, seen: Set<unknown>): Generator<string> {
	if (typeof value === 'string') yield value;
	if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
	seen.add(value);
	if (value instanceof Uint8Array) {
		yield Buffer.from(value).toString('latin1');
		return;
	}
	if (value instanceof Map || value instanceof Set) yield* textsIn([...value.entries()], seen);
	for (const name of Reflect.ownKeys(value)) {
		yield String(name);
		yield* textsIn(Reflect.getOwnPropertyDescriptor(value, name)?.value, seen);
	}
}

/** So much of a key is too much. */
const PART = 12;

/** The forms in which a key, or most of it, could be read off. */
function formsOf(key: string): string[] {
	const secret = key.replace(/^SG_/, '');
	return [
		secret.slice(0, PART),
		secret.slice(-PART),
		Buffer.from(key)
			.toString('base64')
			.slice(0, 2 * PART),
	];
}

/** Whether a key stands anywhere in a value. */
export function holdsKey(value: unknown, key: string): boolean {
	const forms = formsOf(key);
	for (const text of textsIn(value, new Set())) {
		if (forms.some((form) => text.includes(form))) return true;
	}
	return false;
}
