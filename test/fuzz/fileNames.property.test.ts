import fc from 'fast-check';

import { toDefaultName, UniqueNames } from '../../nodes/Segmind/files/fileName';
import { toJobOptions } from '../../nodes/Segmind/jobs/options';
import { clashesIn, faultsOf } from './fileSystems';
import { always } from './setup';

/** The node's file name for what a user entered, undefined if it is rejected. */
function nameFor(entered: string): string | undefined {
	try {
		return toJobOptions({ fileName: entered }).fileName;
	} catch (error) {
		expect(error).toMatchObject({ message: expect.stringMatching(/^'File Name' /) });
		return undefined;
	}
}

/** What file systems treat in a special way. */
const PIECES = [
	...'. .. / \\ : * ? " < > | % %2e # & { } ~ ` ^ - -- _ a A 10 CON nul Com1 LPT\u00b3 conin$ aux. .tar.gz'.split(
		' ',
	),
	...'.webp .PNG .jpeg 🦊 👩‍👩‍👧 e\u0301 \u0301 \u0338 İ ı ſ ß ẞ Σ ς ﬁ ǅ \u1e9b\u0323 狐 ж ١ \ud83e \udd8a'.split(
		' ',
	),
	...Array.from('\0\n\r\t\x7f\x85\u061c\u200b\u200d\u200f\u2028\u202e\u2066\ufeff\ufffe\u3000\u115f\u00ad '),
	...['\u{e0041}', '\u{10ffff}', 'PRN '],
];

const piece = fc.constantFrom(...PIECES);

const text = fc.oneof(
	fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
	fc.string({ unit: 'binary', maxLength: 300 }),
	fc.string({ unit: 'grapheme', maxLength: 300 }),
	fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
	fc.tuple(piece, fc.integer({ min: 1, max: 400 })).map(([each, count]) => each.repeat(count)),
);

const seed = fc.oneof(fc.constantFrom(0, 4294967295), fc.integer({ min: 0, max: 4294967295 }));

always(
	'a file name is safe on every system, whatever the prompt or the name that was entered',
	fc.record({ entered: text, seed }),
	({ entered, seed: number }) => {
		const name = nameFor(entered);
		const prompted = toDefaultName(entered, number);
		for (const safe of [name ?? 'rejected', prompted])
			expect([safe, faultsOf(`${safe}.webp`)]).toEqual([safe, []]);
		expect(prompted).toMatch(new RegExp(`[^\\s]-${number}$`));
	},
	// Lower-casing makes two characters of this one and changes their order.
	{ examples: [{ entered: 'İ\u0338', seed: 0 }] },
);

always(
	'a name with a letter or digit is never rejected',
	fc.tuple(text, fc.constantFrom('a', 'Z', '7', 'é', 'ж', '狐'), text),
	([before, letter, after]) => {
		expect(nameFor(`${before.slice(0, 20)}${letter}${after}`)).toMatch(/./);
	},
);

always(
	'the names of a run are unique on every system, and safe with their counters',
	fc.array(fc.oneof(text, fc.constantFrom('fox', 'Fox', 'fox-2', 'FOX-2', 'É', 'é')), { maxLength: 12 }),
	(entered) => {
		const unique = UniqueNames.forFiles();
		const names = [...entered, ...entered].map(nameFor).filter((name) => name !== undefined);
		const files = names.map((name) => `${unique.claim(name)}.webp`);
		expect([files.flatMap(faultsOf), clashesIn(files)]).toEqual([[], []]);
	},
	{
		examples: [
			['ẞ', 'ß'],
			['ΟΔΟΣ', 'οδοσ', 'οδος'],
		],
	},
);
