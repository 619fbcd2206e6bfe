import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { HistoryOptions } from '../emulator/history';
import { pngOf } from './faults';
import { entriesOf, errorOf, valuesOf } from './results';
import {
	CONTINUE,
	edit,
	generate,
	getResult,
	itemsOf,
	numberedItems,
	picturesOf,
	queued,
	RETRY_ON_FAIL,
	runJson,
	runModel,
} from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine({ history: {} });

const RESET = { reset: true } as const;

/** Runs once more, as a new execution that knows nothing of the first. */
const keyed = (prompts: string[], options: IDataObject = {}, rest = {}) =>
	generate({ idempotencyKey: '={{ $json.prompt }}', ...options }, { items: itemsOf(...prompts), ...rest });

const idsOf = (items: Parameters<typeof valuesOf>[0]): unknown[] => valuesOf(items, 'requestId');

const SHAPES: Array<[name: string, options: HistoryOptions]> = [
	['in results', {}],
	['in a bare list', { wrapper: '' }],
	['deep inside', { wrapper: 'data.items' }],
	['with bodies as text', { bodyAsText: true }],
	['without a status, a cost and a time', { omit: ['model_status', 'credits_deduction', 'model_created'] }],
	['twice', { copies: 2 }],
	['by another clock, without a zone', { time: 'withoutZone', clock: 90_000 }],
	['late', { lag: 1500 }],
];

describe('a lost response', () => {
	test.each(SHAPES)('is found in a history that lists it %s', async (_, history) => {
		emulator.history.options = history;
		emulator.inject({ prompt: 'fox 1', ...RESET });
		emulator.inject({ prompt: 'fox 2', cut: 100 });
		const { items, error, hints } = await engine.run(generate({}, { items: numberedItems(4) }));
		expect(error).toBeUndefined();
		expect(emulator.paid).toBe(4);
		expect(new Set(idsOf(items)).size).toBe(4);
		expect(valuesOf(items, 'recovered')).toEqual([undefined, true, true, undefined]);
		expect(valuesOf(items, 'alreadyPaid')).toEqual([undefined, undefined, undefined, undefined]);
		const cost = history.omit === undefined ? 0.05 : null;
		expect(items[1]?.json).toMatchObject({ prompt: 'fox 1', cost, width: 256, attempts: 1 });
		expect((await engine.read(items[1])).length).toBeGreaterThan(100);
		expect(hints.join()).toContain('2 images whose response was lost');
	});

	test('of a submission is found, too, and the key goes to no file', async () => {
		emulator.inject({ prompt: 'b', ...RESET });
		const { items } = await engine.run(queued({}, { items: itemsOf('a', 'b') }));
		expect(valuesOf(items, 'recovered')).toEqual([undefined, true]);
		expect(emulator.paid).toBe(2);
		const files = emulator.requests.filter(({ path }) => path.startsWith('/files/'));
		expect(files.map(({ headers }) => headers['x-api-key'])).toEqual([undefined, undefined]);
	});

	test('of a request that goes on is waited for', async () => {
		const body = { error: 'Internal Polling Error' };
		emulator.inject({ status: 500, body, billed: true, finishes: 2500 });
		const { items } = await engine.run(generate());
		expect(items[0]?.json).toMatchObject({ recovered: true, cost: 0.05 });
		expect(emulator.paid).toBe(1);
	});

	test('of a request that failed is sent again', async () => {
		emulator.inject({ ...RESET, billed: false, listed: true });
		const { items } = await engine.run(generate());
		expect(items[0]?.json).toMatchObject({ attempts: 2, cost: 0.05 });
		expect(items[0]?.json).not.toHaveProperty('recovered');
		expect(emulator.paid).toBe(1);
	});

	const FAILURES: Array<[name: string, options: IDataObject, first: Parameters<typeof emulator.inject>[0]]> =
		[
			['in the queue', { delivery: 'queued' }, { fails: { error: 'Internal server error' } }],
			['directly, under an unknown id', {}, { status: 500, body: {}, headers: { 'x-request-id': null } }],
		];

	test.each(FAILURES)(
		'is not settled by the row of an attempt before it, which failed %s',
		async (...row) => {
			const [, options, first] = row;
			// The second row appears late.
			emulator.history.options = { lag: 1200 };
			emulator.inject(first);
			emulator.inject({ ...RESET });
			const run = engine.run(generate(options));
			while (emulator.imageRequests.length < 2) await sleep(20);
			// The first one is listed by then.
			await sleep(300);
			const { items } = await run;
			expect(items[0]?.json).toMatchObject({ recovered: true, attempts: 2 });
			expect([emulator.imageRequests.length, emulator.paid]).toEqual([2, 1]);
		},
	);

	test('with a seed of the user is not taken for another image of the run, or of an earlier one', async () => {
		const parameters = { additionalFields: { seed: 7 } };
		await engine.run(generate({}, { parameters }));
		emulator.inject(RESET);
		const options = generate({ concurrency: 1 }, { items: itemsOf('a', 'a', 'a'), parameters });
		const { items } = await engine.run(options);
		expect(valuesOf(items, 'recovered')).toEqual([true, undefined, undefined]);
		const first = emulator.history.rows[0]?.id;
		expect(new Set([first, ...idsOf(items)]).size).toBe(4);
	});

	test('is found by the next try when the run was cancelled', async () => {
		emulator.inject({ prompt: 'b', delay: 60_000 });
		const options = generate({}, { items: itemsOf('a', 'b') });
		const { ended, cancel } = await engine.begin(options);
		while (emulator.paid < 2) await sleep(20);
		cancel();
		const cancelled = await ended;
		for (const row of emulator.history.rows) Object.assign(row, { endsAt: Date.now() });
		const { items, error } = await engine.retry(cancelled, options);
		expect(error).toBeUndefined();
		expect(items[1]?.json).toMatchObject({ recovered: true, alreadyPaid: true });
		expect(emulator.paid).toBe(2);
	});

	test('counts until the image is stored: one that is cancelled before is found by the next try', async () => {
		const service = Container.get(BinaryDataService);
		const { store } = service;
		service.store = async (...args) => {
			await sleep(500);
			return await store.call(service, ...args);
		};
		const { ended, cancel } = await engine.begin(generate());
		while (emulator.imageRequests[0]?.status !== 200) await sleep(20);
		await sleep(100);
		cancel();
		const cancelled = await ended;
		service.store = store;
		const { items } = await engine.retry(cancelled, generate());
		expect(items[0]?.json).toMatchObject({ recovered: true, alreadyPaid: true });
		expect(emulator.paid).toBe(1);
	});

	test('costs one call for each image at most, and one for many at the same time', async () => {
		emulator.inject({ ...RESET, times: 8 });
		const { items } = await engine.run(generate({ concurrency: 8 }, { items: numberedItems(8) }));
		expect(new Set(idsOf(items)).size).toBe(8);
		expect([emulator.paid, emulator.historyRequests.length <= 8]).toEqual([8, true]);
	});
});

describe('a history that can not be read', () => {
	const STATES = ['absent', 'unauthorized', 'broken', 'page', 'malformed'] as const;

	test.each(STATES)(
		'changes nothing when it is %s, and is asked again only where that may help',
		async (state) => {
			emulator.history.options = { state };
			emulator.inject({ prompt: 'fox 1', ...RESET });
			emulator.inject({ prompt: 'fox 2', ...RESET });
			const { items, hints } = await engine.run(
				generate({ concurrency: 1 }, { items: numberedItems(4), node: CONTINUE }),
			);
			expect(items.map(errorOf).map(({ cause }) => cause)).toEqual([
				undefined,
				'uncertain',
				'uncertain',
				undefined,
			]);
			expect(emulator.paid).toBe(4);
			const mayPass = ['broken', 'page'].includes(state);
			expect(emulator.historyRequests.length > 1).toBe(mayPass);
			expect(hints.filter((hint) => hint.includes('could not be read'))).toHaveLength(1);
		},
	);

	test.each(STATES)('stops a run with keys before it spends anything when it is %s', async (state) => {
		emulator.history.options = { state };
		const { error } = await engine.run(keyed(['a']));
		expect(error?.message).toContain("with an 'Idempotency Key', the request history is read before paying");
		expect(error?.message).not.toContain('another request');
		expect(error?.description).toContain("remove 'Idempotency Key'");
		expect(emulator.imageRequests).toEqual([]);
	});
});

describe('a history that can not be read for a while', () => {
	const HOUR = 3_600_000;

	/** Queued images that Segmind's queue has forgotten since. */
	async function forgotten() {
		const options = queued({ timeout: 5 });
		emulator.inject({ delay: 6000 });
		const first = await engine.run(options);
		expect(first.error?.description).toContain('Retry within the hour');
		const [entry] = entriesOf(first);
		if (entry?.state === 'queued') Object.assign(entry.queued, { submittedAt: Date.now() - 2 * HOUR });
		await sleep(1500);
		emulator.inject({ on: 'status', status: 404, body: { error: 'gone' }, times: -1 });
		return { first, options: queued({ timeout: 15 }) };
	}

	test('lets no lost response be sent again before it is', async () => {
		emulator.history.options = { state: 'broken' };
		emulator.inject({ ...RESET });
		const first = await engine.run(generate());
		expect(first.error).toBeDefined();
		const second = await engine.retry(first, generate());
		expect(second.error?.description).toContain('Retry When Billing Is Uncertain');
		emulator.history.options = {};
		const third = await engine.retry(second, generate());
		expect(third.items[0]?.json).toMatchObject({ recovered: true, alreadyPaid: true });
		expect(emulator.paid).toBe(1);
	});

	test('lets it be sent again where the user takes the risk', async () => {
		emulator.history.options = { state: 'broken' };
		emulator.inject({ ...RESET });
		const first = await engine.run(generate());
		const second = await engine.retry(first, generate({ retryUncertain: true }));
		expect(second.error).toBeUndefined();
		expect(emulator.paid).toBe(2);
	});

	test('does not make the queue forget what is paid for', async () => {
		const { first, options } = await forgotten();
		emulator.history.options = { state: 'broken' };
		const second = await engine.retry(first, options);
		expect(second.error?.message).toMatch(/no longer knows the request .*can't be read now/);
		emulator.history.options = {};
		const third = await engine.retry(second, options);
		expect(third.items[0]?.json).toMatchObject({ alreadyPaid: true });
		expect(emulator.paid).toBe(1);
	});

	test('still knows by its id what the queue has forgotten', async () => {
		const { first, options } = await forgotten();
		emulator.history.options = { state: 'absent' };
		const second = await engine.retry(first, options);
		expect(second.error?.message).toContain('no longer knows');
		emulator.history.options = {};
		const third = await engine.retry(second, options);
		expect(third.items[0]?.json).toMatchObject({ recovered: true, alreadyPaid: true });
		expect(emulator.paid).toBe(1);
	});
});

describe('an idempotency key', () => {
	test('keeps waiting for a file that is refused, since that does not say it is gone', async () => {
		await engine.run(keyed(['a']));
		for (const row of emulator.history.rows)
			Object.assign(row, { startedAt: Date.now() - 6 * 24 * 3_600_000 });
		emulator.inject({ on: 'file', status: 403, body: {}, times: 5 });
		const { error } = await engine.run(keyed(['a']));
		expect(error?.message).toContain('its host answered with 403');
		expect(emulator.paid).toBe(1);
	});

	test('says that running again finds what is late, where the flow goes on', async () => {
		emulator.inject({ delay: 6000 });
		const options = keyed(['a'], { delivery: 'queued', timeout: 5 }, { node: CONTINUE });
		const { items } = await engine.run(options);
		expect(errorOf(items[0])).toMatchObject({
			retryable: true,
			message: expect.stringContaining('not paid for again'),
		});
		const again = await engine.run(options);
		expect(again.items[0]?.json).toMatchObject({ alreadyPaid: true });
		expect(emulator.paid).toBe(1);
	});

	test('pays once for text, which the history lists without a file', async () => {
		const run = () => runModel('llama-chat', { prompt: 'a' }, { options: { idempotencyKey: 'k' } });
		await engine.run(run());
		const { items, error } = await engine.run(run());
		expect(error).toBeUndefined();
		expect(JSON.stringify(items[0]?.json.output)).toContain('About: a');
		expect(emulator.paid).toBe(1);
	});

	test('leaves the Maximum Cost per Run to what the run itself pays for', async () => {
		await engine.run(keyed(['a', 'b', 'c']));
		const { error, items } = await engine.run(keyed(['a', 'b', 'c', 'd'], { maximumCostPerRun: 0.05 }));
		expect(error).toBeUndefined();
		expect([items.length, emulator.paid]).toEqual([4, 4]);
	});

	test.each(SHAPES.slice(0, -1))(
		'pays once over runs, in a history that lists requests %s',
		async (_, history) => {
			emulator.history.options = history;
			await engine.run(keyed(['a', 'b']));
			const { items, hints } = await engine.run(keyed(['a', 'b', 'c']));
			expect(emulator.paid).toBe(3);
			expect(valuesOf(items, 'alreadyPaid')).toEqual([true, true, undefined]);
			expect(valuesOf(items, 'cost')).toEqual(
				history.omit === undefined ? [0.05, 0.05, 0.05] : [null, null, 0.05],
			);
			expect(new Set(idsOf(items)).size).toBe(3);
			expect(hints.join()).toContain('2 images paid before');
		},
	);

	test('pays in an account that has no requests yet, where the history may answer with a 404', async () => {
		emulator.history.options = { state: 'empty' };
		const { items, error } = await engine.run(keyed(['a']));
		expect(error).toBeUndefined();
		expect([items.length, emulator.paid]).toEqual([1, 1]);
	});

	test('of another value makes another image', async () => {
		await engine.run(keyed(['a'], { idempotencyKey: 'one' }));
		const { items } = await engine.run(keyed(['a'], { idempotencyKey: 'two' }));
		expect(items[0]?.json).not.toHaveProperty('alreadyPaid');
		expect(new Set(emulator.imageRequests.map(({ body }) => body.seed)).size).toBe(2);
	});

	test('makes one request of equal items, and one for each image', async () => {
		const { items } = await engine.run(keyed(['a', 'a'], { numberOfImages: 2 }));
		expect(emulator.paid).toBe(2);
		const [one, two, three, four] = idsOf(items);
		expect([one, two]).toEqual([three, four]);
		expect(valuesOf(items, 'alreadyPaid')).toEqual([undefined, undefined, true, true]);
		expect(valuesOf(items, 'cost')).toEqual([0.05, 0.05, null, null]);
		const again = await engine.run(keyed(['a', 'a'], { numberOfImages: 2 }));
		expect(idsOf(again.items)).toEqual([one, two, one, two]);
		expect(emulator.paid).toBe(2);
	});

	test('makes one request of equal items, although the second one may be taken up before the first has started', async () => {
		// The first one to finish lets three more start, of which the last two are equal.
		for (const prompt of 'abcd') emulator.inject({ prompt, delay: prompt === 'a' ? 150 : 600 });
		const { items, error } = await engine.run(keyed([...'abcdaee']));
		expect(error).toBeUndefined();
		expect(emulator.paid).toBe(5);
		expect(valuesOf(items, 'alreadyPaid')).toEqual([...Array(4).fill(undefined), true, undefined, true]);
	});

	test('waits for a request that is still being made', async () => {
		await engine.run(keyed(['a'], { delivery: 'submitOnly' }));
		for (const row of emulator.history.rows) Object.assign(row, { endsAt: Date.now() + 1500 });
		const { items } = await engine.run(keyed(['a']));
		expect(items[0]?.json).toMatchObject({ alreadyPaid: true, cost: 0.05 });
		expect(emulator.paid).toBe(1);
	});

	test('sends what has failed before, and does not take that for a lost response', async () => {
		emulator.inject({ ...RESET, billed: false, listed: true });
		await engine.run(keyed(['a'], { maxRetries: 0 }, { node: CONTINUE }));
		emulator.inject({ status: 200, body: {} });
		const { items } = await engine.run(keyed(['a'], { maxRetries: 0 }));
		expect(items[0]?.json).toMatchObject({ recovered: true, requestId: emulator.history.rows.at(-1)?.id });
		expect([emulator.imageRequests.length, emulator.paid]).toEqual([2, 1]);
	});

	test('makes an image again whose file is gone, and says so', async () => {
		await engine.run(keyed(['a']));
		for (const row of emulator.history.rows)
			Object.assign(row, { startedAt: Date.now() - 6 * 24 * 3_600_000 });
		emulator.inject({ on: 'file', status: 404, body: {}, times: 5 });
		const { items, hints } = await engine.run(keyed(['a']));
		expect(items[0]?.json).not.toHaveProperty('alreadyPaid');
		expect(emulator.paid).toBe(2);
		expect(hints.join()).toContain('made again');
	});

	test('reads through a thousand requests of a team, four pages at once', async () => {
		await engine.run(keyed(['a']));
		emulator.history.addTeammates(1000, 'flux-1.1-pro');
		const { items } = await engine.run(keyed(['a', 'b']));
		expect(valuesOf(items, 'alreadyPaid')).toEqual([true, undefined]);
		expect(emulator.paid).toBe(2);
	});

	test('knows an edited picture again by its bytes, although each run uploads it', async () => {
		const [picture, other] = [await pngOf(64), await pngOf(80)];
		const run = async (bytes: Buffer) =>
			await engine.run(edit(picturesOf(bytes), { idempotencyKey: 'sku-1' }));
		const first = await run(picture);
		const again = await run(picture);
		expect(again.items[0]?.json).toMatchObject({
			alreadyPaid: true,
			requestId: first.items[0]?.json.requestId,
		});
		expect((await run(other)).items[0]?.json).not.toHaveProperty('alreadyPaid');
		expect(emulator.paid).toBe(2);
	});

	test('says where a picture makes it useless: with a seed of the user each run asks for something else', async () => {
		const options = { idempotencyKey: 'sku-1' };
		const run = async (parameters: IDataObject) =>
			(await engine.run(edit(picturesOf(await pngOf(64)), options, { parameters }))).hints.join();
		expect(await run({ additionalFields: { seed: 7 } })).toContain("can't be found again");
		expect(await run({})).not.toContain("can't be found again");
	});

	test('pays once whatever the order of the inputs', async () => {
		const inputs = [
			['prompt', 'a'],
			['guidance_scale', 3],
		] as const;
		for (const each of [inputs, inputs.toReversed()]) {
			const parameters = { options: { idempotencyKey: 'k' } };
			await engine.run(runModel('seedream-v3-text-to-image', Object.fromEntries(each), parameters));
		}
		expect(emulator.paid).toBe(1);
	});

	test('pays once for any model, with a seed of its own or without one', async () => {
		for (const run of [
			() => runModel('seedream-v3-text-to-image', { prompt: 'a' }, { options: { idempotencyKey: 'k' } }),
			() => runJson('{"prompt":"b"}', { options: { idempotencyKey: 'k' } }),
		]) {
			emulator.changeAccount();
			const first = await engine.run(run());
			const again = await engine.run(run());
			expect(again.error).toBeUndefined();
			expect(idsOf(again.items)).toEqual(idsOf(first.items));
			expect(emulator.paid).toBe(1);
		}
	});

	test.each([
		[{}, 'is not a text'],
		['x'.repeat(501), 'has more than 500 characters'],
	])('that is %j is refused before anything is asked', async (idempotencyKey, words) => {
		const items = [{ json: { prompt: 'a', idempotencyKey } }];
		const { error } = await engine.run(
			generate({ idempotencyKey: '={{ $json.idempotencyKey }}' }, { items }),
		);
		expect(error?.message).toContain(`'Idempotency Key' ${words}`);
		expect(emulator.requests).toEqual([]);
	});

	test('that an expression does not find is refused', async () => {
		const { error } = await engine.run(generate({ idempotencyKey: '={{ $json.nothing }}' }));
		expect(error?.message).toContain("'Idempotency Key' is empty");
	});
});

describe('Get Result', () => {
	test('finds what the queue has forgotten', async () => {
		const { items } = await engine.run(generate());
		const found = await engine.run(getResult([{ json: { requestId: items[0]?.json.requestId } }]));
		expect(found.items[0]?.json).toMatchObject({ model: 'flux-1.1-pro', prompt: 'a', cost: 0.05 });
		expect((await engine.read(found.items[0])).equals(await engine.read(items[0]))).toBe(true);
	});
});

describe("Public Link set to Segmind's", () => {
	const LINK = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/files\/[\w-]+\.webp$/) as string;

	test.each(['direct', 'queued'])('gives every %s image its address, with one look', async (delivery) => {
		const options = generate({ delivery, linkExpiry: 'segmind' }, { items: itemsOf('a', 'b', 'c') });
		const { items } = await engine.run(options);
		expect(valuesOf(items, 'imageUrl')).toEqual([LINK, LINK, LINK]);
		expect(new Set(valuesOf(items, 'imageUrl')).size).toBe(3);
		expect(emulator.historyRequests).toHaveLength(delivery === 'direct' ? 1 : 0);
	});

	test('is null, with a hint, where the history can not be read', async () => {
		emulator.history.options = { state: 'absent' };
		const { items, hints } = await engine.run(generate({ linkExpiry: 'segmind' }));
		expect(valuesOf(items, 'imageUrl')).toEqual([null]);
		expect(hints.join()).toContain('Set Delivery to Queued');
	});
});

test('the next try sends again what the history has as failed, once it can be read', async () => {
	emulator.history.options = { state: 'absent' };
	emulator.inject({ prompt: 'b', ...RESET, billed: false, listed: true });
	const node = { ...RETRY_ON_FAIL, waitBetweenTries: 1500 };
	const run = await engine.begin(generate({}, { items: itemsOf('a', 'b'), node }));
	while (emulator.historyRequests.length === 0) await sleep(20);
	emulator.history.options = {};
	expect((await run.ended).error).toBeUndefined();
	expect(emulator.paid).toBe(2);
});

test('a direct image whose file is gone in n8n is fetched from Segmind, and not paid for again', async () => {
	emulator.inject({ prompt: 'b', status: 400, body: { error: 'no' } });
	const options = generate({ concurrency: 1 }, { items: itemsOf('a', 'b') });
	const first = await engine.run(options);
	expect(first.error).toBeDefined();
	await engine.deleteFiles();
	const { items, error } = await engine.retry(first, options);
	expect(error).toBeUndefined();
	expect(valuesOf(items, 'alreadyPaid')).toEqual([true, undefined]);
	expect((await engine.read(items[0])).length).toBe(items[0]?.json.fileSize);
	expect(emulator.paid).toBe(2);
});

test('Retry On Fail finds a lost response that the first try did not', async () => {
	emulator.history.options = { state: 'absent' };
	emulator.inject({ prompt: 'b', ...RESET });
	const run = await engine.begin(
		generate({}, { items: itemsOf('a', 'b'), node: { ...RETRY_ON_FAIL, waitBetweenTries: 1500 } }),
	);
	while (emulator.historyRequests.length === 0) await sleep(20);
	emulator.history.options = {};
	const { items, error } = await run.ended;
	expect(error).toBeUndefined();
	expect(items[1]?.json).toMatchObject({ recovered: true, alreadyPaid: true });
	expect(emulator.paid).toBe(2);
});
