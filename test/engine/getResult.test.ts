import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Ran, RunOptions } from './engine';
import { Engine } from './engine';
import { asked, CONTINUE, itemsOf, queued, refusalIn, RETRY_ON_FAIL, submits } from './queue';

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const credential = () => ({ apiKey: emulator.key, baseUrl: emulator.url });
const submitting = (rest: RunOptions = {}): RunOptions => ({
	credential: credential(),
	parameters: queued({ delivery: 'submitOnly' }),
	items: itemsOf('a', 'b', 'c'),
	...rest,
});
const idsOf = ({ items }: Ran) => items.map(({ json }) => json.requestId);

function fetching(ran: Pick<Ran, 'items'>, options: IDataObject = {}, rest: RunOptions = {}): RunOptions {
	return {
		credential: credential(),
		parameters: { operation: 'getResult', requestId: '={{ $json.requestId }}', options },
		items: ran.items,
		...rest,
	};
}

describe('Submit Only', () => {
	test('hands out a request id for each item, and waits for nothing', async () => {
		emulator.order({ delay: 60_000, times: -1 });
		const { items, error } = await engine.run(submitting());
		expect(error).toBeUndefined();
		const ids = asked(emulator, /^\/v2\/flux/);
		expect(ids).toHaveLength(3);
		expect(items.map(({ json }) => json.prompt)).toEqual(['a', 'b', 'c']);
		for (const { json, binary } of items) {
			expect(binary).toBeUndefined();
			expect(json).toMatchObject({ model: 'flux-1.1-pro', status: 'QUEUED', attempts: 1 });
			expect(json.requestId).toMatch(/^[\w-]{36}$/);
		}
		expect(emulator.requests).toHaveLength(3);
	});

	test('is not submitted again by a retry, and hands over the same ids', async () => {
		emulator.order({ prompt: 'b', status: 400, body: { error: 'not today' }, times: 2 });
		const options = submitting({ node: { ...RETRY_ON_FAIL, maxTries: 2 } });
		const failed = await engine.run(options);
		expect(failed.error).toBeDefined();
		const ran = await engine.retry(failed, options);
		expect(ran.items.map(({ json }) => json.alreadyPaid === true)).toEqual([true, false, true]);
		expect([emulator.paid, new Set(idsOf(ran)).size]).toEqual([3, 3]);
		const fetched = await engine.run(fetching(ran));
		expect(fetched.items.map(({ json }) => json.prompt)).toEqual(['a', 'b', 'c']);
		expect(emulator.paid).toBe(3);
	});

	test('that waits for its images from the next try on pays for none of them anew', async () => {
		emulator.order({ prompt: 'b', status: 400, body: { error: 'not today' } });
		const failed = await engine.run(submitting());
		expect(failed.error).toBeDefined();
		const ran = await engine.retry(failed, submitting({ parameters: queued() }));
		expect(ran.error).toBeUndefined();
		expect([ran.items.length, emulator.paid]).toEqual([3, 3]);
	});
});

describe('Get Result', () => {
	test('fetches each of several items, in order, with what was asked for and what it cost', async () => {
		const submitted = await engine.run(submitting());
		emulator.credits = 0;
		const { items, error } = await engine.run(fetching(submitted));
		expect(error).toBeUndefined();
		expect(idsOf({ items } as Ran)).toEqual(idsOf(submitted));
		for (const [index, item] of items.entries()) {
			expect(item.json).toMatchObject({
				prompt: submitted.items[index]?.json.prompt,
				seed: submitted.items[index]?.json.seed,
				cost: 0.05,
				width: 256,
				mimeType: 'image/webp',
			});
			expect(item.pairedItem).toMatchObject({ item: index });
			expect((await sharp(await engine.read(item)).metadata()).width).toBe(256);
		}
		expect(new Set(items.map(({ json }) => json.fileName)).size).toBe(3);
		expect([emulator.paid, submits(emulator).length]).toEqual([3, 3]);
	});

	test('waits for what is not there yet, and takes names and links of its own', async () => {
		emulator.order({ delay: 1500, times: -1 });
		const submitted = await engine.run(submitting({ items: itemsOf('a') }));
		const { items } = await engine.run(
			fetching(submitted, { linkExpiry: '1 hour', fileName: 'fox', binaryPropertyOutput: 'image' }),
		);
		expect(items[0]?.binary?.image?.fileName).toBe('fox.webp');
		expect(items[0]?.json.imageUrl).toMatch(/^https:\/\/n8n\.example\//);
	});

	test('may be asked twice for one id', async () => {
		const submitted = await engine.run(submitting({ items: itemsOf('a') }));
		const twice = { items: [...submitted.items, ...submitted.items] };
		const { items } = await engine.run(fetching(twice));
		expect(items).toHaveLength(2);
		expect(new Set(items.map(({ json }) => json.fileName)).size).toBe(2);
		expect(emulator.paid).toBe(1);
	});

	test.each([
		'../../v1/get-user-credits',
		'..',
		'a/b',
		'a?b',
		'a%2fb',
		'a b',
		'a\nb',
		'http://10.0.0.1/',
		'',
		'  ',
		7,
		null,
		{ id: 'a' },
		'a'.repeat(201),
	])('sends nothing for %j', async (requestId) => {
		const items = [{ json: { requestId } as IDataObject }];
		const ran = await engine.run(fetching({ items }, {}, { node: CONTINUE }));
		expect(refusalIn(ran.items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(ran.items[0]?.json.error).toMatch(/^'Request ID' /);
		expect(emulator.requests).toHaveLength(0);
	});

	test('says that nobody knows an id, on its own item alone', async () => {
		const submitted = await engine.run(submitting({ items: itemsOf('a', 'b') }));
		const unknown = { json: { requestId: 'nobody-knows-me' } };
		const ran = await engine.run(fetching({ items: [unknown, ...submitted.items] }, {}, { node: CONTINUE }));
		expect(ran.items[0]?.json.error).toMatch(/no longer knows the request nobody-knows-me/);
		expect(ran.items.slice(1).map(({ json }) => json.prompt)).toEqual(['a', 'b']);
	});

	test('tells why an image failed', async () => {
		emulator.order({ fails: { error: 'Blocked by the content filter' } });
		const submitted = await engine.run(submitting({ items: itemsOf('a') }));
		const ran = await engine.run(fetching(submitted, {}, { node: CONTINUE }));
		expect(refusalIn(ran.items[0])).toMatchObject({ cause: 'moderation', billed: 'no', statusCode: 422 });
	});

	test.each([
		['Retry On Fail', true],
		['Retry execution', false],
	])('fetches again by %s what n8n could not store, since it costs nothing', async (_, onFail) => {
		const submitted = await engine.run(submitting({ items: itemsOf('a') }));
		emulator.order({ on: 'file', delay: 500 });
		const options = fetching(submitted, {}, { node: onFail ? { ...RETRY_ON_FAIL, maxTries: 2 } : {} });
		const { ended } = await engine.begin(options);
		const restore = await engine.breakStorage();
		const repair = sleep(onFail ? 1200 : 900).then(restore);
		const first = await ended;
		await repair;
		const ran = onFail ? first : await engine.retry(first, options);
		expect(ran.error).toBeUndefined();
		expect(ran.items[0]?.json).toMatchObject({ prompt: 'a', width: 256 });
		expect(emulator.paid).toBe(1);
	});

	test('does not say that fetching again is billed', async () => {
		const submitted = await engine.run(submitting({ items: itemsOf('a') }));
		emulator.order({ on: 'file', delay: 500 });
		const { ended } = await engine.begin(fetching(submitted, {}, { node: CONTINUE }));
		const restore = await engine.breakStorage();
		const { items } = await ended.finally(restore);
		expect(items[0]?.json.message).not.toMatch(/makes and bills another/);
	});

	test('asks for a gone record again where a person or n8n tries again, since that is free', async () => {
		const submitted = await engine.run(submitting({ items: itemsOf('a') }));
		emulator.order({ on: 'status', status: 404, body: { error: 'Request not found' }, times: 3 });
		const ran = await engine.run(fetching(submitted, {}, { node: RETRY_ON_FAIL }));
		expect(ran.error).toBeUndefined();
		expect(ran.items[0]?.json).toMatchObject({ prompt: 'a', width: 256 });
	});
});
