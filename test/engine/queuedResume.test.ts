import { sleep } from 'n8n-workflow';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Ran, RunOptions } from './engine';
import { Engine } from './engine';
import { asked, CONTINUE, itemsOf, notesIn, queued, refusalIn, RETRY_ON_FAIL, submits } from './queue';

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

function runOf(options: object, rest: RunOptions = {}): RunOptions {
	const { parameters, ...others } = rest;
	return {
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		items: itemsOf('a', 'b', 'c'),
		...others,
		parameters: { ...queued({ ...options }), ...parameters },
	};
}

/** A job that is finished right after a first try of five seconds gave up. */
const SLOW = { delay: 6500 };
const seedsSent = () => submits(emulator).map(({ body }) => body.seed);
const promptsOf = ({ items }: Ran) => items.map(({ json }) => json.prompt);

async function expectWhole(ran: Ran): Promise<void> {
	expect(ran.error).toBeUndefined();
	expect(promptsOf(ran)).toEqual(['a', 'b', 'c']);
	expect(ran.items.map(({ pairedItem }) => pairedItem)).toMatchObject([0, 1, 2].map((item) => ({ item })));
	expect(new Set(ran.items.map(({ json }) => json.fileName)).size).toBe(3);
	expect(new Set(ran.items.map(({ json }) => json.requestId)).size).toBe(3);
	for (const item of ran.items) {
		expect((await sharp(await engine.read(item)).metadata()).width).toBe(256);
	}
	expect([emulator.paid, submits(emulator).length]).toEqual([3, 3]);
}

describe('after a timeout', () => {
	test('Retry On Fail fetches what was submitted, in order', async () => {
		emulator.order({ ...SLOW, prompt: 'b' });
		const ran = await engine.run(runOf({ timeout: 5 }, { node: RETRY_ON_FAIL }));
		await expectWhole(ran);
		expect(ran.items.map(({ json }) => json.alreadyPaid === true)).toEqual([true, false, true]);
		expect(ran.items[1]?.json.attempts).toBe(1);
		expect(notesIn(ran)).toBeUndefined();
	});

	test('the seed and the name are those of the image that was made, not of the try that fetched it', async () => {
		emulator.order({ ...SLOW, times: -1 });
		const options = runOf({ timeout: 5, concurrency: 1, fileName: '' }, { items: itemsOf('a') });
		const failed = await engine.run(options);
		expect(failed.error).toBeDefined();
		await sleep(1500);
		const ran = await engine.retry(failed, options);
		const [sent] = seedsSent();
		expect(seedsSent()).toHaveLength(1);
		expect(ran.items[0]?.json.seed).toBe(sent);
		expect(ran.items[0]?.json.fileName).toBe(`a-${String(sent)}.webp`);
	});

	test('several images of one item are each fetched once, with the seed that each was made with', async () => {
		emulator.order({ ...SLOW, times: -1 });
		const options = runOf({ timeout: 5, numberOfImages: 3 }, { items: itemsOf('a') });
		const failed = await engine.run(options);
		await sleep(1500);
		const ran = await engine.retry(failed, options);
		expect(ran.items).toHaveLength(3);
		expect(ran.items.map(({ json }) => json.seed)).toEqual(
			seedsSent().toSorted((one, other) => Number(one) - Number(other)),
		);
		expect([emulator.paid, submits(emulator).length]).toEqual([3, 3]);
	});

	test('the message of a stopped run names the request id and says that it is fetched', async () => {
		emulator.order({ ...SLOW, prompt: 'a' });
		const { error } = await engine.run(runOf({ timeout: 5 }, { items: itemsOf('a') }));
		const id = /requests\/([\w-]+)/.exec(asked(emulator, /status$/)[0]?.path ?? '')?.[1];
		expect(error?.message).toMatch(/there within 5 seconds/);
		expect(error?.description).toContain(id);
		expect(error?.description).toMatch(/not paid for again/);
	});
});

describe('Retry execution', () => {
	const failing = async (options: RunOptions): Promise<Ran> => {
		emulator.order({ on: 'status', status: 401, body: { error: 'expired' }, prompt: 'b', times: 3 });
		const failed = await engine.run(options);
		expect(failed.error?.message).toMatch(/Segmind did not accept the API key/);
		return failed;
	};

	test('after a broken poll fetches what was submitted', async () => {
		const options = runOf({});
		let ran = await failing(options);
		for (let tries = 0; tries < 2; tries += 1) ran = await engine.retry(ran, options);
		await expectWhole(await engine.retry(ran, options));
	});

	test.each([
		['direct', { delivery: 'direct' }],
		['another timeout and other retries', { delivery: 'queued', timeout: 60, maxRetries: 0 }],
		['submitOnly', { delivery: 'submitOnly' }],
	])('with %s set in between pays for nothing anew', async (_, options) => {
		const failed = await failing(runOf({}));
		const before = submits(emulator).length;
		emulator.order({ on: 'status', prompt: 'b', times: 0 });
		const ran = await engine.retry(failed, runOf(options));
		const again = ran.error === undefined ? ran : await engine.retry(ran, runOf(options));
		const last = again.error === undefined ? again : await engine.retry(again, runOf(options));
		expect(last.error).toBeUndefined();
		expect([emulator.paid, submits(emulator).length]).toEqual([3, before]);
		expect(asked(emulator, /^\/v1\/flux/)).toHaveLength(0);
	});

	test('of a prompt that was changed in between pays for the new one', async () => {
		const options = runOf({}, { items: itemsOf('b') });
		const failed = await failing(options);
		const changed = { ...options, parameters: { ...options.parameters, prompt: 'another' } };
		const ran = await engine.retry(failed, changed);
		expect(ran.error).toBeUndefined();
		expect(promptsOf(ran)).toEqual(['another']);
		expect(emulator.paid).toBe(2);
	});

	test('fetches a ticket where no credits are left, and where the floor is reached', async () => {
		const options = runOf({ minimumRemainingCredits: 9.85 });
		const failed = await failing(options);
		expect(emulator.paid).toBe(3);
		emulator.credits = 0;
		const again = await engine.retry(await engine.retry(failed, options), options);
		await expectWhole(await engine.retry(again, options));
	});

	test('of a record that is gone says so once, and a person’s next try makes it anew', async () => {
		const options = runOf({}, { items: itemsOf('b') });
		emulator.order({ on: 'status', status: 401, body: {}, prompt: 'b' });
		const failed = await engine.run(options);
		emulator.order({ on: 'status', status: 404, body: { error: 'Request not found' }, times: 3 });
		const gone = await engine.retry(failed, options);
		expect(gone.error?.message).toMatch(/no longer knows the request/);
		expect(submits(emulator)).toHaveLength(1);
		const ran = await engine.retry(gone, options);
		expect(ran.error).toBeUndefined();
		expect(submits(emulator)).toHaveLength(2);
	});
});

test('a ticket is fetched also when the account has nothing left for the other items', async () => {
	emulator.order({ prompt: 'a', status: 400, body: { error: 'not today' } });
	emulator.order({ prompt: 'a', status: 402, body: { error: 'You have 0.0 credits.' }, times: -1 });
	emulator.order({ on: 'status', prompt: 'b', status: 401, body: { error: 'expired' } });
	const node = { ...RETRY_ON_FAIL, ...CONTINUE, maxTries: 2 };
	const { items } = await engine.run(runOf({ concurrency: 1 }, { items: itemsOf('a', 'b'), node }));
	expect(submits(emulator).filter(({ body }) => body.prompt === 'a')).toHaveLength(2);
	expect(refusalIn(items[0])).toMatchObject({ cause: 'credits', billed: 'no' });
	expect(items[1]?.json).toMatchObject({ prompt: 'b', width: 256 });
});

test('a record that is gone is not sent again by Retry On Fail', async () => {
	emulator.order({ on: 'status', status: 404, body: { error: 'Request not found' }, times: -1 });
	const { error } = await engine.run(runOf({}, { items: itemsOf('a'), node: RETRY_ON_FAIL }));
	expect(error?.message).toMatch(/no longer knows the request/);
	expect(submits(emulator)).toHaveLength(1);
});

test('a job that failed is sent again by a retry, since it was not billed', async () => {
	emulator.order({ prompt: 'b', fails: { error: 'worker died' } });
	const ran = await engine.run(runOf({}, { node: RETRY_ON_FAIL }));
	expect(ran.error).toBeUndefined();
	expect(promptsOf(ran)).toEqual(['a', 'b', 'c']);
	expect([emulator.paid, submits(emulator).length]).toEqual([3, 4]);
});

test('a file that n8n can not store is fetched again, and not paid for again', async () => {
	const options = runOf({}, { items: itemsOf('a') });
	emulator.order({ on: 'file', delay: 500 });
	const { ended } = await engine.begin(options);
	const restore = await engine.breakStorage();
	const failed = await ended.finally(restore);
	expect(failed.error?.description).toMatch(/not paid for again/);
	const ran = await engine.retry(failed, options);
	expect(ran.error).toBeUndefined();
	expect((await engine.read(ran.items[0])).length).toBe(ran.items[0]?.json.fileSize);
	expect([emulator.paid, submits(emulator).length]).toEqual([1, 1]);
});

test('what n8n could not store is said in our words, and not in those that n8n has for a code', async () => {
	emulator.order({ on: 'file', delay: 500 });
	const { ended } = await engine.begin(runOf({}, { items: itemsOf('a') }));
	const restore = await engine.breakStorage();
	const { error } = await ended.finally(restore);
	expect(error?.message).toMatch(/^The image was made, but n8n could not store it: /);
});

describe('cancel', () => {
	test.each([
		['a poll is waited for', { delay: 60_000, times: -1 }],
		['a poll hangs', { on: 'status' as const, hang: true, times: -1 }],
		['a file hangs', { on: 'file' as const, hang: true, times: -1 }],
		['a file host is busy', { on: 'file' as const, status: 503, times: -1 }],
	])('while %s ends at once, asks nothing more, and the next try fetches', async (_, fault) => {
		emulator.order(fault);
		const options = runOf({});
		const { ended, cancel } = await engine.begin(options);
		await sleep(800);
		const before = emulator.requests.length;
		expect(submits(emulator)).toHaveLength(3);
		const cancelled = Date.now();
		cancel();
		const ran = await ended;
		expect(Date.now() - cancelled).toBeLessThan(1000);
		await sleep(1500);
		expect(emulator.requests).toHaveLength(before);
		expect(JSON.stringify(notesIn(ran))).toContain('requestId');
	});
});

describe('limits', () => {
	test('no more images are under way than Images at Once allows', async () => {
		emulator.order({ delay: 300, times: -1 });
		const prompts = Array.from({ length: 6 }, (_, index) => `fox ${index}`);
		const { items } = await engine.run(runOf({ concurrency: 2 }, { items: itemsOf(...prompts) }));
		expect(items).toHaveLength(6);
		let underWay = 0;
		let most = 0;
		for (const { path } of emulator.requests) {
			if (/^\/v2\/flux/.test(path)) underWay += 1;
			if (/^\/files/.test(path)) underWay -= 1;
			most = Math.max(most, underWay);
		}
		expect(most).toBe(2);
		expect(emulator.paid).toBe(6);
	});

	test('the floor is never crossed, also while jobs are in the queue', async () => {
		emulator.order({ delay: 400, times: -1 });
		const prompts = Array.from({ length: 6 }, (_, index) => `fox ${index}`);
		const { items } = await engine.run(
			runOf(
				{ minimumRemainingCredits: 9.85, concurrency: 6 },
				{ items: itemsOf(...prompts), node: CONTINUE },
			),
		);
		expect(emulator.paid).toBe(3);
		expect(emulator.credits).toBe(9.85);
		expect(items.filter((item) => refusalIn(item).cause === 'credits')).toHaveLength(3);
	});
});
