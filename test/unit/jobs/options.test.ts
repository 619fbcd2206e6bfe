import { optionFields, toBatchOptions, toJobOptions } from '../../../nodes/Segmind/jobs/options';

type Raw = Readonly<Record<string, unknown>>;

const optionsOf = (raw: Raw) => ({ ...toJobOptions(raw), ...toBatchOptions(raw) });

/** Each option with its default, another value, and values that are rejected; typed by hand. */
const OPTIONS: ReadonlyArray<[name: string, defaultValue: unknown, good: unknown[], bad: unknown[]]> = [
	['binaryPropertyOutput', 'data', ['image'], [7, '__proto__', ' constructor', 'prototype']],
	['concurrency', 0, [1, 20], [-1, 21, 1.5]],
	['delivery', 'direct', ['queued', 'submitOnly'], ['queue', 7]],
	['fileName', undefined, ['product-42', 'a.b'], ['.png', '/', {}]],
	['idempotencyKey', undefined, ['product-42', 'x'.repeat(500)], [{}, 'x'.repeat(501), '[object Object]']],
	['includeInputFields', false, [true], [1, 'yes']],
	['linkExpiry', 'none', ['1 hour', '1 day', '7 days', 'segmind'], ['2 days', 7]],
	['maximumCostPerRun', 0, [0.01, 1_000_000], [-1, 1_000_001, 'x']],
	['maxRetries', 4, [0, 10], [-1, 11, 0.5]],
	['minimumRemainingCredits', 0, [0.5, 1_000_000], [-0.01, 1_000_001, 'x']],
	['numberOfImages', 1, [1, 10], [0, 11, 1.5]],
	['output', 'all', ['simplified'], ['raw', 7]],
	['requestsPerMinute', 0, [60, 6000], [-1, 6001, 0.5]],
	['retryUncertain', false, [true], [0, 'no']],
	['timeout', 120, [5, 600], [4, 601, 5.5]],
];

/** In US dollars. */
const LIMITS = ['maximumCostPerRun', 'minimumRemainingCredits'];

/** An expression that finds nothing must not mean no limit, and no key. */
const FOUND = [...LIMITS, 'idempotencyKey'];

const DEFAULTS = Object.fromEntries(OPTIONS);

it.each(OPTIONS)('%s is %j unless it is set', (name, defaultValue, good, bad) => {
	const missing = FOUND.includes(name) ? [''] : ['', undefined, null];
	for (const value of missing) expect(optionsOf({ [name]: value })).toStrictEqual(DEFAULTS);
	expect(DEFAULTS[name]).toBe(defaultValue);
	for (const value of good) {
		for (const raw of [value, ` ${value}\n`]) expect(optionsOf({ [name]: raw })).toHaveProperty(name, value);
	}
	for (const value of bad) {
		expect(() => optionsOf({ [name]: value })).toThrow(
			/^'[A-Z].+' (is (out|not|neither)|can't|has no|has more|contains)/,
		);
	}
});

it('has one field for each option, which starts with its default; a link starts with a day', () => {
	const defaults = OPTIONS.map(([name, value = '']) => [name, name === 'linkExpiry' ? '1 day' : value]);
	expect(optionFields().map((field) => [field.name, field.default])).toStrictEqual(defaults);
});

it.each(LIMITS)('takes cents for %s, and refuses a limit that is not found', (name) => {
	const field = optionFields().find((each) => each.name === name);
	expect(field?.typeOptions).toStrictEqual({ minValue: 0, numberPrecision: 2 });
	for (const lost of [undefined, null]) {
		expect(() => toBatchOptions({ [name]: lost })).toThrow(`'${field?.displayName}' is empty`);
	}
});

it('takes a choice in any letter case, and spells it as it is known', () => {
	const spelled = { delivery: 'queued', linkExpiry: '1 day', timeout: 600 };
	expect(toJobOptions({ delivery: ' Queued', linkExpiry: '1 DAY' })).toMatchObject(spelled);
});

it.each([
	['direct', 120],
	['queued', 600],
	['submitOnly', 600],
])('waits for %s delivery %i seconds, or what is set', (delivery, timeout) => {
	expect(toJobOptions({ delivery, timeout: '' })).toMatchObject({ delivery, timeout });
	expect(toJobOptions({ delivery, timeout: 10 })).toMatchObject({ delivery, timeout: 10 });
});
