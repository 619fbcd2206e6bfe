import type { IDataObject } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import type { RunOptions, RunResult } from './engine';
import { jsonError } from './faults';
import { requestsTo, valuesOf } from './results';
import { CONTINUE, generate, itemsOf, numberedItems } from './runs';
import { CLOSED, emulator, engine, useEngine } from './setup';

useEngine();

const run = async (options: IDataObject, count: number, node: RunOptions['node'] = {}): Promise<RunResult> =>
	await engine.run(generate(options, { items: numberedItems(count), node }));

const startTimes = (): number[] => emulator.imageRequests.map(({ at }) => at);

describe('concurrency', () => {
	test('sends 2 requests at once if set to 2', async () => {
		emulator.inject({ delay: 60, times: -1 });
		await run({ concurrency: 2 }, 12);
		expect(emulator.maxInFlight).toBe(2);
	});

	test('sends 4 requests at once by default, and up to 20 while all goes well', async () => {
		emulator.inject({ delay: 400, times: -1 });
		await run({}, 4);
		expect(emulator.maxInFlight).toBe(4);
		await run({}, 60);
		expect(emulator.maxInFlight).toBeGreaterThan(12);
		expect(emulator.maxInFlight).toBeLessThanOrEqual(20);
	});

	test('returns items in input order with their pairing, whichever image is ready first', async () => {
		emulator.inject({ prompt: 'fox 0', delay: 300 });
		emulator.inject({ prompt: 'fox 2', delay: 150 });
		const { items } = await run({}, 6);
		expect(valuesOf(items, 'prompt')).toEqual(valuesOf(numberedItems(6), 'prompt'));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3, 4, 5].map((item) => ({ item })));
	});

	test('an error of one item does not affect the others', async () => {
		emulator.inject({ prompt: 'fox 1', ...jsonError(400, 'The prompt is too odd') });
		const { items } = await run({}, 4, CONTINUE);
		const error = expect.stringMatching(/The prompt is too odd$/);
		expect(valuesOf(items, 'error')).toEqual([undefined, error, undefined, undefined]);
		expect(emulator.paid).toBe(3);
	});

	test('several images of one prompt have consecutive seeds, their own files and the same pairing', async () => {
		const options = { numberOfImages: 3, fileName: '={{ $json.prompt }}' };
		const parameters = { additionalFields: { seed: 4294967294 } };
		const { items } = await engine.run(generate(options, { items: itemsOf('a', 'b'), parameters }));
		expect(items.map(({ json, pairedItem }) => [json.prompt, json.seed, json.fileName, pairedItem])).toEqual([
			['a', 4294967294, 'a.webp', { item: 0 }],
			['a', 4294967295, 'a-2.webp', { item: 0 }],
			['a', 0, 'a-3.webp', { item: 0 }],
			['b', 4294967294, 'b.webp', { item: 1 }],
			['b', 4294967295, 'b-2.webp', { item: 1 }],
			['b', 0, 'b-3.webp', { item: 1 }],
		]);
		expect(emulator.paid).toBe(6);
	});
});

describe('retries', () => {
	test.each([
		['direct', 500],
		['direct', 502],
		['direct', 503],
		['queued', 500],
		['queued', 502],
		['queued', 503],
	])('with delivery %s, retries a %i with growing waits and pays once', async (delivery, status) => {
		emulator.inject({ ...jsonError(status, 'busy'), times: 2 });
		const { items } = await run({ delivery }, 1);
		expect(items[0]?.json).toMatchObject({ attempts: 3 });
		expect(emulator.paid).toBe(1);
		expect(startTimes()).toHaveLength(3);
		const [first, second, third] = startTimes();
		expect(second! - first!).toBeGreaterThanOrEqual(450);
		expect(third! - second!).toBeGreaterThanOrEqual(950);
	});

	test('retries a refused connection', async () => {
		const refused = { apiKey: 'key', baseUrl: CLOSED };
		const { items } = await engine.run(generate({ maxRetries: 1 }, { credential: refused, node: CONTINUE }));
		expect(items[0]?.json.details).toMatchObject({ cause: 'network', billed: 'no', attempts: 2 });
	});

	test.each(['direct', 'queued'])(
		'retries an uncertain request if the option is on: %s',
		async (delivery) => {
			emulator.inject({ cut: 50 });
			const { items } = await run({ delivery, retryUncertain: true }, 1);
			expect(items[0]?.json.attempts).toBe(2);
			expect(emulator.paid).toBe(2);
		},
	);
});

describe('rate limit', () => {
	const inOneSecond = (): Date => new Date(Date.now() + 1000);
	const reset = (value: string) => ({ 'x-rate-limit-reset-at-utc': value });

	test.each<[string, () => Record<string, string>, delivery?: string]>([
		['Retry-After in seconds', () => ({ 'retry-after': '1' })],
		['Retry-After as a date', () => ({ 'retry-after': new Date(Date.now() + 2000).toUTCString() })],
		['an ISO time', () => reset(inOneSecond().toISOString())],
		['an ISO time in the queue', () => reset(inOneSecond().toISOString()), 'queued'],
		['an ISO time without a zone', () => reset(inOneSecond().toISOString().slice(0, -1))],
		['epoch seconds', () => reset(String(inOneSecond().getTime() / 1000))],
		['epoch milliseconds', () => reset(String(inOneSecond().getTime()))],
		['no header', () => ({})],
		['invalid headers', () => ({ ...reset('soon'), 'retry-after': '-5' })],
		['times in the past', () => ({ ...reset('2001-01-01T00:00:00Z'), 'retry-after': '-1' })],
	])('waits after a 429 with %s', async (_, headers, delivery = 'direct') => {
		emulator.inject({ ...jsonError(429, 'Too Many Requests'), headers: headers() });
		const { items, hints } = await run({ concurrency: 1, delivery }, 2);
		expect(valuesOf(items, 'attempts')).toEqual([2, 1]);
		const [first, second] = startTimes();
		expect(second! - first!).toBeGreaterThan(Object.keys(headers()).length === 1 ? 450 : 90);
		expect(second! - first!).toBeLessThan(3500);
		expect(hints.join('\n')).toMatch(/\b[1-4] s.*rate limit/);
	});

	test('a wait of hours ends the run, and nothing more is sent', async () => {
		const later = new Date(Date.now() + 3 * 3600 * 1000).toISOString();
		emulator.inject({ status: 429, headers: reset(later), times: -1 });
		const { items } = await run({ concurrency: 1 }, 3, CONTINUE);
		expect(valuesOf(items, 'details')).toMatchObject(
			[1, 0, 0].map((attempts) => ({ cause: 'rateLimit', attempts })),
		);
		expect(emulator.requests).toHaveLength(1);
	});

	test('all items wait together, and every image is delivered and paid once', async () => {
		const limited = await Emulator.start({ rateLimit: { requests: 5, window: 1000 } });
		const credential = { apiKey: limited.key, baseUrl: limited.url };
		const options = generate({ concurrency: 5 }, { credential, items: numberedItems(15) });
		const { items } = await engine.run(options);
		await limited.close();
		expect(items).toHaveLength(15);
		expect(limited.paid).toBe(15);
		// In each of the two pauses, only requests in flight got a 429.
		expect(limited.imageRequests.length).toBeLessThanOrEqual(15 + 5 + 2);
	});

	test('requests per minute spread the requests of all items evenly', async () => {
		await run({ requestsPerMinute: 300 }, 6);
		const starts = startTimes();
		const gaps = starts.slice(1).map((at, index) => at - starts[index]!);
		expect(Math.min(...gaps)).toBeGreaterThan(150);
		expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(900);
		expect(starts.at(-1)! - starts[0]!).toBeLessThan(3000);
	});
});

describe('minimum remaining credits', () => {
	const balanceRequests = () => requestsTo(/^\/v1\/get-user-credits$/);

	test.each(['direct', 'queued'])('is kept with several images in flight, %s', async (delivery) => {
		emulator.credits = 1;
		emulator.inject({ delay: 30, times: -1 });
		const options = { delivery, minimumRemainingCredits: 0.8, concurrency: 4 };
		const { items, hints } = await run(options, 8, CONTINUE);
		expect(emulator.credits).toBe(0.8);
		expect(emulator.paid).toBe(4);
		const failed = items.filter(({ json }) => json.error !== undefined);
		expect(failed).toHaveLength(4);
		for (const { json } of failed) {
			expect(json.error).toContain('$0.80');
			const details = { cause: 'credits', billed: 'no', attempts: 0, remainingCredits: 0.8 };
			expect(json.details).toMatchObject(details);
		}
		expect(hints.join('\n')).toMatch(/\$0\.00 .*\$0\.80/);
	});

	test('is kept when responses have no balance', async () => {
		emulator.credits = 0.31;
		emulator.inject({ headers: { 'x-remaining-credits': null, 'x-cost': null }, times: -1 });
		await run({ minimumRemainingCredits: 0.2 }, 5, CONTINUE);
		expect(emulator.paid).toBe(2);
	});

	test.each([
		['requests the balance once', { minimumRemainingCredits: 1 }, 1],
		['requests no balance if it is not set', {}, 0],
	])('%s', async (_, options, expected) => {
		await run(options, 5);
		expect(balanceRequests()).toHaveLength(expected);
	});
});

test('throws the first error in item order, after images in flight are stored', async () => {
	emulator.inject({ prompt: 'fox 2', ...jsonError(400, 'third') });
	emulator.inject({ prompt: 'fox 1', ...jsonError(400, 'second'), delay: 200 });
	emulator.inject({ prompt: 'fox 0', delay: 300 });
	const { error } = await run({ concurrency: 3 }, 9);
	expect(error).toMatchObject({
		message: expect.stringMatching(/second$/),
		description: expect.stringMatching(/\b1 of 9\b/),
		httpCode: '400',
	});
	expect(emulator.paid).toBe(1);
	expect(emulator.requests).toHaveLength(3);
});

test('an error that stops the node ends the wait before a retry of another item', async () => {
	emulator.inject({ prompt: 'fox 0', ...jsonError(503, 'busy'), headers: { 'retry-after': '60' } });
	emulator.inject({ prompt: 'fox 1', delay: 300, ...jsonError(400, 'bad value') });
	const started = Date.now();
	const { error } = await run({}, 2);
	expect(error?.message).toContain('bad value');
	expect(Date.now() - started).toBeLessThan(20_000);
	expect(emulator.imageRequests).toHaveLength(2);
});

test('hints show the cost of the run, the remaining credits and rounded values', async () => {
	const options = generate({}, { items: numberedItems(3), parameters: { width: 300 } });
	const { hints } = await engine.run(options);
	expect(hints).toEqual([
		expect.stringMatching(/\b3 images .*\$0\.15.*\$9\.85/),
		expect.stringMatching(/^Rounded to a multiple of 16: width 300 → 304 \(and 2 more\)$/),
	]);
});
