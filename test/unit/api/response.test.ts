import { isSuccess, readSeed, readUsage, toRetryAfter, toSeed } from '../../../nodes/Segmind/api/response';
import { redactor } from '../../../nodes/Segmind/api/text';

type Headers = Readonly<Record<string, unknown>>;

const NOTHING = { cost: null, remainingCredits: null, requestId: null, generationTime: null };

const retryAfterOf = (headers: Headers, body: unknown = '') =>
	toRetryAfter({ headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });

const usageOf = (headers: Headers) =>
	readUsage({ statusCode: 200, headers, body: Buffer.of() }, redactor('key-1'));

it('promises a result for 200 to 299 alone', () => {
	expect([199, 200, 299, 300].map(isSuccess)).toStrictEqual([false, true, true, false]);
});

it.each<[number: number | null, headers: unknown[]]>([
	[null, [undefined, '', '  ', 'NaN', 'Infinity', '1,5', '0.05 USD', ['1', '2']]],
	[0, ['0', '0.0']],
	[12.345, [' 12.345 ', '12345e-3']],
])('reads the number %j from %j, each from its own header', (number, headers) => {
	for (const value of headers) {
		expect(usageOf({ 'x-cost': value })).toStrictEqual({ ...NOTHING, cost: number });
		expect(usageOf({ 'x-remaining-credits': value })).toStrictEqual({ ...NOTHING, remainingCredits: number });
		expect(usageOf({ 'x-generation-time': value })).toStrictEqual({ ...NOTHING, generationTime: number });
	}
	const owed = { ...NOTHING, remainingCredits: -1 };
	expect(usageOf({ 'x-cost': '-1', 'x-remaining-credits': '-1' })).toStrictEqual(owed);
});

it('shows a request id in one short line without the key', () => {
	const headers = ['', ['a', 'b'], 'a\tkey-1', 'x'.repeat(101)];
	const ids = headers.map((header) => usageOf({ 'x-request-id': header }).requestId);
	expect(ids).toStrictEqual([null, null, 'a …', `${'x'.repeat(99)}…`]);
});

it.each<[seed: number | null, values: unknown[]]>([
	[0, ['0', 0]],
	[516_797_155_652, ['516797155652', ' 516797155652 ', 516_797_155_652]],
	[null, ['-1', -1, '1.5', '9007199254740992', '', 'x', undefined, null, ['1']]],
])('reads the seed %j from %j', (seed, values) => {
	for (const value of values) {
		expect([toSeed(value), readSeed({ headers: { 'x-seed-value': value } })]).toStrictEqual([seed, seed]);
	}
});

describe('how long the server asks to wait', () => {
	const NOW = Date.UTC(2026, 1, 3, 4, 5, 6);
	const DAY = 86_400_000;
	const RESET = '2026-02-03T04:05:16Z';
	beforeAll(() => jest.useFakeTimers({ now: NOW }));
	afterAll(() => jest.useRealTimers());

	it.each<[milliseconds: number | null, headers: unknown[]]>([
		[10_000, [RESET, '2026-02-03T05:05:16+01:00', ' 2026-02-03T04:05:16 ', 'Tue, 03 Feb 2026 04:05:16 GMT']],
		[10_000, [`${NOW / 1000 + 10}`, `${NOW + 10_000}`]],
		[10_500, ['2026-02-03 04:05:16.5', '2026-02-03T04:05:16.500', `${NOW / 1000 + 10}.5`]],
		[54_000, ['2026-02-03T04:06']],
		[0, [`${NOW}`]],
		[DAY, [`${NOW + DAY}`]],
		[null, [`${NOW - 1}`, `${NOW + DAY + 1}`, '999999999', '1000000000', '1000000000000']],
		[null, ['soon', '', ['7'], undefined]],
	])('%j ms for %j', (wait, headers) => {
		for (const header of headers) {
			expect(retryAfterOf({ 'x-rate-limit-reset-at-utc': header })).toBe(wait);
			if (wait !== null) expect(retryAfterOf({ 'retry-after': header })).toBe(wait);
		}
	});

	it.each<[milliseconds: number | null, headers: Headers]>([
		[0, { 'retry-after': '0' }],
		[7000, { 'retry-after': ' 7 ', 'x-rate-limit-reset-at-utc': RESET }],
		[10_000, { 'retry-after': 'soon', 'x-rate-limit-reset-at-utc': RESET }],
		[DAY, { 'retry-after': '86400' }],
		...['86401', '100000000', '-1', '4 x'].map((after): [null, Headers] => [null, { 'retry-after': after }]),
		[4500, { 'retry-after': '4.5' }],
		[4000, { 'retry-after': '4s' }],
		[4000, { 'x-ratelimit-reset': '4' }],
		[10_000, { 'ratelimit-reset': RESET }],
		[10_000, { date: 'Tue, 03 Feb 2026 04:00:00 GMT', 'x-rate-limit-reset-at-utc': RESET }],
		[10_000, { date: 'Tue, 03 Feb 2026 04:05:04 GMT', 'x-rate-limit-reset-at-utc': RESET }],
		[10_000, { date: 'Tue, 03 Feb 2026 04:05:05 GMT', 'x-rate-limit-reset-at-utc': RESET }],
		[8000, { date: 'Tue, 03 Feb 2026 04:05:08 GMT', 'x-rate-limit-reset-at-utc': RESET }],
		[10_000, { date: 'today', 'x-rate-limit-reset-at-utc': RESET }],
	])('%j ms by the headers %j', (wait, headers) => {
		expect(retryAfterOf(headers)).toBe(wait);
	});

	it.each<[milliseconds: number | null, body: unknown]>([
		[12_000, { error: 'Too many requests. Try again in 12 seconds.' }],
		[1500, 'retry after 1.5s'],
		[250, 'wait 250 ms'],
		[120_000, { detail: 'Please wait about 2 minutes' }],
		[3000, { retry_after: 3 }],
		[null, { error: 'Limit of 60 requests in a minute' }],
		[null, 'in 100000 minutes'],
	])('%j ms by the body %j', (wait, body) => {
		expect(retryAfterOf({}, body)).toBe(wait);
		expect(retryAfterOf({ 'retry-after': '7' }, body)).toBe(7000);
	});
});
