import { sleep } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import type { RunOptions, RunResult } from './engine';
import { jsonError } from './faults';
import {
	errorOf,
	expectStored,
	ledgerOf,
	metadataOf,
	paymentsOf,
	requestsTo,
	submissions,
	valuesOf,
} from './results';
import { CONTINUE, generate, itemsOf, numberedItems, queued, RETRY_ON_FAIL } from './runs';
import { emulator, engine, failingRun, itemsFrom, runWithoutStorage, useEngine } from './setup';

useEngine();

const THREE = itemsOf('a', 'b', 'c');

/** A job that is finished soon after a first try of five seconds. */
const SLOW = { delay: 6500 };

const paidAndSubmitted = () => [emulator.paid, submissions().length];
const polledIds = () => requestsTo(/\/status$/).map(({ path }) => path.split('/').at(-2));
const sentSeeds = () => submissions().map(({ body }) => body.seed);

async function expectThreeImages({ error, items }: RunResult): Promise<void> {
	expect(error).toBeUndefined();
	expect(valuesOf(items, 'prompt')).toEqual(['a', 'b', 'c']);
	expect(items.map(({ pairedItem }) => pairedItem)).toMatchObject([0, 1, 2].map((item) => ({ item })));
	expect(new Set(valuesOf(items, 'fileName')).size).toBe(3);
	expect(new Set(valuesOf(items, 'requestId')).size).toBe(3);
	for (const item of items) expect((await metadataOf(item)).width).toBe(256);
	expect(paidAndSubmitted()).toEqual([3, 3]);
}

describe('after a timeout', () => {
	test('Retry On Fail fetches the submitted images in order', async () => {
		emulator.inject({ ...SLOW, prompt: 'b' });
		const result = await engine.run(queued({ timeout: 5 }, { items: THREE, node: RETRY_ON_FAIL }));
		await expectThreeImages(result);
		expect(paymentsOf(result)).toEqual(['a', 'b', 'c'].map((prompt) => `${prompt} already paid`));
		expect(result.items[1]?.json.attempts).toBe(1);
		expect(ledgerOf(result)).toEqual({});
	});

	test('what has failed in the meantime cost nothing, and is sent again', async () => {
		emulator.inject({ ...SLOW, fails: { error: 'Internal server error' } });
		const failed = await failingRun(queued({ timeout: 5 }));
		await sleep(1500);
		const { items, error } = await engine.retry(failed, queued({ timeout: 5, maxRetries: 0 }));
		expect(error).toBeUndefined();
		expect(items[0]?.json).not.toHaveProperty('alreadyPaid');
		expect(paidAndSubmitted()).toEqual([1, 2]);
	});

	test('an image keeps the seed and name of the try that submitted it', async () => {
		emulator.inject({ ...SLOW, times: -1 });
		const options = queued({ timeout: 5, concurrency: 1, fileName: '' });
		const failed = await failingRun(options);
		await sleep(1500);
		const { items } = await engine.retry(failed, options);
		expect(sentSeeds()).toHaveLength(1);
		const [seed] = sentSeeds();
		expect(items[0]?.json).toMatchObject({ seed, fileName: `a-${String(seed)}.webp` });
	});

	test('several images of one item are each fetched once, with their own seeds', async () => {
		emulator.inject({ ...SLOW, times: -1 });
		const options = queued({ timeout: 5, numberOfImages: 3 });
		const failed = await engine.run(options);
		await sleep(1500);
		const { items } = await engine.retry(failed, options);
		expect(items).toHaveLength(3);
		expect(valuesOf(items, 'seed')).toEqual(
			sentSeeds().toSorted((one, other) => Number(one) - Number(other)),
		);
		expect(paidAndSubmitted()).toEqual([3, 3]);
	});
});

describe('Retry execution', () => {
	const failingPolls = async (options: RunOptions): Promise<RunResult> => {
		emulator.inject({ on: 'status', ...jsonError(401, 'expired'), prompt: 'b', times: 3 });
		const failed = await engine.run(options);
		expect(failed.error?.message).toContain('expired');
		return failed;
	};

	const retryToTheEnd = async (failed: RunResult, options: RunOptions): Promise<RunResult> => {
		let result = failed;
		for (let tries = 0; tries < 3 && result.error; tries += 1) result = await engine.retry(result, options);
		expect(result.error).toBeUndefined();
		return result;
	};

	test('fetches the submitted images after failed polls', async () => {
		const options = queued({}, { items: THREE });
		const failed = await failingPolls(options);
		await expectThreeImages(await retryToTheEnd(failed, options));
	});

	test.each([
		['direct delivery', { delivery: 'direct' }],
		['another timeout and other retries', { delivery: 'queued', timeout: 60, maxRetries: 0 }],
		['Submit Only', { delivery: 'submitOnly' }],
	])('with %s pays for nothing twice', async (_, changed) => {
		const failed = await failingPolls(queued({}, { items: THREE }));
		const before = submissions().length;
		await retryToTheEnd(failed, queued(changed, { items: THREE }));
		expect(paidAndSubmitted()).toEqual([3, before]);
		expect(requestsTo(/^\/v1\/flux/)).toHaveLength(0);
	});

	test('with another prompt pays for the new image', async () => {
		const items = itemsOf('b');
		const failed = await failingPolls(queued({}, { items }));
		const changed = queued({}, { items, parameters: { prompt: 'another' } });
		const result = await engine.retry(failed, changed);
		expect(result.error).toBeUndefined();
		expect(valuesOf(result.items, 'prompt')).toEqual(['another']);
		expect(emulator.paid).toBe(2);
	});

	test('fetches submitted images without credits and at the minimum of remaining credits', async () => {
		const options = queued({ minimumRemainingCredits: 9.85 }, { items: THREE });
		const failed = await failingPolls(options);
		expect(emulator.paid).toBe(3);
		emulator.credits = 0;
		await expectThreeImages(await retryToTheEnd(failed, options));
	});

	test('asks for a missing record again, and never submits again', async () => {
		const options = queued({ timeout: 5 });
		emulator.inject({ on: 'status', ...jsonError(404, 'Request not found'), times: 8 });
		const failed = await engine.run(options);
		expect(failed.error).toMatchObject({ httpCode: '404' });
		expect(ledgerOf(failed)).not.toEqual({});
		let result = failed;
		for (let tries = 0; tries < 3 && result.error; tries += 1) result = await engine.retry(result, options);
		expect(paymentsOf(result)).toEqual(['a already paid']);
		expect(paidAndSubmitted()).toEqual([1, 1]);
	});
});

test('a submitted image is fetched even if there are no credits for the other items', async () => {
	emulator.inject({ prompt: 'a', ...jsonError(400, 'not today') });
	emulator.inject({ prompt: 'a', ...jsonError(402, 'You have 0.0 credits.'), times: -1 });
	emulator.inject({ on: 'status', prompt: 'b', ...jsonError(401, 'expired') });
	const node = { ...RETRY_ON_FAIL, ...CONTINUE, maxTries: 2 };
	const { items } = await engine.run(queued({ concurrency: 1 }, { items: itemsOf('a', 'b'), node }));
	expect(submissions().filter(({ body }) => body.prompt === 'a')).toHaveLength(2);
	expect(errorOf(items[0])).toMatchObject({ cause: 'credits', billed: 'no' });
	expect(items[1]?.json).toMatchObject({ prompt: 'b', width: 256 });
});

test('Retry On Fail does not submit again if the record is missing', async () => {
	emulator.inject({ on: 'status', ...jsonError(404, 'Request not found'), times: -1 });
	const { error } = await engine.run(queued({ timeout: 5 }, { node: RETRY_ON_FAIL }));
	expect(error).toMatchObject({ httpCode: '404' });
	expect(submissions()).toHaveLength(1);
});

test('a retry submits a failed job again, since it was not billed', async () => {
	emulator.inject({ prompt: 'b', fails: { error: 'worker died' } });
	const items = await itemsFrom(queued({}, { items: THREE, node: RETRY_ON_FAIL }));
	expect(valuesOf(items, 'prompt')).toEqual(['a', 'b', 'c']);
	expect(paidAndSubmitted()).toEqual([3, 4]);
});

test('a file that n8n could not store is fetched again, and paid once', async () => {
	const options = queued();
	const failed = await runWithoutStorage(options);
	// n8n replaces a message in which it finds one of its own error codes, unless the node prevents it.
	expect(failed.error?.message).toContain('ENOTDIR');
	expect(failed.error?.description).toContain(polledIds()[0]);
	const { items, error } = await engine.retry(failed, options);
	expect(error).toBeUndefined();
	await expectStored(items);
	expect(items).toHaveLength(1);
	expect(paidAndSubmitted()).toEqual([1, 1]);
});

const WAIT = { 'retry-after': '30' };

test.each<[string, delivery: string, submitted: number, Fault]>([
	['a wait for the rate limit', 'direct', 0, { status: 429, headers: WAIT, times: -1 }],
	['a wait for a retry', 'direct', 0, { status: 503, headers: WAIT, times: -1 }],
	['a pending request', 'direct', 0, { hang: true, times: -1 }],
	['a wait between polls', 'queued', 3, { delay: 60_000, times: -1 }],
	['a poll', 'queued', 3, { on: 'status', hang: true, times: -1 }],
	['a download', 'queued', 3, { on: 'file', hang: true, times: -1 }],
	['a wait between downloads', 'queued', 3, { on: 'file', status: 503, times: -1 }],
])(
	'cancelling during %s ends at once, sends nothing more, and keeps request ids',
	async (_, delivery, submitted, fault) => {
		emulator.inject(fault);
		const { ended, cancel } = await engine.begin(generate({ delivery }, { items: THREE }));
		await sleep(800);
		const before = emulator.requests.length;
		expect(before).toBeGreaterThan(0);
		expect(submissions()).toHaveLength(submitted);
		const cancelled = Date.now();
		cancel();
		const result = await ended;
		expect(result.error?.message).toContain('cancelled');
		const ledger = JSON.stringify(ledgerOf(result));
		expect(Date.now() - cancelled).toBeLessThan(1000);
		await sleep(1500);
		expect([emulator.requests.length, emulator.inFlight]).toEqual([before, 0]);
		expect(new Set(polledIds()).size).toBe(submitted);
		for (const id of polledIds()) expect(ledger).toContain(id);
	},
);

test('Parallel Requests also limits images in the queue', async () => {
	emulator.inject({ delay: 300, times: -1 });
	const { items } = await engine.run(queued({ concurrency: 2 }, { items: numberedItems(6) }));
	expect(items).toHaveLength(6);
	let pending = 0;
	let most = 0;
	for (const { path } of emulator.requests) {
		if (/^\/v2\/flux/.test(path)) pending += 1;
		if (/^\/files/.test(path)) pending -= 1;
		most = Math.max(most, pending);
	}
	expect(most).toBe(2);
	expect(emulator.paid).toBe(6);
});
