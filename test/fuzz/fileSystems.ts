/*
 * What the platforms' own documents say about file names, typed by hand and imported from nowhere:
 * Windows, "Naming Files, Paths, and Namespaces"; POSIX and Linux, path_resolution(7) and NAME_MAX; macOS, "APFS
 * Reference"; Amazon S3, "Naming Amazon S3 objects"; Unicode, UAX #15 and UTR #36.
 */

const DEVICES = ['CON', 'PRN', 'AUX', 'NUL', 'CONIN$', 'CONOUT$'].concat(
	[...'0123456789\u00b9\u00b2\u00b3'].flatMap((digit) => [`COM${digit}`, `LPT${digit}`]),
);

/** Windows ignores the extension and spaces before it. */
const deviceOf = (file: string): string => (file.split('.')[0] ?? '').trimEnd().toUpperCase();

/** What no file name may be, and on which system. */
const RULES: ReadonlyArray<readonly [fault: string, isBroken: (file: string) => boolean]> = [
	['all: no name', (file) => file === ''],
	['Linux, macOS: more than 255 bytes', (file) => new TextEncoder().encode(file).length > 255],
	['Linux, macOS: a dot in front hides it (. and .. are folders)', (file) => file.startsWith('.')],
	['shells: a dash in front makes it an option', (file) => file.startsWith('-')],
	['macOS, git: not NFC', (file) => file !== file.normalize('NFC')],
	['Windows (and : on macOS, / on Linux): < > : " / \\ | ? *', (file) => /[<>:"/\\|?*]/.test(file)],
	['all: control characters', (file) => /\p{Cc}/u.test(file)],
	['Windows: a space or a dot at the end', (file) => /[ .]$/.test(file)],
	['Windows: a device name', (file) => DEVICES.includes(deviceOf(file))],
	['S3: characters to avoid', (file) => /[&\\{}^%`\][">~<#|]/.test(file)],
	['Unicode: half a character', (file) => !file.isWellFormed()],
	['Unicode: direction marks', (file) => /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(file)],
	['Unicode: line ends', (file) => /[\u2028\u2029\u0085]/.test(file)],
	['Unicode: no width', (file) => /[\u00ad\u200b\u2060\ufeff]/.test(file)],
	['Unicode: noncharacters', (file) => /[\ufdd0-\ufdef\ufffe\uffff]/.test(file)],
	['spaces around it', (file) => /^\s|\s\.?[a-z]*$/u.test(file)],
];

/** What is wrong with a file name, extension included; empty for a good one. */
export const faultsOf = (file: string): string[] =>
	RULES.filter(([, isBroken]) => isBroken(file)).map(([fault]) => fault);

/** NTFS compares UTF-16 units, each in upper case. */
const upperUnits = (file: string): string =>
	Array.from({ length: file.length }, (_, index) => {
		const upper = file.charAt(index).toUpperCase();
		return upper.length === 1 ? upper : file.charAt(index);
	}).join('');

const escaped = (file: string): string => file.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** APFS compares by Unicode's simple case folding, as a RegExp with the flags i and u does. */
const foldsTo = (one: string, other: string): boolean => new RegExp(`^${escaped(one)}$`, 'iu').test(other);

/** Whether one file would overwrite the other where upper and lower case are the same. */
const isSameFile = (one: string, other: string): boolean =>
	one === other || upperUnits(one) === upperUnits(other) || foldsTo(one, other);

/** The files that would overwrite an earlier one. */
export const clashesIn = (files: readonly string[]): string[] =>
	files.filter((file, index) => files.slice(0, index).some((earlier) => isSameFile(earlier, file)));
