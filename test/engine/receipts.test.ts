import type { INodeExecutionData } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import type { BinaryMode, Ran, RunOptions } from './engine';
import { Engine } from './engine';

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

const itemsOf = (...prompts: string[]): INodeExecutionData[] =>
	prompts.map((prompt) => ({ json: { prompt } }));
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
const REFUSED = { status: 400, body: { error: 'not today' } };

/** What a run is given, small enough to be drawn at once; a refusal is final, so that every try is n8n's own. */
function optionsOf(rest: Partial<RunOptions> & { options?: RunOptions['parameters'] } = {}): RunOptions {
	const { options, parameters, ...others } = rest;
	return {
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		parameters: {
			prompt: '={{ $json.prompt }}',
			aspectRatio: 'custom',
			width: 256,
			height: 256,
			options: options ?? {},
			...parameters,
		},
		...others,
	};
}

const contextOf = ({ run }: Ran, node = 'Segmind') =>
	run.data.executionData?.contextData[`node:${node}`] as Record<string, unknown> | undefined;
const toldOf = ({ items }: Ran) => items.map(({ json }) => [json.prompt, json.alreadyPaid === true]);
const seedsOf = ({ items }: Ran) => items.map(({ json }) => json.seed);

describe('Retry On Fail', () => {
	test('a plain node would pay 6 times for 2 images of 3; this one pays 2', async () => {
		emulator.order({ prompt: 'b', ...REFUSED, times: -1 });
		const { error } = await engine.run(optionsOf({ items: itemsOf('a', 'b', 'c'), node: RETRY_ON_FAIL }));
		expect(error?.message).toBe('Segmind did not accept the request (400): not today');
		expect(error?.description).toMatch(/2 of 3 images are paid and kept/);
		expect(emulator.paid).toBe(2);
		expect(emulator.imageRequests.filter(({ body }) => body.prompt === 'b')).toHaveLength(3);
	});

	test('the paid images are handed over and only the rest is sent', async () => {
		emulator.order({ prompt: 'b', ...REFUSED });
		const ran = await engine.run(optionsOf({ items: itemsOf('a', 'b', 'c'), node: RETRY_ON_FAIL }));
		expect(ran.error).toBeUndefined();
		expect(toldOf(ran)).toEqual([
			['a', true],
			['b', false],
			['c', true],
		]);
		expect(emulator.paid).toBe(3);
		expect(ran.hints).toContain('2 images paid in an earlier try, not paid again');
		for (const item of ran.items) expect((await engine.read(item)).length).toBe(item.json.fileSize);
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'with %s as well, when n8n runs the node again',
		async (onError) => {
			emulator.order({ prompt: 'a', ...REFUSED });
			const ran = await engine.run(
				optionsOf({ items: itemsOf('a', 'b', 'c'), node: { ...RETRY_ON_FAIL, onError } }),
			);
			expect(emulator.paid).toBe(3);
			expect([...ran.items, ...ran.routed]).toHaveLength(3);
		},
	);

	test.each(['default', 'filesystem'] as BinaryMode[])('in binary mode %s', async (binaryMode) => {
		emulator.order({ prompt: 'b', ...REFUSED });
		const ran = await engine.run(optionsOf({ items: itemsOf('a', 'b'), node: RETRY_ON_FAIL, binaryMode }));
		expect(toldOf(ran)).toEqual([
			['a', true],
			['b', false],
		]);
		expect((await engine.read(ran.items[0])).length).toBe(ran.items[0]?.json.fileSize);
		expect(emulator.paid).toBe(2);
	});

	test('what may have been billed is not sent again on its own', async () => {
		emulator.order({ prompt: 'b', cut: 200, times: -1 });
		const { error } = await engine.run(optionsOf({ items: itemsOf('a', 'b'), node: RETRY_ON_FAIL }));
		expect(error?.message).toBe('The connection broke before the whole answer had come');
		expect(error?.description).toMatch(/not sent again on its own/);
		expect(emulator.imageRequests.filter(({ body }) => body.prompt === 'b')).toHaveLength(1);
		expect(emulator.paid).toBe(2);
	});

	test('each image of an item has its own receipt', async () => {
		emulator.order({ prompt: 'a' });
		emulator.order({ prompt: 'a', ...REFUSED });
		const ran = await engine.run(
			optionsOf({
				items: itemsOf('a'),
				node: RETRY_ON_FAIL,
				options: { numberOfImages: 3, concurrency: 1 },
			}),
		);
		expect(toldOf(ran)).toEqual([
			['a', true],
			['a', false],
			['a', false],
		]);
		expect(emulator.paid).toBe(3);
		expect(new Set(ran.items.map(({ json }) => json.fileName)).size).toBe(3);
	});

	test('a drawn seed stays with the image that it made', async () => {
		emulator.order({ prompt: 'b', ...REFUSED });
		const ran = await engine.run(optionsOf({ items: itemsOf('a', 'b'), node: RETRY_ON_FAIL }));
		const paid = emulator.requests.filter(({ paid: isPaid }) => isPaid).map(({ body }) => body.seed);
		expect(new Set(seedsOf(ran))).toEqual(new Set(paid));
	});
});

describe('Retry execution', () => {
	test('pays only for the rest, and stores what was paid in its own execution', async () => {
		emulator.order({ prompt: 'b', ...REFUSED });
		const options = optionsOf({ items: itemsOf('a', 'b', 'c') });
		const failed = await engine.run(options);
		expect(failed.error).toBeDefined();
		const ran = await engine.retry(failed, options);
		expect(toldOf(ran)).toEqual([
			['a', true],
			['b', false],
			['c', true],
		]);
		expect(emulator.paid).toBe(3);
		const executions = ran.items.map(({ binary }) => /executions\/(\d+)\//.exec(binary?.data?.id ?? '')?.[1]);
		expect(new Set(executions).size).toBe(1);
		for (const item of ran.items) expect((await engine.read(item)).length).toBe(item.json.fileSize);
	});

	test('sends again what may have been billed, because a person asked for it', async () => {
		emulator.order({ prompt: 'b', cut: 200 });
		const options = optionsOf({ items: itemsOf('a', 'b') });
		const ran = await engine.retry(await engine.run(options), options);
		expect(toldOf(ran)).toEqual([
			['a', true],
			['b', false],
		]);
	});

	test('an image whose file is gone is made again, and kept this time', async () => {
		emulator.order({ prompt: 'b', ...REFUSED, times: 2 });
		const options = optionsOf({ items: itemsOf('a', 'b') });
		const failed = await engine.run(options);
		await engine.deleteFiles();
		const again = await engine.retry(failed, options);
		expect(again.error).toBeDefined();
		const ran = await engine.retry(again, options);
		expect(toldOf(ran)).toEqual([
			['a', true],
			['b', false],
		]);
		expect(emulator.paid).toBe(3);
	});

	test.each([
		['edited', ['a', 'B'], ['a', 'c']],
		['reordered', ['a', 'b'], ['b', 'a']],
		['removed', ['a', 'x', 'b'], ['b']],
		['doubled', ['a', 'b'], ['a', 'a', 'b']],
	])('the receipts are right when items were %s in between', async (_, before, after) => {
		const [firstPaid, ...others] = before;
		for (const prompt of others) emulator.order({ prompt, ...REFUSED });
		const failed = await engine.run(optionsOf({ items: itemsOf(...before), options: { concurrency: 1 } }));
		expect(emulator.paid).toBe(1);
		emulator.reset();
		const options = optionsOf({ items: itemsOf(...after), options: { concurrency: 1 } });
		const stack = failed.run.data.executionData?.nodeExecutionStack[0];
		if (stack !== undefined) stack.data.main = [itemsOf(...after)];
		const ran = await engine.retry(failed, options);
		expect(ran.error).toBeUndefined();
		const reused = after.includes(firstPaid!) ? 1 : 0;
		expect(toldOf(ran).filter(([, alreadyPaid]) => alreadyPaid)).toEqual(
			reused === 1 ? [[firstPaid, true]] : [],
		);
		expect(emulator.paid).toBe(after.length - reused);
	});

	test('identical requests are handed over once each', async () => {
		emulator.order({ prompt: 'same' });
		emulator.order({ prompt: 'same', ...REFUSED });
		const options = optionsOf({ items: itemsOf('same', 'same', 'same'), options: { concurrency: 1 } });
		const ran = await engine.retry(await engine.run(options), options);
		expect(toldOf(ran).map(([, alreadyPaid]) => alreadyPaid)).toEqual([true, false, false]);
		expect(emulator.paid).toBe(3);
		expect(new Set(seedsOf(ran)).size).toBe(3);
	});
});

describe('in a loop', () => {
	test('identical prompts of different rounds are different images', async () => {
		const ran = await engine.run(optionsOf({ rounds: [itemsOf('a'), itemsOf('a'), itemsOf('a')] }));
		expect(ran.error).toBeUndefined();
		expect(emulator.paid).toBe(3);
	});

	test('a round that fails pays again for nothing, and takes nothing from another round', async () => {
		emulator.order({ prompt: 'b' });
		emulator.order({ prompt: 'b', ...REFUSED });
		const rounds = [itemsOf('a', 'b'), itemsOf('a', 'b'), itemsOf('a', 'b')];
		const ran = await engine.run(optionsOf({ rounds, node: RETRY_ON_FAIL }));
		expect(ran.error).toBeUndefined();
		expect(emulator.paid).toBe(6);
	});
});

test('two Segmind nodes in a workflow keep their receipts apart', async () => {
	const second = { ...optionsOf().parameters };
	emulator.order({ prompt: 'a' });
	emulator.order({ prompt: 'a', ...REFUSED });
	const options = optionsOf({ items: itemsOf('a'), second });
	const failed = await engine.run(options);
	expect(failed.error).toBeDefined();
	expect(contextOf(failed, 'Segmind')).not.toHaveProperty('paidImages');
	const ran = await engine.retry(failed, options);
	expect(ran.error).toBeUndefined();
	expect(emulator.paid).toBe(2);
});

test('a run without a refusal leaves nothing behind', async () => {
	emulator.order({ prompt: 'b', ...REFUSED });
	const ran = await engine.run(optionsOf({ items: itemsOf('a', 'b'), node: RETRY_ON_FAIL }));
	expect(ran.error).toBeUndefined();
	expect(contextOf(ran) ?? {}).toEqual({});
});

test('nothing secret is in the receipts, the run or its refusals', async () => {
	emulator.order({ prompt: 'b', status: 401, body: { error: `bad key ${emulator.key}` }, times: -1 });
	const ran = await engine.run(optionsOf({ items: itemsOf('a', 'b'), node: RETRY_ON_FAIL }));
	expect(JSON.stringify(contextOf(ran))).toContain('receipts');
	expect(JSON.stringify(ran.run)).not.toContain(emulator.key);
	expect(`${ran.error?.stack}${JSON.stringify(ran.error)}`).not.toContain(emulator.key);
});
