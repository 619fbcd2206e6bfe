import { toDefaultName, UniqueNames } from '../../nodes/Segmind/files/fileName';
import { OPTIONS } from '../../nodes/Segmind/jobs/optionTable';
import { faultsOf } from '../fuzz/fileSystems';

/** The node's file name for an entered value; throws an error if it is rejected. */
const nameFor = (entered: unknown): string => OPTIONS.fileName.parse(entered) ?? '';

/** The node's file name if none is entered. */
const nameForPrompt = (prompt: string, seed: number): string => toDefaultName(prompt, seed);

/** Makes the names of one run unique. */
function uniqueNames(...names: string[]): string[] {
	const unique = UniqueNames.forFiles();
	return names.map((name) => unique.claim(name));
}

/** Rejected before anything is sent. */
const unsent = (message: string) =>
	expect.objectContaining({ message, reason: 'request', billed: 'no', attempts: 0 }) as Error;

describe('an entered name', () => {
	it.each([
		...[
			'product-42',
			'Summer Sale 2026',
			'photo.gif',
			'v1.2',
			'png',
			'ünïcode',
			'صورة قطة',
			'狐',
			'🦊',
			'fox 🦊 in snow',
		],
		...['console', 'com10', '_CON'],
	])('%j is kept', (entered) => {
		expect(nameFor(entered)).toBe(entered);
	});

	it.each([
		['photo.png', 'photo'],
		['photo.JPG', 'photo'],
		['photo.jpeg', 'photo'],
		['photo.WebP ', 'photo'],
		['u\u0308ni\u0308code', '\u00fcn\u00efcode'],
		['  padded  ', 'padded'],
		['dots...', 'dots'],
		['...dots', 'dots'],
		['.htaccess', 'htaccess'],
		['a\tb\nc', 'a-b-c'],
		['a/b', 'a-b'],
		['a\\b:c', 'a-b-c'],
		['a  b', 'a b'],
		['CON', '_CON'],
		['nul.txt', '_nul.txt'],
		['Com1', '_Com1'],
		['LPT9.png', '_LPT9'],
		['con .x', '_con .x'],
		['CONIN$', '_CONIN$'],
		['conout$', '_conout$'],
		[42, '42'],
		[0, '0'],
		[-7, '7'],
		[1.5, '1.5'],
	])('%j becomes %j', (entered, name) => {
		expect(nameFor(entered)).toBe(name);
		expect(nameFor(name)).toBe(name);
		expect(faultsOf(`${name}.webp`)).toEqual([]);
	});

	it.each([
		['../../etc/passwd', 'etc-passwd'],
		['..\\..\\etc\\passwd', 'etc-passwd'],
		['/etc/passwd', 'etc-passwd'],
		['C:\\Windows\\system.ini', 'C-Windows-system.ini'],
		['file://x/y', 'file-x-y'],
	])('%j stays inside its folder', (entered, name) => {
		expect(nameFor(entered)).toBe(name);
	});

	it.each(['///', '...', ' ', '..', '.png', '\0', '\u202e', '<>', '-', '???'])(
		'%j is rejected, since nothing of it can stay',
		(entered) => {
			const error = unsent("'File Name' has no character that a file name can contain");
			expect(() => nameFor(entered)).toThrow(error);
		},
	);

	it.each([true, false, null, undefined, {}, { name: 'x' }, ['x'], Symbol('x')])(
		'%p is rejected, since it is not text',
		(entered) => {
			expect(() => nameFor(entered)).toThrow(unsent("'File Name' is not a text"));
		},
	);

	it.each(['x', 'ж', '狐', '🦊', 'e\u0301'])('of a thousand %s is cut between characters', (character) => {
		const name = nameFor(character.repeat(1000));
		expect(faultsOf(`${name}-1000.webp`)).toEqual([]);
		expect(Buffer.byteLength(name)).toBeGreaterThan(190);
		expect(name).toBe(character.normalize('NFC').repeat(Array.from(name).length));
	});
});

describe('a name from the prompt and the seed', () => {
	it.each([
		['A red fox, asleep in fresh snow!', 7, 'a-red-fox-asleep-in-fresh-snow-7'],
		['صورة قطة', 1, 'صورة-قطة-1'],
		['Ünïcode', 0, 'ünïcode-0'],
		['🦊🦊', 5, 'image-5'],
		['...', 5, 'image-5'],
		['../../etc/passwd', 3, 'etc-passwd-3'],
		['CON', 9, 'con-9'],
		['50% off: "SALE"', 4, '50-off-sale-4'],
	])('%j with %j is %j', (prompt, seed, name) => {
		expect(nameForPrompt(prompt, seed)).toBe(name);
	});

	it.each(['𠮷', '狐', 'é', 'x', 'word '])('has the first words of many %j, and room for more', (text) => {
		const name = nameForPrompt(text.repeat(1000), 4294967295);
		expect(faultsOf(`${name}-1000.webp`)).toEqual([]);
		expect(name.startsWith(text.trim().repeat(text === 'word ' ? 1 : 40))).toBe(true);
		expect(name.endsWith('-4294967295')).toBe(true);
		expect(Array.from(name).length).toBeLessThanOrEqual(71);
	});
});

it.each([
	['fox fox Fox hare fox', 'fox fox-2 Fox-3 hare fox-4'],
	['fox-2 fox fox fox-2', 'fox-2 fox fox-3 fox-2-2'],
	['ΟΔΟΣ οδοσ οδος', 'ΟΔΟΣ οδοσ-2 οδος-3'],
	['Ж ж É é', 'Ж ж-2 É é-2'],
])('in one run, the names %s become %s', (names, unique) => {
	expect(uniqueNames(...names.split(' '))).toEqual(unique.split(' '));
	expect(uniqueNames('fox')).toEqual(['fox']);
});
