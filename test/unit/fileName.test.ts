import { toDefaultName, UniqueNames } from '../../nodes/Segmind/files/fileName';
import { toJobOptions } from '../../nodes/Segmind/jobs/options';
import { faultsOf } from '../fuzz/fileSystems';

/** The file name for an entered value; undefined if the name is made of the prompt. */
const nameFor = (entered: unknown): string | undefined => toJobOptions({ fileName: entered }).fileName;

/** Rejected before anything is sent. */
const unsent = (message: string) =>
	expect.objectContaining({ message, reason: 'request', billed: 'no', attempts: 0 }) as Error;

describe('an entered name', () => {
	it.each([
		...['product-42', 'Summer Sale 2026', 'v1.2', 'png', 'mp4', 'console', 'com10', '_CON'],
		...['ünïcode', 'صورة قطة', '狐', '🦊', 'fox 🦊 in snow'],
	])('%j is kept', (entered) => {
		expect(nameFor(entered)).toBe(entered);
	});

	it.each([
		['photo.png', 'photo'],
		['photo.JPG', 'photo'],
		['photo.jpeg', 'photo'],
		['photo.WebP ', 'photo'],
		['photo.gif', 'photo'],
		['a.b.webp', 'a.b'],
		['clip.MP4.mp4', 'clip'],
		['clip.mov', 'clip'],
		['song.wav', 'song'],
		['chair.glb', 'chair'],
		['u\u0308ni\u0308code', '\u00fcn\u00efcode'],
		['  padded  ', 'padded'],
		['...dots...', 'dots'],
		['.htaccess', 'htaccess'],
		['a\tb\nc', 'a-b-c'],
		['a\\b:c', 'a-b-c'],
		['a  b', 'a b'],
		['CON', '_CON'],
		['nul.txt', '_nul.txt'],
		['LPT9.png', '_LPT9'],
		['con .x', '_con .x'],
		['conout$', '_conout$'],
		['../../etc/passwd', 'etc-passwd'],
		['C:\\Windows\\system.ini', 'C-Windows-system.ini'],
		['file://x/y', 'file-x-y'],
		[0, '0'],
		[-7, '7'],
		[1.5, '1.5'],
	])('%j becomes %j', (entered, name) => {
		expect(nameFor(entered)).toBe(name);
		expect(nameFor(name)).toBe(name);
	});

	it.each(['', null, undefined])('%j is none', (entered) => {
		expect(nameFor(entered)).toBeUndefined();
	});

	it.each(['///', '...', ' ', '..', '.png', '.mp4', '\0', '\u202e', '<>', '-', '???'])(
		'%j is rejected, since nothing of it can stay',
		(entered) => {
			const error = unsent("'File Name' has no character that a file name can contain");
			expect(() => nameFor(entered)).toThrow(error);
		},
	);

	it.each([true, false, {}, { name: 'x' }, ['x'], Symbol('x')])(
		'%p is rejected, since it is not text',
		(entered) => {
			expect(() => nameFor(entered)).toThrow(unsent("'File Name' is not a text"));
		},
	);

	it.each(['[object Object]', 'a-[object Object]', 'undefined', ' NaN'])(
		'%j is rejected, since its expression found no text',
		(entered) => {
			expect(() => nameFor(entered)).toThrow(
				/^'File Name' contains (only )?(\[object Object\]|undefined|NaN)$/,
			);
		},
	);

	it.each(['x', 'ж', '狐', '🦊', 'e\u0301'])('of a thousand %s is cut between characters', (character) => {
		const name = nameFor(character.repeat(1000)) ?? '';
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
		['CON', 9, 'con-9'],
		['50% off: "SALE"', 4, '50-off-sale-4'],
	])('%j with %j is %j', (prompt, seed, name) => {
		expect(toDefaultName(prompt, seed)).toBe(name);
	});

	it.each<[prompt: string, seed: unknown, requestId: string | null | undefined, name: string]>([
		['a fox', 0, '5f3a9c1e-0d2b-4e', 'a-fox-0'],
		['a fox', undefined, '5f3a9c1e-0d2b-4e', 'a-fox-5f3a9c1e'],
		['a fox', '7', '../..\\a:b', 'a-fox-ab'],
		['a fox', null, 'é/', 'a-fox'],
		['a fox', undefined, null, 'a-fox'],
		['🦊', undefined, 'abc', 'image-abc'],
	])('%j with the seed %j and the request ID %j is %j', (prompt, seed, requestId, name) => {
		expect(toDefaultName(prompt, seed, requestId)).toBe(name);
	});

	it.each(['𠮷', '狐', 'é', 'x', 'word '])('has the first words of many %j, and room for more', (text) => {
		const name = toDefaultName(text.repeat(1000), 4294967295);
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
])('in one run, the names %s become %s', (entered, expected) => {
	const names = UniqueNames.forFiles();
	expect(entered.split(' ').map((name) => names.claim(name))).toEqual(expected.split(' '));
});
