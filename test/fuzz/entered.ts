import fc from 'fast-check';

/** Names that mean something to JavaScript's own objects. */
const INHERITED = '__proto__ constructor prototype toString hasOwnProperty valueOf'.split(' ');

/** Texts that look like numbers, words or values that are meant, and are not all of them. */
const LOOKALIKES = [
	...'null undefined NaN Infinity -0 0x10 1e3 1e999 1_000 １２ ٣ 1,024 1.0 .5 5. +1 --1 0 1'.split(' '),
	...'21:9 JPG jpeg Png TRUE yes none ../.. data.x [0] ={{1}} {{$json}} \ud83e \u202e'.split(' '),
	...'|  |\0|\u00a0|\ufeff|1 2|1\n| 1:1 |1:1\0|2 years'.split('|'),
];

/** Numbers and other values that JSON or an expression may hold. */
const ODD: readonly unknown[] = [
	...[NaN, Infinity, -Infinity, -0, 1e21, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53, 255.5],
	...[true, false, null, undefined, [], [[]], {}, [256], ['1:1', 'png'], { valueOf: 5 }, { length: 3 }],
];

/** What an expression can hand over that text can't say. */
const OBJECTS = [
	new Date(0),
	new Date(Number.NaN),
	/x/,
	Symbol('seed'),
	10n,
	() => 7,
	Object.create(null),
	new Map([['seed', 1]]),
	new Uint8Array([1, 2]),
	Object(5),
	Object('1:1'),
	JSON.parse('{"__proto__": {"seed": 1}}'),
	{
		toJSON: () => {
			throw new Error('no JSON of this');
		},
	},
];

const huge = fc.integer({ min: 1000, max: 100_000 }).map((length) => '狐'.repeat(length));

/** Anything that JSON can hold, which is what items are made of, and the numbers and dates of expressions. */
export const inItems = fc.oneof(
	fc.constantFrom<unknown>(...LOOKALIKES, ...INHERITED, ...ODD, new Date(0), new Date(Number.NaN)),
	fc.jsonValue(),
	fc.double(),
	fc.integer(),
	fc.string({ unit: 'binary' }),
	fc.dictionary(fc.constantFrom(...INHERITED, 'seed', 'prompt'), fc.jsonValue(), { noNullPrototype: false }),
	huge,
);

/** Anything at all. */
export const anything = fc.oneof(
	inItems,
	fc.constantFrom<unknown>(...OBJECTS),
	fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
	fc.anything({ withBoxedValues: true, withTypedArray: true, withSparseArray: true, withObjectString: true }),
);

const digitsOf = (min: number, max: number): fc.Arbitrary<unknown> =>
	fc.oneof(fc.integer({ min, max }), fc.integer({ min, max }).map(String));

const yesOrNo = fc.constantFrom<unknown>(true, false, 'true', ' False ');

/** Values as people mean them, and those just beside, for each attribute by parameter. */
export const ATTRIBUTES = {
	prompt: fc.oneof(
		fc.string({ unit: 'grapheme-composite', minLength: 1 }),
		fc.constantFrom('={{ 1 }}', '__proto__'),
	),
	aspectRatio: fc.constantFrom('custom', '1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3'),
	width: digitsOf(255, 1441),
	height: digitsOf(255, 1441),
	outputFormat: fc.constantFrom('jpg', 'png', 'webp'),
	outputQuality: digitsOf(-1, 101),
	promptUpsampling: yesOrNo,
	safetyTolerance: digitsOf(0, 6),
	seed: digitsOf(-1, 4294967296),
} satisfies Record<string, fc.Arbitrary<unknown>>;

/** The same for each option. */
export const OPTIONS = {
	binaryPropertyOutput: fc.constantFrom('data', 'image', ...INHERITED),
	concurrency: digitsOf(0, 21),
	fileName: fc.string({ unit: 'grapheme' }),
	includeInputFields: yesOrNo,
	linkExpiry: fc.constantFrom('none', '1 hour', '1 day', '7 days'),
	maxRetries: digitsOf(-1, 11),
	minimumRemainingCredits: digitsOf(-1, 3),
	numberOfImages: digitsOf(1, 3),
	requestsPerMinute: fc.constantFrom<unknown>(0, 6000, '6000', 6001, -1),
	retryUncertain: yesOrNo,
	timeout: digitsOf(4, 601),
} satisfies Record<string, fc.Arbitrary<unknown>>;

/** The names that the form gives them, typed by hand: a refusal must say which field it is about. */
export const LABELS = [
	...['Prompt', 'Aspect Ratio', 'Width', 'Height', 'Output Format', 'Output Quality', 'Prompt Upsampling'],
	...[
		'Safety Tolerance',
		'Seed',
		'Put Output in Field',
		'Images at Once',
		'File Name',
		'Include Input Fields',
	],
	...['Public Link', 'Max Retries', 'Minimum Remaining Credits', 'Images per Item', 'Requests per Minute'],
	...['Retry When Billing Is Uncertain', 'Timeout'],
];

/** Fields, most of them as people mean them, some left out and some of them anything. */
export const fieldsOf = (
	meant: Readonly<Record<string, fc.Arbitrary<unknown>>>,
	junk: fc.Arbitrary<unknown>,
	weight: number,
): fc.Arbitrary<Record<string, unknown>> =>
	fc.record(
		Object.fromEntries(
			Object.entries(meant).map(([name, arbitrary]) => [
				name,
				fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: junk }),
			]),
		),
		{ requiredKeys: ['prompt', 'aspectRatio', 'outputFormat'].filter((name) => Object.hasOwn(meant, name)) },
	);
