import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { RunOptions } from './engine';
import { jsonError } from './faults';
import { errorOf, metadataOf, paymentsOf, requestsTo, submissions, valuesOf } from './results';
import { CONTINUE, getResult, itemsOf, queued, RETRY_ON_FAIL } from './runs';
import { emulator, engine, failingRun, itemsFrom, runWithoutStorage, useEngine } from './setup';

useEngine();

const submitOnly = (prompts: string[], node: RunOptions['node'] = {}): RunOptions =>
	queued({ delivery: 'submitOnly' }, { items: itemsOf(...prompts), node });

const submit = async (...prompts: string[]): Promise<INodeExecutionData[]> =>
	(await engine.run(submitOnly(prompts))).items;

describe('Submit Only', () => {
	test('returns a request id for each item without waiting', async () => {
		emulator.inject({ delay: 60_000, times: -1 });
		const items = await itemsFrom(submitOnly(['a', 'b', 'c']));
		expect(requestsTo(/^\/v2\/flux/)).toHaveLength(3);
		expect(valuesOf(items, 'prompt')).toEqual(['a', 'b', 'c']);
		for (const { json, binary } of items) {
			expect(binary).toBeUndefined();
			expect(json).toMatchObject({ model: 'flux-1.1-pro', status: 'QUEUED', attempts: 1 });
			expect(json.requestId).toMatch(/^[\w-]{36}$/);
		}
		expect(emulator.requests).toHaveLength(3);
	});

	test('a retry returns the same request ids and submits only the rest', async () => {
		emulator.inject({ prompt: 'b', ...jsonError(400, 'not today'), times: 2 });
		const options = submitOnly(['a', 'b', 'c'], { ...RETRY_ON_FAIL, maxTries: 2 });
		const failed = await failingRun(options);
		const retried = await engine.retry(failed, options);
		expect(paymentsOf(retried)).toEqual(['a already paid', 'b', 'c already paid']);
		expect([emulator.paid, new Set(valuesOf(retried.items, 'requestId')).size]).toEqual([3, 3]);
		const { items } = await engine.run(getResult(retried.items));
		expect(valuesOf(items, 'prompt')).toEqual(['a', 'b', 'c']);
		expect(emulator.paid).toBe(3);
	});

	test('a retry with Delivery set to Queued pays for no image twice', async () => {
		emulator.inject({ prompt: 'b', ...jsonError(400, 'not today') });
		const failed = await failingRun(submitOnly(['a', 'b', 'c']));
		const retried = await engine.retry(failed, queued({}, { items: itemsOf('a', 'b', 'c') }));
		expect(retried.error).toBeUndefined();
		expect([retried.items.length, emulator.paid]).toEqual([3, 3]);
	});
});

describe('Get Result', () => {
	test('fetches several items in order, with their inputs and costs', async () => {
		const submitted = await submit('a', 'b', 'c');
		emulator.credits = 0;
		const items = await itemsFrom(getResult(submitted));
		for (const field of ['requestId', 'prompt', 'seed']) {
			expect(valuesOf(items, field)).toEqual(valuesOf(submitted, field));
		}
		for (const [index, item] of items.entries()) {
			expect(item.json).toMatchObject({ cost: 0.05, width: 256, mimeType: 'image/webp' });
			expect(item.pairedItem).toMatchObject({ item: index });
			expect((await metadataOf(item)).width).toBe(256);
		}
		expect(new Set(valuesOf(items, 'fileName')).size).toBe(3);
		expect([emulator.paid, submissions().length]).toEqual([3, 3]);
	});

	test('waits for a pending image, and has its own file names and links', async () => {
		emulator.inject({ delay: 1500, times: -1 });
		const options = { linkExpiry: '1 hour', fileName: 'fox', binaryPropertyOutput: 'image' };
		const { items } = await engine.run(getResult(await submit('a'), options));
		expect(items[0]?.binary?.image?.fileName).toBe('fox.webp');
		expect(items[0]?.json.imageUrl).toMatch(/^https:\/\/n8n\.example\//);
	});

	test('fetches one id twice', async () => {
		const submitted = await submit('a');
		const { items } = await engine.run(getResult([...submitted, ...submitted]));
		expect(items).toHaveLength(2);
		expect(new Set(valuesOf(items, 'fileName')).size).toBe(2);
		expect(emulator.paid).toBe(1);
	});

	const paths = ['../../v1/get-user-credits', '..', 'a/b', 'a?b', 'a%2fb', 'http://10.0.0.1/'];
	const noIds = ['a b', 'a\nb', '', '  ', 7, null, { id: 'a' }, 'a'.repeat(201)];
	test.each([...paths, ...noIds])('sends nothing for %j', async (requestId) => {
		const item = { json: { requestId } as IDataObject };
		const { items } = await engine.run(getResult([item], {}, CONTINUE));
		expect(errorOf(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(items[0]?.json.error).toContain("'Request ID'");
		expect(emulator.requests).toHaveLength(0);
	});

	test('an unknown id affects only its own item', async () => {
		const unknown = { json: { requestId: 'nobody-knows-me' } };
		const { items } = await engine.run(getResult([unknown, ...(await submit('a', 'b'))], {}, CONTINUE));
		expect(items[0]?.json.error).toContain('nobody-knows-me');
		expect(valuesOf(items.slice(1), 'prompt')).toEqual(['a', 'b']);
	});

	test('reports why an image failed', async () => {
		emulator.inject({ fails: { error: 'Blocked by the content filter' } });
		const { items } = await engine.run(getResult(await submit('a'), {}, CONTINUE));
		expect(errorOf(items[0])).toMatchObject({ cause: 'moderation', billed: 'no', statusCode: 422 });
	});

	test.each([
		['Retry On Fail', true],
		['Retry execution', false],
	])('%s fetches a file again that n8n could not store', async (_, onFail) => {
		const options = getResult(await submit('a'), {}, onFail ? { ...RETRY_ON_FAIL, maxTries: 2 } : {});
		emulator.inject({ on: 'file', delay: 500 });
		const { ended } = await engine.begin(options);
		const restore = await engine.breakStorage();
		const repair = sleep(onFail ? 1200 : 900).then(restore);
		const first = await ended;
		await repair;
		const { items, error } = onFail ? first : await engine.retry(first, options);
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ prompt: 'a', width: 256 });
		expect(emulator.paid).toBe(1);
	});

	test('reports a file that n8n could not store as fetched by a retry, not as made again', async () => {
		const submitted = await submit('a');
		const { items } = await runWithoutStorage(getResult(submitted, {}, CONTINUE));
		const requestId = submitted[0]?.json.requestId;
		expect(errorOf(items[0])).toMatchObject({ requestId, retryable: true, billed: 'no' });
		expect(items[0]?.json.message).toContain(requestId);
	});

	test('Retry On Fail requests a missing record again, since that is free', async () => {
		const submitted = await submit('a');
		emulator.inject({ on: 'status', ...jsonError(404, 'Request not found'), times: 3 });
		const items = await itemsFrom(getResult(submitted, {}, RETRY_ON_FAIL));
		expect(items[0]?.json).toMatchObject({ prompt: 'a', width: 256 });
	});
});
