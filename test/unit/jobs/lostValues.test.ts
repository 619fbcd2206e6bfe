import { findLostValue } from '../../../nodes/Segmind/jobs/lostValues';

it.each<[value: unknown, found: string, path: string]>([
	['a [object Object] b', '[object Object]', ''],
	['[object Undefined]', '[object Undefined]', ''],
	['undefined', 'only undefined', ''],
	[' null\n', 'only null', ''],
	['NaN', 'only NaN', ''],
	[undefined, 'no value', ''],
	[{ a: { b: [{ c: '[object Array]' }] } }, '[object Array]', 'a.b[0].c'],
	[{ a: [null, undefined] }, 'no value', 'a[1]'],
	[[0, , 2], 'no value', '[1]'], // eslint-disable-line no-sparse-arrays
	[{ a: () => 1 }, 'no value', 'a'],
	[{ a: Symbol('a') }, 'no value', 'a'],
	[{ width: NaN }, 'NaN', 'width'],
	[{ width: -Infinity }, '-Infinity', 'width'],
	[{ '[object Object]': 1 }, '[object Object] as the name of a field', ''],
	[{ a: { undefined: 1 } }, 'only undefined as the name of a field', 'a'],
	[{ at: new Date(NaN) }, 'no value', 'at'],
	[{ at: { toJSON: () => [NaN] } }, 'NaN', 'at[0]'],
])('finds in %p: %s at "%s"', (value, found, path) => {
	const advice = expect.stringMatching(
		found.includes('[object') ? /^Point its expression/ : /found no value$/,
	);
	expect(findLostValue(value)).toStrictEqual({ found, path, advice });
});

it.each([
	...[
		'undefined behaviour, as a watercolour',
		'a sky of null',
		'the object Object',
		'[object]',
		'null island',
		'',
		'nan',
	],
	...[0, -1, false, null, [], {}, { a: null, b: '', c: [0, { d: false }], at: new Date(0) }],
	{ at: { toJSON: () => '2026', lost: undefined } },
	{ toJSON: 7 },
])('finds nothing lost in %p', (value) => {
	expect(findLostValue(value)).toBeUndefined();
});
