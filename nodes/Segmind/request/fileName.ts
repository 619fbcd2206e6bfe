import { refuseValue } from './request';

/** What Windows, macOS, Linux or S3 give a meaning of their own, and what can't be seen. */
const UNSAFE = /[<>:"/\\|?*#%&{}^`~[\]\p{C}\p{Zl}\p{Zp}]+/gu;

/** Names of devices on Windows, whatever follows the first point. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\s*(\.|$))/i;

/** Extensions that a user may have typed along with the name. */
const IMAGE_EXTENSION = /\.(jpe?g|png|webp)$/i;

/** File systems take 255 bytes; the rest is room for a counter and the extension. */
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

/** A name that every file system takes; empty when nothing of the text can stay. */
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

/**
 * The file name that the user asked for, made safe, without an extension: that follows the type which arrives.
 *
 * @throws {Refusal} when it is no text, or nothing of it can be part of a name
 */
export function toAskedName(value: unknown): string {
	const advice = 'Use letters, digits, spaces, - and _, e.g. product-42, or leave it out';
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw refuseValue('File Name', 'is not a text', advice);
	}
	const name = toSafeName(String(value).trim().replace(IMAGE_EXTENSION, ''));
	if (name === '') throw refuseValue('File Name', 'has no character that a file name can hold', advice);
	return name;
}

/** A file name from the first words of the prompt and the seed, which make the image what it is. */
export function toDefaultName(prompt: string, seed?: unknown): string {
	const words =
		prompt
			.toWellFormed()
			.toLowerCase()
			.normalize('NFC')
			.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
	const start = cutTo(Array.from(words.join('-')).slice(0, PROMPT_CHARACTERS).join(''), MAX_BYTES - 12);
	const name = start.replace(/-+$/, '') || 'image';
	return typeof seed === 'number' ? `${name}-${seed}` : name;
}

/** Equal for names that differ in upper and lower case only; through upper case, since some letters have two lower ones. */
const caseless = (name: string): string => name.toLowerCase().toUpperCase().toLowerCase();

/** Hands out each name once. */
export class UniqueNames {
	private readonly taken = new Set<string>();

	/** @param sameFor equal for names that are taken to be the same */
	constructor(private readonly sameFor: (name: string) => string = (name) => name) {}

	/** The name itself, or with a counter: fox, fox-2, fox-3. */
	claim(name: string): string {
		let unique = name;
		for (let count = 2; this.taken.has(this.sameFor(unique)); count += 1) unique = `${name}-${count}`;
		this.taken.add(this.sameFor(unique));
		return unique;
	}
}

/** Hands out names that no other file of the run has, also where upper and lower case are the same. */
export class FileNames extends UniqueNames {
	constructor() {
		super(caseless);
	}
}
