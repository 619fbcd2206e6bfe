import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { RunOptions } from './engine';
import { jsonError } from './faults';
import { entriesOf, errorOf, expectStored, ledgerOf, submissions, valuesOf } from './results';
import { CONTINUE, flow, generate, getResult, itemsOf, numberedItems, queued, RETRY_ON_FAIL } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine();

const REJECTED = jsonError(400, 'not today');

/** Milliseconds. */
const HOUR = 60 * 60_000;

const RETRY = { ...RETRY_ON_FAIL, ...CONTINUE };

type Method = 'store' | 'getAsStream' | 'getMetadata';

const restores: Array<() => void> = [];

afterEach(() => {
	for (const restore of restores.splice(0)) restore();
});

/** Makes n8n's storage fail for the calls of these numbers, from 1. */
function failStorage(method: Method, message: string, fails: (call: number) => boolean, delay = 0): void {
	const service = Container.get(BinaryDataService);
	const original = service[method].bind(service) as (...args: unknown[]) => Promise<unknown>;
	let calls = 0;
	const failing = async (...args: unknown[]): Promise<unknown> => {
		calls += 1;
		if (fails(calls)) {
			await sleep(delay);
			throw new Error(message);
		}
		return await original(...args);
	};
	Object.assign(service, { [method]: failing });
	restores.push(() => {
		delete (service as unknown as Record<string, unknown>)[method];
	});
}

const rows = (...jsons: IDataObject[]): INodeExecutionData[] => jsons.map((json) => ({ json }));

describe('an input row with error fields', () => {
	test.each(['', 0, 'none', {}, []])('pays once for each row whose error is %j', async (error) => {
		const items = rows({ prompt: 'a', error, message: 'm', details: {} }, { prompt: 'b', error });
		const result = await engine.run(generate({ includeInputFields: true }, { items, node: RETRY }));
		expect(emulator.paid).toBe(2);
		for (const { json } of result.items) {
			expect(json).toMatchObject({ cost: 0.05 });
			expect(Object.keys(json)).not.toEqual(expect.arrayContaining(['error']));
			expect(json).not.toHaveProperty('message');
			expect(json).not.toHaveProperty('details');
		}
		expect(result.hints.join()).toContain('error');
	});

	test('costs nothing more for a flow or for Get Result', async () => {
		const options = { includeInputFields: true };
		await engine.run(flow({ options }, { items: rows({ prompt: 'a', error: 'x' }), node: RETRY }));
		expect(submissions()).toHaveLength(1);
		const { items } = await engine.run(queued({ delivery: 'submitOnly' }));
		const requestId = items[0]?.json.requestId;
		const fetched = await engine.run(getResult(rows({ requestId, error: '' }), options, RETRY));
		expect(fetched.items[0]?.json).not.toHaveProperty('error');
	});
});

describe('storage that can not be read for a moment', () => {
	const failing = async (options: RunOptions) => {
		emulator.inject({ prompt: 'b', ...REJECTED, times: 1 });
		return await engine.run(options);
	};

	test('keeps what was paid for and returns it in the next try', async () => {
		const options = generate({}, { items: itemsOf('a', 'b', 'c') });
		const first = await failing(options);
		expect(first.error).toBeDefined();
		failStorage('getAsStream', 'EMFILE: too many open files', (call) => call === 1);
		const second = await engine.retry(first, options);
		expect(second.error?.message).toContain('EMFILE');
		const third = await engine.retry(second, options);
		expect(third.error).toBeUndefined();
		expect(emulator.paid).toBe(3);
		await expectStored(third.items);
	});

	test('keeps what was paid for within Retry On Fail', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED, times: 2 });
		failStorage('getMetadata', 'EIO: i/o error', (call) => call === 1);
		const result = await engine.run(
			generate({}, { items: itemsOf('a', 'b', 'c'), node: { ...RETRY_ON_FAIL, maxTries: 5 } }),
		);
		expect(result.error).toBeUndefined();
		expect(emulator.paid).toBe(3);
	});

	test('fetches a queued image again by its id', async () => {
		emulator.inject({ prompt: 'b', fails: { error: 'bad value' } });
		const options = queued({}, { items: itemsOf('a', 'b', 'c') });
		const first = await engine.run(options);
		expect(first.error).toBeDefined();
		failStorage('getAsStream', 'EMFILE: too many open files', (call) => call <= 2);
		const second = await engine.retry(first, options);
		expect(second.error).toBeUndefined();
		expect(submissions()).toHaveLength(4);
		await expectStored(second.items);
	});

	test('keeps a queued image, although Segmind has no record of it any more', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED });
		const options = queued({ concurrency: 1, timeout: 5 }, { items: itemsOf('a', 'b') });
		const first = await engine.run(options);
		for (const entry of entriesOf(first)) {
			if ('queued' in entry) Object.assign(entry.queued ?? {}, { submittedAt: Date.now() - 2 * HOUR });
		}
		emulator.inject({ on: 'status', ...jsonError(404, 'gone'), times: 3 });
		failStorage('getAsStream', 'EMFILE: too many open files', (call) => call <= 2);
		const second = await engine.retry(first, options);
		expect(second.error?.message).toContain('paid and kept');
		const third = await engine.retry(second, options);
		expect(third.error).toBeUndefined();
		expect(emulator.paid).toBe(2);
		await expectStored(third.items);
	});
});

test('a full disk stops the run after the images in flight', async () => {
	failStorage('store', 'ENOSPC: no space left on device', (call) => call > 1);
	const result = await engine.run(generate({}, { items: numberedItems(30), node: CONTINUE }));
	expect(emulator.paid).toBeLessThanOrEqual(8);
	const errors = result.items.map(errorOf).filter(({ error }) => error !== undefined);
	const stored = errors.filter(({ attempts }) => attempts === 1);
	expect(stored[0]).toMatchObject({ cause: 'uncertain', billed: 'unknown', attempts: 1 });
	expect(errors.filter(({ attempts }) => attempts === 0).length).toBeGreaterThan(20);
});

/** Milliseconds until a storage says that it fails, in which more images could be sent. */
const FAILING = 100;

test('a storage that never worked meets no more images than there are parallel requests', async () => {
	failStorage('store', 'EROFS: read-only file system', () => true, FAILING);
	await engine.run(generate({ concurrency: 3 }, { items: numberedItems(30), node: CONTINUE }));
	expect(emulator.paid).toBe(3);
});

test('a disk that fills up meets at most half as many images again as there are parallel requests', async () => {
	failStorage('store', 'ENOSPC: no space left on device', (call) => call > 6, FAILING);
	const result = await engine.run(generate({ concurrency: 3 }, { items: numberedItems(30), node: CONTINUE }));
	const stored = result.items.filter(({ json }) => json.error === undefined).length;
	expect(stored).toBe(6);
	expect(emulator.paid - stored).toBeLessThanOrEqual(5);
	expect(emulator.paid - stored).toBeGreaterThanOrEqual(1);
});

describe('an expression that changes from try to try', () => {
	const RANDOM = { additionalFields: { seed: '={{ Math.floor(Math.random() * 1e9) }}' } };

	test.each([
		['a random seed', RANDOM],
		['the time in the prompt', { prompt: '={{ $json.prompt }} {{ Date.now() }}' }],
	])('pays once with %s under Retry On Fail', async (_, parameters) => {
		emulator.inject({ prompt: 'b', ...REJECTED });
		const result = await engine.run(
			generate({}, { items: itemsOf('a', 'b', 'c'), node: RETRY_ON_FAIL, parameters }),
		);
		expect(result.error).toBeUndefined();
		expect(emulator.paid).toBe(3);
		expect(result.hints.join()).toContain('expression');
	});

	test('pays once when only an option is changed before Retry execution', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED });
		const options = generate({}, { items: itemsOf('a', 'b'), parameters: RANDOM });
		const first = await engine.run(options);
		const changed = { ...options.parameters, options: { minimumRemainingCredits: 0.01 } };
		const second = await engine.retry(first, { ...options, parameters: changed });
		expect(second.error).toBeUndefined();
		expect(emulator.paid).toBe(2);
	});

	test('pays once over Retry execution, and anew when the node was changed', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED, times: 2 });
		const options = generate({}, { items: itemsOf('a', 'b'), parameters: RANDOM });
		const first = await engine.run(options);
		const second = await engine.retry(first, options);
		expect(second.error).toBeDefined();
		expect(emulator.paid).toBe(1);
		const third = await engine.retry(second, {
			...options,
			parameters: { ...options.parameters, aspectRatio: '1:1' },
		});
		expect(third.error).toBeUndefined();
		expect(emulator.paid).toBe(3);
	});
});

test('File Name changed between tries names the paid image', async () => {
	emulator.inject({ prompt: 'b', ...REJECTED });
	const items = itemsOf('a', 'b');
	const first = await engine.run(generate({ fileName: 'old', concurrency: 1 }, { items }));
	const second = await engine.retry(first, generate({ fileName: 'new', concurrency: 1 }, { items }));
	expect(valuesOf(second.items, 'fileName')).toEqual(['new.webp', 'new-2.webp']);
	expect(second.items[0]?.binary?.data?.fileName).toBe('new.webp');
	expect(emulator.paid).toBe(2);
});

describe('what stays in the execution', () => {
	test('is nothing when n8n does not try again', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED });
		const result = await engine.run(generate({}, { items: itemsOf('a', 'b'), node: CONTINUE }));
		expect(ledgerOf(result)).toEqual({});
	});
});

describe('cancelling', () => {
	test('during a rate limit keeps the paid images for Retry execution', async () => {
		emulator.inject({
			prompt: 'fox 2',
			status: 429,
			headers: { 'retry-after': '60' },
			times: -1,
		});
		const options = generate({ concurrency: 1 }, { items: numberedItems(4) });
		const { ended, cancel } = await engine.begin(options);
		while (emulator.imageRequests.length < 3) await sleep(20);
		await sleep(100);
		cancel();
		const cancelled = await ended;
		emulator.reset();
		const result = await engine.retry(cancelled, options);
		expect(result.items).toHaveLength(4);
		expect(valuesOf(result.items, 'alreadyPaid').filter((paid) => paid === true)).toHaveLength(2);
		expect(emulator.paid).toBe(2);
	});
});

describe('what an earlier try paid for', () => {
	test('is marked on queued images, too', async () => {
		emulator.inject({ prompt: 'a', on: 'status', status: 503, times: 4 });
		const options = queued({ timeout: 5 }, { items: itemsOf('a', 'b') });
		const first = await engine.run(options);
		expect(first.error).toBeDefined();
		const second = await engine.retry(first, options);
		expect(valuesOf(second.items, 'alreadyPaid')).toEqual([true, true]);
		expect(second.hints.join()).toContain('2 images paid before');
	});
});

describe('rows with a model of their own', () => {
	const byId = (rest: RunOptions): RunOptions =>
		generate(
			{},
			{
				...rest,
				parameters: {
					...{ resource: 'model', operation: 'run', inputMode: 'json' },
					modelId: '={{ $json.model }}',
					inputJson: '={{ { prompt: $json.prompt } }}',
					options: { delivery: 'direct' },
				},
			},
		);

	test.each([404, 403, 410])('go on when one model gives %d', async (status) => {
		emulator.inject({ prompt: 'bad', ...jsonError(status, 'no'), times: -1 });
		const items = rows(
			{ model: 'x-1', prompt: 'bad 1' },
			{ model: 'flux-1.1-pro', prompt: 'good 1' },
			{ model: 'x-1', prompt: 'bad 2' },
			{ model: 'flux-1.1-pro', prompt: 'good 2' },
		);
		const result = await engine.run(byId({ items, node: CONTINUE, parameters: {} }));
		expect(result.items.map(({ json }) => json.error === undefined)).toEqual([false, true, false, true]);
	});

	test.each([402, 406])('go on when only the model of %d is too dear', async (status) => {
		emulator.inject({ prompt: 'dear', ...jsonError(status, 'Insufficient credits'), times: -1 });
		const items = rows(
			{ model: 'flux-1.1-pro-ultra', prompt: 'dear 1' },
			{ model: 'flux-1.1-pro', prompt: 'good 1' },
			{ model: 'flux-1.1-pro-ultra', prompt: 'dear 2' },
		);
		const options = byId({ items, node: CONTINUE });
		const result = await engine.run({
			...options,
			parameters: { ...options.parameters, options: { delivery: 'direct', concurrency: 1 } },
		});
		expect(result.items.map(errorOf)).toMatchObject([
			{ cause: 'credits', billed: 'no', attempts: 1 },
			{ model: 'flux-1.1-pro', cost: 0.05 },
			{ cause: 'credits', billed: 'no', attempts: 0 },
		]);
		expect(emulator.imageRequests).toHaveLength(2);
	});
});

test('refuses rows whose credential is another account', async () => {
	const items = rows({ prompt: 'a', key: emulator.key }, { prompt: 'b', key: 'SG_other' });
	const result = await engine.run(
		generate(
			{},
			{ items, node: CONTINUE, credential: { apiKey: '={{ $json.key }}', baseUrl: emulator.url } },
		),
	);
	expect(errorOf(result.items[1])).toMatchObject({ cause: 'credential', billed: 'no', attempts: 0 });
	expect(emulator.paid).toBe(1);
});
