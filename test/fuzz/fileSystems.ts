/*
 * What the platforms' own documents say of file names, typed by hand and imported from nowhere:
 * Windows, "Naming Files, Paths, and Namespaces"; POSIX and Linux, path_resolution(7) and NAME_MAX; macOS, "APFS
 * Reference"; Amazon S3, "Naming Amazon S3 objects"; Unicode, UAX #15 and UTR #36.
 */

const DEVICES = ['CON', 'PRN', 'AUX', 'NUL', 'CONIN$', 'CONOUT$'].concat(
	[...'0123456789\u00b9\u00b2\u00b3'].flatMap((digit) => [`COM${digit}`, `LPT${digit}`]),
);

/** Windows looks at what stands before the first point, without the blanks at its end. */
const deviceOf = (file: string): string => (file.split('.')[0] ?? '').trimEnd().toUpperCase();

/** Each rule says what is wrong, and for whom. */
const RULES: ReadonlyArray<readonly [fault: string, isBroken: (file: string) => boolean]> = [
	['all: no name', (file) => file === ''],
	['Linux: / and NUL', (file) => /[/\0]/.test(file)],
	['Linux, macOS: more than 255 bytes', (file) => new TextEncoder().encode(file).length > 255],
	['Linux: . and .. are folders', (file) => file === '.' || file === '..'],
	['Linux, macOS: a point in front hides it', (file) => file.startsWith('.')],
	['shells: a dash in front makes it an option', (file) => file.startsWith('-')],
	['macOS: : is a separator', (file) => file.includes(':')],
	['macOS, git: not NFC', (file) => file !== file.normalize('NFC')],
	['Windows: < > : " / \\ | ? *', (file) => /[<>:"/\\|?*]/.test(file)],
	['Windows: control characters', (file) => /(?![\x7f-\x9f])\p{Cc}/u.test(file)],
	['Windows: a blank or a point at the end', (file) => /[ .]$/.test(file)],
	['Windows: the name of a device', (file) => DEVICES.includes(deviceOf(file))],
	['Windows: more than 255 units', (file) => file.length > 255],
	['S3: characters to avoid', (file) => /[\\{}^%`\][">~<#|]/.test(file)],
	['S3: characters that need handling', (file) => /[&?*:]/.test(file)],
	['S3: more than 1024 bytes', (file) => new TextEncoder().encode(file).length > 1024],
	['Unicode: half of a character', (file) => !file.isWellFormed()],
	['Unicode: control characters', (file) => /\p{Cc}/u.test(file)],
	['Unicode: marks of direction', (file) => /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(file)],
	['Unicode: ends of lines', (file) => /[\u2028\u2029\u0085]/.test(file)],
	['Unicode: what has no width', (file) => /[\u00ad\u200b\u2060\ufeff]/.test(file)],
	['Unicode: no characters', (file) => /[\ufdd0-\ufdef\ufffe\uffff]/.test(file)],
	['blanks around it', (file) => /^\s|\s\.?[a-z]*$/u.test(file)],
];

/** What is wrong with a whole file name, with its extension; empty for a good one. */
export const faultsOf = (file: string): string[] =>
	RULES.filter(([, isBroken]) => isBroken(file)).map(([fault]) => fault);

/** NTFS compares units by one upper case each. */
const upperUnits = (file: string): string =>
	Array.from({ length: file.length }, (_, index) => {
		const upper = file.charAt(index).toUpperCase();
		return upper.length === 1 ? upper : file.charAt(index);
	}).join('');

const escaped = (file: string): string => file.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** APFS and the ECMAScript flags i and u both compare by Unicode's simple case folding. */
const foldsTo = (one: string, other: string): boolean => new RegExp(`^${escaped(one)}$`, 'iu').test(other);

/** Whether one file would take the place of the other, on a volume that does not tell upper and lower case apart. */
export const isSameFile = (one: string, other: string): boolean =>
	one === other || upperUnits(one) === upperUnits(other) || foldsTo(one, other);
