/** Characters with a meaning of their own on Windows, macOS, Linux or S3, and invisible ones. */
const UNSAFE = /[<>:"/\\|?*#%&{}^`~[\]\p{C}\p{Zl}\p{Zp}]+/gu;

/** Device names on Windows, whatever follows the first dot. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\s*(\.|$))/i;

/** File systems allow 255 bytes. The rest is room for a counter and the extension. */
const MAX_BYTES = 200;

const PROMPT_CHARACTERS = 60;

function cutTo(text: string, maxBytes: number): string {
	let bytes = 0;
	let kept = '';
	for (const character of text) {
		bytes += Buffer.byteLength(character);
		if (bytes > maxBytes) break;
		kept += character;
	}
	return kept;
}

/** Returns a name that every file system accepts; '' when no character of the text can be kept. */
export function toSafeName(text: string): string {
	const name = text
		.toWellFormed()
		.normalize('NFC')
		.replace(UNSAFE, '-')
		.replace(/\s+/gu, ' ')
		.replace(/^[\s.-]+/u, '');
	return cutTo(name, MAX_BYTES)
		.replace(/[\s.]+$/u, '')
		.replace(DEVICE, '_$1');
}

/** Characters of a request ID that keep default names apart. */
const ID_CHARACTERS = 8;

/**
 * Returns a file name made of the first words of the prompt and the seed. Without a seed it has a piece of the request
 * ID, so that the next run's file does not replace it.
 */
export function toDefaultName(prompt: string, seed?: unknown, requestId?: string | null): string {
	const words =
		prompt
			.toWellFormed()
			.toLowerCase()
			.normalize('NFC')
			.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
	const start = cutTo(Array.from(words.join('-')).slice(0, PROMPT_CHARACTERS).join(''), MAX_BYTES - 12);
	const name = start.replace(/-+$/, '') || 'image';
	if (typeof seed === 'number') return `${name}-${seed}`;
	const id = (requestId ?? '').replace(/[^a-z0-9]/gi, '').slice(0, ID_CHARACTERS);
	return id === '' ? name : `${name}-${id}`;
}

/** Equal for names that differ only in case; through upper case, since some letters have two lowercase forms. */
const ignoringCase = (name: string): string => name.toLowerCase().toUpperCase().toLowerCase();

/** Hands out each name once. */
export class UniqueNames {
	private readonly taken = new Set<string>();

	/** The counter that each name was last given, so that many equal names don't search from the start. */
	private readonly counters = new Map<string, number>();

	/** @param keyOf returns the same key for names that count as equal */
	constructor(private readonly keyOf: (name: string) => string = (name) => name) {}

	/** File names of one run, which are unique on file systems that ignore case as well. */
	static forFiles(): UniqueNames {
		return new UniqueNames(ignoringCase);
	}

	/** Returns the name, with a counter if it is taken: fox, fox-2, fox-3. */
	claim(name: string): string {
		const key = this.keyOf(name);
		let count = this.counters.get(key) ?? 1;
		let unique = count === 1 ? name : `${name}-${count}`;
		while (this.taken.has(this.keyOf(unique))) {
			count += 1;
			unique = `${name}-${count}`;
		}
		this.counters.set(key, count);
		this.taken.add(this.keyOf(unique));
		return unique;
	}
}
