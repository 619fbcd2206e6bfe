import fc from 'fast-check';

import { FileNames, toAskedName, toDefaultName } from '../../nodes/Segmind/request/fileName';
import { Refusal } from '../../nodes/Segmind/segmind/refusal';
import { AVOIDED_WORDS, outcomeOf, refusedBy } from './refused';

/** The longest extension that the node adds. */
const EXTENSION = '.webp';

const DEVICES = new Set(
	['con', 'prn', 'aux', 'nul'].concat(
		[...'0123456789¹²³'].flatMap((digit) => [`com${digit}`, `lpt${digit}`]),
	),
);

/** What is wrong with a name as the name of a file, on any system; empty for a good one. */
function faultsOf(name: string): string[] {
	const file = `${name}${EXTENSION}`;
	const faults: ReadonlyArray<[string, boolean]> = [
		['is empty', name === ''],
		['is a folder', name === '.' || name === '..'],
		['holds a character that Windows forbids', /[<>:"/\\|?*]/.test(name)],
		['holds a control character', /\p{Cc}/u.test(name)],
		['holds a format character', /\p{Cf}/u.test(name)],
		['holds a line end', /[\u2028\u2029]/.test(name)],
		['ends with a dot or a space', /[.\s]$/u.test(name)],
		['begins with a dot or a space', /^[.\s]/u.test(name)],
		['is a device of Windows', DEVICES.has(name.split('.')[0]!.toLowerCase())],
		['is too long', Buffer.byteLength(file) > 255],
		['holds half a character', !name.isWellFormed()],
		['is not NFC', name.normalize('NFC') !== name],
	];
	return faults.filter(([, isSo]) => isSo).map(([fault]) => fault);
}

/** Pieces that make names dangerous. */
const pieces = fc.constantFrom(
	...['.', '..', ' ', '/', '\\', ':', 'CON', 'nul', 'com1', 'LPT³', '.png', '.JPEG', '\0', '\n', '\u202e'],
	...['\ud83e', '\udd8a', '🦊', 'e\u0301', '\u0301', 'ﬁ', '-', '_', '~', '%2e', '\u200d', '\ufeff', '\u3000'],
);

/** Any string at all, also with halves of characters. */
const text = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.string({ unit: 'grapheme-composite', maxLength: 400, size: 'max' }),
	fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
	fc
		.array(fc.oneof({ weight: 3, arbitrary: pieces }, fc.string({ maxLength: 3 })), { maxLength: 12 })
		.map((parts) => parts.join('')),
	fc.tuple(pieces, fc.integer({ min: 1, max: 400 })).map(([piece, count]) => piece.repeat(count)),
);

const seed = fc.oneof(fc.constantFrom(0, 4294967295), fc.integer({ min: 0, max: 4294967295 }));

const RUNS = { numRuns: 500, seed: 20260917 };

describe('the name that was asked for', () => {
	it('is safe whatever the text, or refused', () => {
		let named = 0;
		fc.assert(
			fc.property(text, (asked) => {
				const name = outcomeOf(() => toAskedName(asked));
				if (name instanceof Refusal) {
					expect(name.message).toBe("'File Name' has no character that a file name can hold");
					return;
				}
				expect(faultsOf(name)).toStrictEqual([]);
				named += 1;
			}),
			RUNS,
		);
		expect(named).toBeGreaterThan(200);
	});

	it('is never refused when it holds a letter or a digit', () => {
		fc.assert(
			fc.property(text, fc.constantFrom('a', 'Z', '7', 'é', 'ж', '狐'), text, (before, letter, after) => {
				expect(toAskedName(`${before.slice(0, 20)}${letter}${after}`)).not.toBe('');
			}),
			RUNS,
		);
	});

	it('stays as it is when it is made once more', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[a-zA-Z0-9äöüéñçżØ狐 _-]{1,40}$/), (asked) => {
				fc.pre(/[a-zA-Z0-9]/.test(asked));
				const name = toAskedName(asked);
				expect(toAskedName(name)).toBe(name);
			}),
			RUNS,
		);
	});

	it.each([
		['product-42', 'product-42'],
		['Summer Sale 2026', 'Summer Sale 2026'],
		['photo.png', 'photo'],
		['photo.JPG', 'photo'],
		['photo.jpeg', 'photo'],
		['photo.WebP ', 'photo'],
		['photo.gif', 'photo.gif'],
		['v1.2', 'v1.2'],
		['png', 'png'],
		['ünïcode', 'ünïcode'],
		['u\u0308ni\u0308code', '\u00fcn\u00efcode'],
		['صورة قطة', 'صورة قطة'],
		['狐', '狐'],
		['🦊', '🦊'],
		['fox 🦊 in snow', 'fox 🦊 in snow'],
		['  padded  ', 'padded'],
		['dots...', 'dots'],
		['...dots', 'dots'],
		['.htaccess', 'htaccess'],
		['a\tb\nc', 'a-b-c'],
		['a/b', 'a-b'],
		['a\\b:c', 'a-b-c'],
		['a  b', 'a b'],
	])('%j becomes %j', (asked, name) => {
		expect(toAskedName(asked)).toBe(name);
	});

	it.each([
		['CON', '_CON'],
		['con', '_con'],
		['nul.txt', '_nul.txt'],
		['Com1', '_Com1'],
		['LPT9.png', '_LPT9'],
		['console', 'console'],
		['com10', 'com10'],
	])('%j, which may be a device on Windows, becomes %j', (asked, name) => {
		expect(toAskedName(asked)).toBe(name);
	});

	it.each([
		'../../etc/passwd',
		'..\\..\\etc\\passwd',
		'/etc/passwd',
		'C:\\Windows\\system.ini',
		'file://x/y',
	])('%j stays inside its folder', (asked) => {
		const name = toAskedName(asked);
		expect(name).toMatch(/^[A-Za-z]/);
		expect(name).not.toMatch(/[/\\:]/);
		expect(faultsOf(name)).toStrictEqual([]);
	});

	it('keeps the words of a path that was turned into a name', () => {
		expect(toAskedName('../../etc/passwd')).toContain('etc-passwd');
	});

	it.each([
		[42, '42'],
		[0, '0'],
		[-7, '7'],
		[1.5, '1.5'],
	])('the number %j is a name, too', (asked, name) => {
		expect(toAskedName(asked)).toBe(name);
	});

	it.each(['///', '...', ' ', '', '..', '.png', '\0', '\u202e', '<>', '-', '???'])(
		'%j is refused, since nothing of it can stay',
		(asked) => {
			const refusal = refusedBy(() => toAskedName(asked));
			expect(refusal.message).toBe("'File Name' has no character that a file name can hold");
			expect(refusal.advice).toContain('e.g. product-42');
			expect(refusal).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
			expect(`${refusal.message} ${refusal.advice}`).not.toMatch(AVOIDED_WORDS);
		},
	);

	it.each([true, false, null, undefined, {}, { name: 'x' }, ['x'], Symbol('x')])(
		'%p is refused, since it is no text',
		(asked) => {
			const refusal = refusedBy(() => toAskedName(asked));
			expect(refusal.message).toBe("'File Name' is not a text");
			expect(refusal).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
			expect(refusal.advice).not.toMatch(AVOIDED_WORDS);
		},
	);

	it.each(['x', 'ж', '狐', '🦊', 'e\u0301'])(
		'a name of a thousand %s is cut between characters',
		(character) => {
			const name = toAskedName(character.repeat(1000));
			expect(faultsOf(name)).toStrictEqual([]);
			expect(Buffer.byteLength(name)).toBeGreaterThan(190);
			expect(name).toBe(character.normalize('NFC').repeat(Array.from(name).length));
		},
	);
});

describe('the name of an image that nobody named', () => {
	it('is safe whatever the prompt, and ends with the seed', () => {
		fc.assert(
			fc.property(text, seed, (prompt, number) => {
				const name = toDefaultName(prompt, number);
				expect(faultsOf(name)).toStrictEqual([]);
				expect(name.endsWith(`-${number}`)).toBe(true);
				expect(name).not.toMatch(/\s/u);
			}),
			RUNS,
		);
	});

	it.each([
		['A red fox, asleep in fresh snow!', 7, 'a-red-fox-asleep-in-fresh-snow-7'],
		['صورة قطة', 1, 'صورة-قطة-1'],
		['Ünïcode', 0, 'ünïcode-0'],
		['🦊🦊', 5, 'image-5'],
		['...', 5, 'image-5'],
		['../../etc/passwd', 3, 'etc-passwd-3'],
		['CON', 9, 'con-9'],
		['50% off: "SALE"', 4, '50-off-sale-4'],
	])('the prompt %j with seed %j gives %j', (prompt, number, name) => {
		expect(toDefaultName(prompt, number)).toBe(name);
	});

	it.each(['𠮷', '狐', 'é', 'x'])('leaves room for the seed and the extension behind many a %s', (letter) => {
		const name = toDefaultName(letter.repeat(1000), 4294967295);
		expect(faultsOf(name)).toStrictEqual([]);
		expect(name.startsWith(letter.repeat(40))).toBe(true);
		expect(name.endsWith('-4294967295')).toBe(true);
	});

	it('takes only the first words of a long prompt', () => {
		const name = toDefaultName('word '.repeat(2000), 12345);
		expect(name).toMatch(/^(word-)+\w*-12345$/);
		expect(name.length).toBeLessThanOrEqual(66);
	});
});

describe('the names of one run', () => {
	it('are no two the same where a letter has two lower cases', () => {
		const names = new FileNames();
		expect([names.claim('ΟΔΟΣ'), names.claim('οδοσ'), names.claim('οδος')]).toStrictEqual([
			'ΟΔΟΣ',
			'οδοσ-2',
			'οδος-3',
		]);
	});

	it.each(['con .x', 'CON .txt', 'CONIN$', 'conout$'])('never are a device of Windows: %s', (asked) => {
		expect(toAskedName(asked)).toMatch(/^_con/i);
	});

	it('are no two the same, also where upper and lower case are the same', () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.constantFrom('fox', 'Fox', 'FOX', 'fox-2', 'FOX-2', 'fox-3', 'fox-2-2', 'ж', 'Ж', 'É', 'é'),
					{
						maxLength: 30,
					},
				),
				(asked) => {
					const names = new FileNames();
					const claimed = asked.map((name) => names.claim(name));
					expect(new Set(claimed.map((name) => name.toUpperCase())).size).toBe(asked.length);
					for (const [index, name] of asked.entries()) expect(claimed[index]!.startsWith(name)).toBe(true);
				},
			),
			RUNS,
		);
	});

	it('are safe with their counters, too', () => {
		fc.assert(
			fc.property(text, seed, (prompt, number) => {
				const names = new FileNames();
				const name = toDefaultName(prompt, number);
				const claimed = Array.from({ length: 12 }, () => names.claim(name));
				expect(claimed.flatMap(faultsOf)).toStrictEqual([]);
				expect(new Set(claimed).size).toBe(12);
			}),
			{ ...RUNS, numRuns: 100 },
		);
	});

	it('count up from the second one', () => {
		const names = new FileNames();
		expect(['fox', 'fox', 'Fox', 'hare', 'fox'].map((name) => names.claim(name))).toStrictEqual([
			'fox',
			'fox-2',
			'Fox-3',
			'hare',
			'fox-4',
		]);
	});

	it('leave a counter alone that somebody asked for', () => {
		const names = new FileNames();
		expect(['fox-2', 'fox', 'fox', 'fox-2'].map((name) => names.claim(name))).toStrictEqual([
			'fox-2',
			'fox',
			'fox-3',
			'fox-2-2',
		]);
	});

	it('begin anew in the next run', () => {
		expect(new FileNames().claim('fox')).toBe('fox');
		expect(new FileNames().claim('fox')).toBe('fox');
	});
});
