import { toBatchOptions, toJobOptions } from '../../../nodes/Segmind/jobs/options';

type Raw = Readonly<Record<string, unknown>>;

const optionsOf = (raw: Raw) => ({ ...toJobOptions(raw), ...toBatchOptions(raw) });

/** Each option with its default, another value, and values that are rejected; typed by hand. */
const OPTIONS: ReadonlyArray<[name: string, defaultValue: unknown, good: unknown[], bad: unknown[]]> = [
	['binaryPropertyOutput', 'data', ['image'], [7, '__proto__', ' constructor', 'prototype']],
	['concurrency', 4, [1, 20], [0, 21, 1.5]],
	['delivery', 'direct', ['queued', 'submitOnly'], ['later', 7]],
	['fileName', undefined, ['product-42', 'a.b'], ['.png', '/', {}]],
	['includeInputFields', false, [true], [1, 'yes']],
	['linkExpiry', 'none', ['1 hour', '1 day', '7 days'], ['2 days', 7]],
	['maxRetries', 4, [0, 10], [-1, 11, 0.5]],
	['maximumCostPerRun', 0, [0.5, 1_000_000], [-0.01, 1_000_001, 'x']],
	['minimumRemainingCredits', 0, [0.5, 1_000_000], [-0.01, 1_000_001, 'x']],
	['numberOfImages', 1, [1, 10], [0, 11, 1.5]],
	['requestsPerMinute', 0, [60, 6000], [-1, 6001, 0.5]],
	['retryUncertain', false, [true], [0, 'no']],
	['timeout', 120, [5, 600], [4, 601, 5.5]],
];

const DEFAULTS = Object.fromEntries(OPTIONS);

it.each(OPTIONS)('%s is %j unless it is set', (name, defaultValue, good, bad) => {
	expect(optionsOf({ [name]: '' })).toStrictEqual(DEFAULTS);
	// A limit that an expression lost is not taken for none.
	const isLimit = name === 'maximumCostPerRun' || name === 'minimumRemainingCredits';
	for (const lost of [undefined, null]) {
		if (isLimit) expect(() => optionsOf({ [name]: lost })).toThrow('is empty');
		else expect(optionsOf({ [name]: lost })).toStrictEqual(DEFAULTS);
	}
	expect(DEFAULTS[name]).toBe(defaultValue);
	for (const value of good) {
		for (const raw of [value, ` ${value}\n`]) expect(optionsOf({ [name]: raw })).toHaveProperty(name, value);
	}
	for (const value of bad) {
		expect(() => optionsOf({ [name]: value })).toThrow(/^'[A-Z].+' (is (out|not|neither)|can't|has no)/);
	}
});

it.each([
	['direct', 120],
	['queued', 600],
	['submitOnly', 600],
])('waits for %s delivery %i seconds, or what is set', (delivery, timeout) => {
	expect(toJobOptions({ delivery, timeout: '' })).toMatchObject({ delivery, timeout });
	expect(toJobOptions({ delivery, timeout: 10 })).toMatchObject({ delivery, timeout: 10 });
});

it.each([
	[' product-42.JPEG ', 'product-42'],
	['a.b.webp', 'a.b'],
	[42, '42'],
	['../a/b', 'a-b'],
])('makes the file name %j safe: %j', (fileName, name) => {
	expect(toJobOptions({ fileName })).toHaveProperty('fileName', name);
});
