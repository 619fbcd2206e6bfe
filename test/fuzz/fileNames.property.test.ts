import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { FileNames, toAskedName, toDefaultName } from '../../nodes/Segmind/request/fileName';
import { Refusal } from '../../nodes/Segmind/segmind/refusal';
import { Emulator } from '../emulator/emulator';
import { Engine } from '../engine/engine';
import { outcomeOf } from '../unit/refused';
import { campaign } from './campaign';
import { faultsOf, isSameFile } from './fileSystems';
import { smallPicture } from './samples';

const always = campaign(3);

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start({ credits: 1_000_000, picture: await smallPicture('webp') });
});
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

/** Pieces that names stumble over. */
const PIECES = [
	...'. .. / \\ : * ? " < > | % %2e # & { } ~ ` ^ - -- _ a A 10 CON nul Com1 LPT\u00b3 conin$ aux.'.split(
		' ',
	),
	...'.webp .PNG .jpeg .tar.gz 🦊 👩‍👩‍👧 e\u0301 \u0301 \u0338 İ ı ſ ß ẞ Σ ς ﬁ ǅ \u1e9b\u0323 狐 ж ١'.split(' '),
	...Array.from('\0\n\r\t\x7f\x85\u061c\u200b\u200d\u200f\u2028\u202e\u2066\ufeff\ufffe\u3000\u115f\u00ad '),
	...['\u{e0041}', '\u{10ffff}', '\ud83e', '\udd8a', 'PRN '],
];

const piece = fc.constantFrom(...PIECES);

const text = fc.oneof(
	fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
	fc.string({ unit: 'binary', maxLength: 300 }),
	fc.string({ unit: 'grapheme', maxLength: 300 }),
	fc
		.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 })
		.map((units) => String.fromCharCode(...units)),
	fc.tuple(piece, fc.integer({ min: 1, max: 400 })).map(([each, count]) => each.repeat(count)),
);

const seed = fc.oneof(fc.constantFrom(0, 4294967295), fc.integer({ min: 0, max: 4294967295 }));

const extension = fc.constantFrom('webp', 'png', 'jpg');

function expectToBeApart(files: readonly string[]): void {
	for (const [index, file] of files.entries()) {
		const taken = files.slice(0, index).filter((earlier) => isSameFile(earlier, file));
		expect([file, taken]).toEqual([file, []]);
	}
}

always(
	'whatever the prompt or the name that was asked for, a file name is safe on every system',
	fc.record({ text, seed, extension }),
	({ text: entered, seed: number, extension: format }) => {
		const asked = outcomeOf(() => toAskedName(entered));
		if (asked instanceof Refusal) expect(asked.message).toMatch(/^'File Name' /);
		else expect([asked, faultsOf(`${asked}.${format}`)]).toEqual([asked, []]);
		const made = toDefaultName(entered, number);
		expect([made, faultsOf(`${made}.${format}`)]).toEqual([made, []]);
	},
	// Lower case is made of more characters here, and those have another order.
	[{ text: 'İ\u0338', seed: 0, extension: 'webp' }],
);

always(
	'names of a run are apart on every system, and safe with their counters',
	fc.array(text, { maxLength: 12 }),
	(entered) => {
		const names = new FileNames();
		const files = entered.flatMap((each) => {
			const asked = outcomeOf(() => toAskedName(each));
			return asked instanceof Refusal ? [] : [`${names.claim(asked)}.webp`];
		});
		expect(files.flatMap(faultsOf)).toEqual([]);
		expectToBeApart(files);
	},
	[['ẞ', 'ß']],
);

always(
	'the files of a run in n8n have safe names, each its own',
	fc.array(fc.record({ prompt: text, name: fc.option(text) }), { minLength: 1, maxLength: 8 }),
	async (entered) => {
		emulator.reset();
		const { items } = await engine.run({
			credential: { apiKey: emulator.key, baseUrl: emulator.url },
			items: entered.map(({ prompt, name }) => ({ json: { prompt, name } as IDataObject })),
			node: { onError: 'continueRegularOutput' },
			parameters: {
				prompt: '={{ $json.prompt }}',
				additionalFields: { seed: 7 },
				options: { fileName: '={{ $json.name }}' },
			},
		});
		const delivered = items.filter(({ json }) => json.error === undefined);
		expect(delivered).toHaveLength(emulator.paid);
		const files = delivered.map(({ json }) => String(json.fileName));
		expect(files.flatMap(faultsOf)).toEqual([]);
		expect(delivered.map(({ binary }) => binary?.data?.fileName)).toEqual(files);
		expectToBeApart(files);
	},
);
