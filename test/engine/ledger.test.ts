import type { RunOptions } from './engine';
import { jsonError } from './faults';
import { expectStored, ledgerOf, paymentsOf, submissions, valuesOf } from './results';
import { CONTINUE, ERROR_OUTPUT, flow, generate, itemsOf, RETRY_ON_FAIL } from './runs';
import { emulator, engine, failingRun, itemsFrom, useEngine } from './setup';

useEngine();

/** An error that the node itself does not retry, so that every try is n8n's own. */
const REJECTED = jsonError(400, 'not today');

const A_PAID = ['a already paid', 'b'];

/** A run of one image per prompt, with Retry On Fail. */
const withRetries = (prompts: string[], rest: RunOptions = {}): RunOptions =>
	generate({}, { items: itemsOf(...prompts), node: RETRY_ON_FAIL, ...rest });

/** A run of one image per prompt, in their order. */
const oneByOne = (...prompts: string[]): RunOptions =>
	generate({ concurrency: 1 }, { items: itemsOf(...prompts) });

describe('Retry On Fail', () => {
	test('pays 2 of 3 images once while the other fails in every try', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED, times: -1 });
		const { error } = await engine.run(withRetries(['a', 'b', 'c']));
		expect(error?.message).toContain('not today');
		expect(error?.description).toMatch(/\b2 of 3\b/);
		expect(emulator.paid).toBe(2);
		expect(emulator.imageRequests.filter(({ body }) => body.prompt === 'b')).toHaveLength(3);
	});

	test.each(['default', 'filesystem'] as const)(
		'returns the paid images and sends only the rest, in binary mode %s',
		async (binaryMode) => {
			emulator.inject({ prompt: 'b', ...REJECTED });
			const result = await engine.run(withRetries(['a', 'b', 'c'], { binaryMode }));
			expect(result.error).toBeUndefined();
			expect(paymentsOf(result)).toEqual([...A_PAID, 'c already paid']);
			expect(emulator.paid).toBe(3);
			expect(result.hints).toContainEqual(expect.stringMatching(/^2 images .*paid/));
			await expectStored(result.items);
			// A run that succeeds leaves nothing behind.
			expect(ledgerOf(result)).toEqual({});
		},
	);

	test.each([CONTINUE, ERROR_OUTPUT])('pays each image once with %j', async (onError) => {
		emulator.inject({ prompt: 'a', ...REJECTED });
		const options = withRetries(['a', 'b', 'c'], { node: { ...RETRY_ON_FAIL, ...onError } });
		const { items, errorOutput } = await engine.run(options);
		expect(emulator.paid).toBe(3);
		expect([...items, ...errorOutput]).toHaveLength(3);
	});

	test('does not resend a request that may have been billed', async () => {
		emulator.inject({ prompt: 'b', cut: 200, times: -1 });
		const { error } = await engine.run(withRetries(['a', 'b']));
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.description).toContain("'Retry When Billing Is Uncertain'");
		expect(emulator.imageRequests.filter(({ body }) => body.prompt === 'b')).toHaveLength(1);
		expect(emulator.paid).toBe(2);
	});

	test('pays each image of an item once', async () => {
		emulator.inject({ prompt: 'a' });
		emulator.inject({ prompt: 'a', ...REJECTED });
		const result = await engine.run(generate({ numberOfImages: 3, concurrency: 1 }, { node: RETRY_ON_FAIL }));
		expect(paymentsOf(result)).toEqual(['a already paid', 'a', 'a']);
		expect(emulator.paid).toBe(3);
		expect(new Set(valuesOf(result.items, 'fileName')).size).toBe(3);
	});

	test('returns each image with the seed that it was paid with', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED });
		const { items } = await engine.run(withRetries(['a', 'b']));
		const seeds = emulator.requests.filter(({ paid }) => paid).map(({ body }) => body.seed);
		expect(new Set(valuesOf(items, 'seed'))).toEqual(new Set(seeds));
	});
});

describe('Retry execution', () => {
	test('pays only for the rest, and stores the paid files in its own execution', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED });
		const options = generate({}, { items: itemsOf('a', 'b', 'c') });
		const result = await engine.retry(await failingRun(options), options);
		expect(paymentsOf(result)).toEqual([...A_PAID, 'c already paid']);
		expect(emulator.paid).toBe(3);
		const folders = result.items.map(({ binary }) => /executions\/\d+\//.exec(binary?.data?.id ?? '')?.[0]);
		expect(new Set(folders).size).toBe(1);
		await expectStored(result.items);
	});

	test('resends a request that may have been billed, because a person asked for it', async () => {
		emulator.inject({ prompt: 'b', cut: 200 });
		const options = generate({}, { items: itemsOf('a', 'b') });
		const result = await engine.retry(await failingRun(options), options);
		expect(paymentsOf(result)).toEqual(A_PAID);
	});

	test('makes an image again if its file was deleted, and keeps that one', async () => {
		emulator.inject({ prompt: 'b', ...REJECTED, times: 2 });
		const options = generate({ concurrency: 1 }, { items: itemsOf('a', 'b') });
		const failed = await failingRun(options);
		await engine.deleteFiles();
		const again = await engine.retry(failed, options);
		expect(again.error).toBeDefined();
		const result = await engine.retry(again, options);
		expect(paymentsOf(result)).toEqual(A_PAID);
		expect(emulator.paid).toBe(3);
	});

	test.each([
		['edited', ['a', 'B'], ['a', 'c']],
		['reordered', ['a', 'b'], ['b', 'a']],
		['removed', ['a', 'x', 'b'], ['b']],
		['duplicated', ['a', 'b'], ['a', 'a', 'b']],
	])('matches paid images to prompts if items were %s in between', async (_, before, after) => {
		const [paid = '', ...others] = before;
		for (const prompt of others) emulator.inject({ prompt, ...REJECTED });
		const failed = await failingRun(oneByOne(...before));
		expect(emulator.paid).toBe(1);
		emulator.reset();
		const stack = failed.run.data.executionData?.nodeExecutionStack[0];
		if (stack !== undefined) stack.data.main = [itemsOf(...after)];
		const result = await engine.retry(failed, oneByOne(...after));
		expect(result.error).toBeUndefined();
		const reused = after.includes(paid) ? [`${paid} already paid`] : [];
		expect(paymentsOf(result).filter((payment) => payment.endsWith('already paid'))).toEqual(reused);
		expect(emulator.paid).toBe(after.length - reused.length);
	});

	test('returns the paid image of identical requests once', async () => {
		emulator.inject({ prompt: 'same' });
		emulator.inject({ prompt: 'same', ...REJECTED });
		const options = oneByOne('same', 'same', 'same');
		const result = await engine.retry(await failingRun(options), options);
		expect(paymentsOf(result)).toEqual(['same already paid', 'same', 'same']);
		expect(emulator.paid).toBe(3);
		expect(new Set(valuesOf(result.items, 'seed')).size).toBe(3);
	});
});

describe('in a loop', () => {
	test('identical prompts of different rounds are different images', async () => {
		await itemsFrom(generate({}, { rounds: [itemsOf('a'), itemsOf('a'), itemsOf('a')] }));
		expect(emulator.paid).toBe(3);
	});

	test('a round that fails pays each image once, and uses no image of another round', async () => {
		emulator.inject({ prompt: 'b' });
		emulator.inject({ prompt: 'b', ...REJECTED });
		const rounds = [itemsOf('a', 'b'), itemsOf('a', 'b'), itemsOf('a', 'b')];
		await itemsFrom(withRetries(['a'], { rounds }));
		expect(emulator.paid).toBe(6);
	});

	test('names and pace hold over the rounds', async () => {
		const rounds = [itemsOf('a'), itemsOf('b', 'c'), itemsOf('d')];
		const started = Date.now();
		const items = await itemsFrom(generate({ fileName: 'product', requestsPerMinute: 120 }, { rounds }));
		// The items of the last round.
		expect(valuesOf(items, 'fileName')).toEqual(['product-4.webp']);
		expect(Date.now() - started).toBeGreaterThanOrEqual(1500);
	});
});

test('two Segmind nodes of a workflow have separate ledgers', async () => {
	emulator.inject({ prompt: 'a' });
	emulator.inject({ prompt: 'a', ...REJECTED });
	const options = generate({}, { second: { ...generate().parameters } });
	const failed = await failingRun(options);
	expect(ledgerOf(failed)).toEqual({});
	const result = await engine.retry(failed, options);
	expect(result.error).toBeUndefined();
	expect(emulator.paid).toBe(2);
});

test('the key is not in the ledger, the execution or its error', async () => {
	emulator.inject({ prompt: 'b', status: 401, body: { error: `bad key ${emulator.key}` }, times: -1 });
	const result = await engine.run(withRetries(['a', 'b']));
	expect(ledgerOf(result)).not.toEqual({});
	expect(JSON.stringify(result.run)).not.toContain(emulator.key);
	expect(`${result.error?.stack}${JSON.stringify(result.error)}`).not.toContain(emulator.key);
});

describe('an input row with error fields', () => {
	const node = { ...RETRY_ON_FAIL, ...CONTINUE };

	test.each(['', 0, 'none', {}, []])('pays once for each row whose error is %j', async (error) => {
		const row = { error, message: 'm', details: {} };
		const items = ['a', 'b'].map((prompt) => ({ json: { prompt, ...row } }));
		const result = await engine.run(generate({ includeInputFields: true }, { items, node }));
		expect(emulator.paid).toBe(2);
		for (const { json } of result.items) {
			expect(json).toMatchObject({ cost: 0.05 });
			for (const field of Object.keys(row)) expect(json).not.toHaveProperty(field);
		}
	});

	test('pays once for a flow', async () => {
		const items = [{ json: { prompt: 'a', error: 'x' } }];
		const result = await engine.run(flow({ options: { includeInputFields: true } }, { items, node }));
		expect(submissions()).toHaveLength(1);
		expect(result.items[0]?.json).not.toHaveProperty('error');
	});
});
