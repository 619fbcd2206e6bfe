import fc from 'fast-check';
import type { IDataObject, INodeProperties, IPairedItemData } from 'n8n-workflow';

import { Segmind } from '../../nodes/Segmind/Segmind.node';
import { readInputs } from '../emulator/inputs';
import { MODELS } from '../emulator/published';
import { clashesIn, faultsOf } from './fileSystems';
import { always, useServers } from './setup';

/** What the panel calls its fields. */
const LABELS = new Segmind().description.properties
	.flatMap((field) => [field, ...((field.options ?? []) as INodeProperties[])])
	.map(({ displayName }) => displayName)
	.filter((label) => label !== undefined)
	.map((label) => label.replace(/[()]/g, '\\$&'));

const namesTheField = expect.stringMatching(new RegExp(`^'(${LABELS.join('|')})' `)) as string;

const MODEL = MODELS['flux-1.1-pro']!;

/** Expects that the published page accepts a body, rounds nothing and ignores nothing, and that it misses nothing. */
function expectAccepted(body: Readonly<Record<string, unknown>>): void {
	expect(readInputs(MODEL, body)).toMatchObject({ values: body });
	const size = body.aspect_ratio === 'custom' ? ['width', 'height'] : [];
	const names = ['prompt', 'seed', 'aspect_ratio', 'output_format', ...size];
	expect(Object.keys(body)).toEqual(expect.arrayContaining(names));
	expect(Number(body.seed) >= 0 && Number(body.seed) <= 4294967295).toBe(true);
}

const INHERITED = '__proto__ constructor prototype toString hasOwnProperty valueOf'.split(' ');

/** Almost numbers, words or values. */
const LOOKALIKES = [
	...'null undefined NaN Infinity -0 0x10 1e3 1e999 1_000 １２ ٣ 1,024 1.0 .5 5. +1 --1 0 1'.split(' '),
	...'21:9 JPG jpeg Png TRUE yes none ../.. data.x [0] ={{1}} {{$json}} \ud83e \u202e'.split(' '),
	...'|  |\0|\u00a0|\ufeff|1 2|1\n| 1:1 |1:1\0|2 years'.split('|'),
];

const ODD = [
	...[NaN, Infinity, -0, 2 ** 32, 2 ** 53, 255.5, true, false, null, undefined, new Date(0), new Date(NaN)],
	...[[], [[]], {}, [256], ['png'], { valueOf: 5 }, { length: 3 }, JSON.parse('{"__proto__": {"seed": 1}}')],
];

/** Anything that an expression returns, except functions, which n8n rejects itself. */
const anything = fc.oneof(
	fc.constantFrom<unknown>(...LOOKALIKES, ...INHERITED, ...ODD, /x/, Symbol('seed')),
	fc.jsonValue(),
	fc.dictionary(fc.constantFrom(...INHERITED, 'seed', 'prompt'), fc.jsonValue(), { noNullPrototype: false }),
	fc.integer({ min: 1000, max: 100_000 }).map((length) => '狐'.repeat(length)),
	fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
	fc.anything({ withBoxedValues: true, withTypedArray: true, withSparseArray: true, withObjectString: true }),
);

/** Whole numbers up to just outside the limits, some of them as text. */
const around = (min: number, max: number): fc.Arbitrary<unknown> => {
	const number = fc.integer({ min: min - 1, max: max + 1 });
	return fc.oneof(number, number.map(String));
};

const boolean = fc.constantFrom<unknown>(true, false, 'true', ' False ');

const text = fc.string({ unit: 'grapheme-composite', minLength: 1 });

/** Plausible values of each attribute, by parameter. */
const ATTRIBUTES = Object.fromEntries(
	Object.entries(MODEL.attributes).map(([name, { type, values = [''], min = 0, max = 4294967295 }]) => [
		name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
		{
			...{ enum: fc.constantFrom(...values), bool: boolean, int: around(min, max), float: text, str: text },
			...{ image: text, images: text },
		}[type],
	]),
);

/** Numbers that decide what is requested; empty ones have their defaults. */
const LIMITS = [
	['maxRetries', 0, 10],
	['numberOfImages', 1, 10],
	['timeout', 5, 600],
] as const;

const OPTIONS: Record<string, fc.Arbitrary<unknown>> = {
	...Object.fromEntries(LIMITS.map(([name, min, max]) => [name, around(min, max)])),
	binaryPropertyOutput: fc.constantFrom('data', 'image', ...INHERITED),
	concurrency: around(1, 20),
	fileName: text,
	includeInputFields: boolean,
	linkExpiry: fc.constantFrom('none', '1 hour', '1 day', '7 days'),
	minimumRemainingCredits: around(0, 3),
	retryUncertain: boolean,
};

/** Fields that mostly have plausible values; some have none and some have any. */
const item = fc.record(
	Object.fromEntries(
		Object.entries({ ...ATTRIBUTES, ...OPTIONS }).map(([name, plausible]) => [
			name,
			fc.oneof({ weight: 40, arbitrary: plausible }, fc.constant(undefined), anything),
		]),
	),
);

const servers = useServers();

const fromItem = (names: object): IDataObject =>
	Object.fromEntries(Object.keys(names).map((name) => [name, `={{ $json.${name} }}`]));

const { prompt, aspectRatio, width, height, outputFormat, ...additional } = ATTRIBUTES;

const PARAMETERS: IDataObject = {
	...fromItem({ prompt, aspectRatio, width, height, outputFormat }),
	additionalFields: fromItem(additional),
	options: fromItem(OPTIONS),
};

always(
	'whatever items hold, only what the page accepts is sent, and every other item says why not',
	fc.array(item, { minLength: 1, maxLength: 10 }),
	async (entered) => {
		const { emulator, engine } = servers;
		emulator.reset();
		const { items, error } = await engine.run({
			credential: { apiKey: emulator.key, baseUrl: emulator.url },
			items: entered.map((json) => ({ json: json as IDataObject })),
			node: { onError: 'continueRegularOutput' },
			parameters: PARAMETERS,
		});
		expect(error).toBeUndefined();
		// A cell of a sheet may hold a number, which is a prompt as well.
		const texts = entered.map(({ prompt }) => (typeof prompt === 'object' ? prompt : String(prompt)));
		for (const { body, status } of emulator.imageRequests) {
			expectAccepted(body);
			expect(status).toBe(200);
			expect(texts).toContain(body.prompt);
		}
		const rejected = items.filter(({ json }) => json.details !== undefined);
		for (const { json } of rejected) {
			const details = { cause: 'request', billed: 'no', attempts: 0, statusCode: null };
			expect(json).toMatchObject({ error: namesTheField, details });
		}
		const delivered = items.filter((item) => !rejected.includes(item));
		for (const { pairedItem } of delivered) {
			const given = entered[(pairedItem as IPairedItemData).item] ?? {};
			const outside = LIMITS.filter(([name, min, max]) => {
				const value = Number(given[name] || min);
				return value < min || value > max;
			});
			expect(outside).toEqual([]);
		}
		const files = delivered.map(({ json }) => String(json.fileName));
		expect([files.flatMap(faultsOf), clashesIn(files)]).toEqual([[], []]);
		expect(delivered.map(({ binary }) => Object.values(binary ?? {})[0]?.fileName)).toEqual(files);
		expect([emulator.imageRequests.length, emulator.paid]).toEqual([delivered.length, delivered.length]);
		expect(new Set(items.map(({ pairedItem }) => JSON.stringify(pairedItem))).size).toBe(entered.length);
	},
	{ share: 0.3 },
);
