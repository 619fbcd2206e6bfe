import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { RunOptions } from './engine';
import { errorOf } from './results';
import { CONTINUE, generate, SMALL } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine();

/** An object and no field of the name `nope`. */
const ROW: INodeExecutionData = { json: { product: { name: 'a fox' }, count: 42, sure: true } };

const runWith = async (parameters: IDataObject, rest: RunOptions = {}) =>
	await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		items: [ROW],
		node: CONTINUE,
		...rest,
		parameters,
	});
const typed = (more: IDataObject): IDataObject => ({ ...SMALL, prompt: 'a fox', ...more });
const other = (inputJson: string, more: IDataObject = {}): IDataObject => ({
	resource: 'model',
	operation: 'run',
	modelId: 'other-model',
	inputMode: 'json',
	inputJson,
	...more,
});
const flow = (more: IDataObject): IDataObject => ({
	resource: 'pixelFlow',
	operation: 'run',
	flow: 'product-photo',
	...more,
});
const flowWith = (value: string): IDataObject =>
	flow({
		inputFields: {
			input: [
				{ name: 'prompt', value: 'a fox' },
				{ name: 'image', value },
			],
		},
	});
const flowJson = (inputJson: string): IDataObject => flow({ inputMode: 'json', inputJson });

const sent = () => emulator.imageRequests.map(({ body }) => body);
const seeds = () => sent().map(({ seed }) => seed);

describe('refuses before paying', () => {
	test.each<[string, IDataObject, error: string]>([
		[
			'a prompt with [object Object]',
			typed({ prompt: '=Draw {{ $json.product }} in snow' }),
			"'Prompt' contains [object Object]",
		],
		[
			'a prompt that is only undefined',
			typed({ prompt: '={{ "" + $json.nope }}' }),
			"'Prompt' contains only undefined",
		],
		['a prompt that is only null', typed({ prompt: '={{ String(null) }}' }), "'Prompt' contains only null"],
		[
			'a prompt that is only NaN',
			typed({ prompt: '={{ $json.nope * 2 + "" }}' }),
			"'Prompt' contains only NaN",
		],
		[
			'a body with [object Object]',
			other('={"prompt": "{{ $json.product }}"}'),
			'\'JSON\' contains [object Object] at "prompt"',
		],
		[
			'a body with [object Object] at any depth',
			other('={{ { prompt: "a", scenes: [{ text: `a ${$json.product}` }] } }}'),
			'\'JSON\' contains [object Object] at "scenes[0].text"',
		],
		[
			'a body with a key whose value is not there',
			other('={{ { prompt: "a", image: $json.nope } }}'),
			'\'JSON\' contains no value at "image"',
		],
		[
			'a body whose value is a method that nobody called',
			other('={{ { prompt: $json.product.name.trim } }}'),
			'\'JSON\' contains no value at "prompt"',
		],
		[
			'a body with a number that is none',
			other('={{ { prompt: "a", width: $json.nope * 2 } }}'),
			'\'JSON\' contains NaN at "width"',
		],
		['the body that the field starts with', other('{\n  "prompt": ""\n}'), "'JSON' has an empty prompt"],
		[
			'a body whose prompt lost its value',
			other('={"prompt": "{{ $json.nope }}"}'),
			"'JSON' has an empty prompt",
		],
		[
			'a Model ID that is not there',
			{ ...other('{"prompt":"a"}'), modelId: '={{ "" + $json.nope }}' },
			'only undefined',
		],
		[
			'an input of a flow that is not there',
			flowWith('={{ $json.nope }}'),
			'\'Input Fields\' contains no value at "image"',
		],
		[
			'an input of a flow with [object Object]',
			flowWith('=a {{ $json.product }}'),
			'\'Input Fields\' contains [object Object] at "image"',
		],
		[
			'an input of a flow that is only undefined',
			flowWith('={{ "" + $json.nope }}'),
			'\'Input Fields\' contains only undefined at "image"',
		],
		[
			'the JSON of a flow with a key whose value is not there',
			flowJson('={{ { prompt: "a", image: { url: $json.nope } } }}'),
			'\'JSON\' contains no value at "image.url"',
		],
		[
			'two inputs of a flow with one name',
			flow({
				inputFields: {
					input: [
						{ name: 'prompt', value: 'a' },
						{ name: 'prompt', value: 'b' },
					],
				},
			}),
			'\'Input Fields\' has two inputs named "prompt"',
		],
		[
			'a cost limit that is not there',
			typed({ options: { maximumCostPerRun: '={{ $json.nope }}' } }),
			"'Maximum Cost per Run' is empty",
		],
		[
			'a credit limit that is not there',
			typed({ options: { minimumRemainingCredits: '={{ $json.nope }}' } }),
			"'Minimum Remaining Credits' is empty",
		],
	])('%s', async (_, parameters, error) => {
		const { items } = await runWith(parameters);
		expect(items).toHaveLength(1);
		expect(items[0]?.json.error).toContain(error);
		expect(items[0]?.json.message).toMatch(/\. Nothing was sent and nothing was billed\.$/);
		expect(errorOf(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(emulator.requests).toHaveLength(0);
	});

	test('only the row that lost its value', async () => {
		const items = [{ json: { image: 'a' } }, { json: {} }, { json: { image: 'c' } }];
		const ran = await runWith(other('={{ { prompt: "a fox", image: $json.image } }}'), { items });
		expect(ran.items.map(({ json }) => json.error === undefined)).toEqual([true, false, true]);
		expect(sent().map(({ image }) => image)).toEqual(['a', 'c']);
		expect(emulator.paid).toBe(2);
	});
});

describe('sends', () => {
	test.each<[string, IDataObject, object]>([
		['a number as a prompt', typed({ prompt: '={{ $json.count }}' }), { prompt: '42' }],
		['a boolean as a prompt', typed({ prompt: '={{ $json.sure }}' }), { prompt: 'true' }],
		['jpeg as jpg', typed({ outputFormat: '={{ "jpeg" }}' }), { output_format: 'jpg' }],
		['PNG as png', typed({ outputFormat: '={{ "PNG" }}' }), { output_format: 'png' }],
		['a null in a body as it is', other('={{ { prompt: "a", image: null } }}'), { image: null }],
		[
			'dates in a body as their text',
			other('={{ { prompt: "a", at: [new Date(0)] } }}'),
			{ at: ['1970-01-01T00:00:00.000Z'] },
		],
		['an empty input of a flow', flowWith('={{ null }}'), { image: null }],
	])('%s', async (_, parameters, body) => {
		const { items } = await runWith(parameters);
		expect(items[0]?.json.error).toBeUndefined();
		expect(sent()).toEqual([expect.objectContaining(body)]);
		expect(emulator.paid).toBe(1);
	});
});

describe('a seed of -1', () => {
	test.each<[string, IDataObject]>([
		['for a model with fields', typed({ additionalFields: { seed: -1 } })],
		['for a model with fields, as digits', typed({ additionalFields: { seed: '={{ "-1" }}' } })],
		['in a body', other('{"prompt":"a","seed":-1}')],
	])('%s is drawn, sent and reported, directly and through the queue', async (_, parameters) => {
		for (const delivery of ['direct', 'queued']) {
			emulator.reset();
			const options = { delivery, numberOfImages: 3, concurrency: 1 };
			const { items } = await runWith({ ...parameters, options });
			const [first] = seeds() as number[];
			expect(first).toBeGreaterThanOrEqual(0);
			expect(first).toBeLessThanOrEqual(2147483647);
			expect(new Set(seeds()).size).toBe(3);
			expect(items.map(({ json }) => json.seed)).toEqual(seeds());
			expect(emulator.paid).toBe(3);
		}
	});

	test('is drawn once over the tries of Retry On Fail', async () => {
		const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const { items } = await runWith(other('={{ { prompt: $json.text, seed: -1 } }}'), {
			items: [{ json: {} }, { json: { text: 'a' } }],
			node: { ...CONTINUE, ...retry },
		});
		expect(items[1]?.json).toMatchObject({ seed: seeds()[0], alreadyPaid: true });
		expect(seeds()[0]).toBeGreaterThanOrEqual(0);
		expect(emulator.paid).toBe(1);
	});
});

describe('the seeds of several images', () => {
	test.each([
		['count up above 32 bits', '516797155652', [516797155652, 516797155653, 516797155654]],
		['count up above 31 bits', '4294967294', [4294967294, 4294967295, 4294967296]],
		['start over after 31 bits', '2147483646', [2147483646, 2147483647, 0]],
		['count up from digits', '"7"', ['7', 8, 9]],
	])('%s', async (_, seed, expected) => {
		const options = { numberOfImages: 3, concurrency: 1 };
		await runWith(other(`{"prompt":"a","seed":${seed}}`, { options }));
		expect(seeds()).toEqual(expected);
		expect(emulator.paid).toBe(3);
	});

	test('start over at the end of what a model with fields takes', async () => {
		const options = { numberOfImages: 3, concurrency: 1 };
		await runWith(typed({ additionalFields: { seed: 4294967295 }, options }));
		expect(seeds()).toEqual([4294967295, 0, 1]);
	});

	test('are refused before paying when they are too large to differ', async () => {
		const body = '{"prompt":"a","seed":18446744073709551615}';
		const { items } = await runWith(other(body, { options: { numberOfImages: 2 } }));
		expect(items[0]?.json.error).toMatch(/^'Inputs' has too large a seed to count up/);
		expect(emulator.requests).toHaveLength(0);
	});
});

describe('a value that the node does not know', () => {
	const CASES: Array<[string, IDataObject, error: string, choices: string]> = [
		[
			'of Model',
			{ model: 'flux-9', prompt: 'a fox' },
			`'Model' can't be "flux-9"`,
			'Use one of flux-1.1-pro, flux-1.1-pro-ultra, flux-pro.',
		],
		[
			'of Resource',
			{ resource: 'video', operation: 'generate', prompt: 'a fox' },
			`'Resource' can't be "video"`,
			'Use one of account, file, image, model, pixelFlow.',
		],
		...(
			[
				['image', 'draw', 'generate, edit, getMany, getResult'],
				['pixelFlow', 'generate', 'run'],
				['account', 'run', 'getCredits'],
			] as const
		).map(([resource, operation, known]): [string, IDataObject, string, string] => [
			`of Operation for ${resource}`,
			{ resource, operation, prompt: 'a fox' },
			`'Operation' can't be "${operation}"`,
			`Use one of ${known}.`,
		]),
	];

	test.each(CASES)('%s is one failed item for each input item', async (_, parameters, error, choices) => {
		const items = [{ json: { row: 1 } }, { json: { row: 2 } }];
		const ran = await runWith(parameters, { items });
		expect(ran.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		for (const item of ran.items) {
			expect(Object.keys(item.json)).toEqual(['error', 'message', 'details']);
			expect(item.json.error).toBe(error);
			expect(item.json.message).toContain(choices);
			expect(errorOf(item)).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		}
		expect(emulator.requests).toHaveLength(0);
	});

	test.each(CASES)('%s leaves by the error output', async (_, parameters, error) => {
		const ran = await runWith(parameters, { node: { onError: 'continueErrorOutput' } });
		expect(ran.items).toHaveLength(0);
		expect(ran.errorOutput.map(({ json }) => json.error)).toEqual([error]);
	});

	test.each(CASES)('%s stops a workflow with that message', async (_, parameters, error, choices) => {
		const ran = await runWith(parameters, { node: {} });
		expect(ran.error).toMatchObject({ message: error, description: expect.stringContaining(choices) });
		expect(emulator.requests).toHaveLength(0);
	});
});

describe('File Name', () => {
	test('with the extension of any file of a model is a name without it', async () => {
		const { items } = await runWith(typed({ options: { fileName: 'clip.mp4' } }));
		expect(items[0]?.binary?.data?.fileName).toBe('clip.webp');
	});

	test('of a flow names its files', async () => {
		const { items } = await runWith({ ...flowWith('x'), options: { fileName: 'product-42' } });
		expect(items[0]?.binary?.picture?.fileName).toBe('product-42-picture.webp');
		expect(emulator.paid).toBe(1);
	});
});

describe('values where nothing reads them', () => {
	test('are named with the place that they belong to', async () => {
		const parameters = {
			width: 512,
			seed: 7,
			aspect_ratio: '16:9',
			minimumRemainingCredits: 5,
			aspectRatio: '1:1',
		};
		const { items, hints } = await engine.run(
			generate({}, { parameters: { ...parameters, prompt: 'a fox' } }),
		);
		expect(items[0]?.json).toMatchObject({ aspectRatio: '1:1' });
		const hint = hints.find((each) => each.startsWith('Ignored'));
		for (const name of [
			'width (Width)',
			'seed (Additional Fields > Seed)',
			'aspect_ratio (Aspect Ratio)',
			'minimumRemainingCredits (Options > Minimum Remaining Credits)',
		]) {
			expect(hint).toContain(name);
		}
	});

	test('are read where Aspect Ratio was saved in other letters, so that n8n takes them for hidden', async () => {
		const { items, hints } = await runWith({
			prompt: 'a fox',
			aspectRatio: 'Custom',
			width: 256,
			height: 512,
		});
		expect(items[0]?.json).toMatchObject({ width: 256, height: 512 });
		expect(hints.join()).not.toContain('Ignored');
	});

	test('are none where all is in its place', async () => {
		const parameters = { aspectRatio: 'custom', width: 512, height: 512, additionalFields: { seed: 7 } };
		const { hints } = await engine.run(generate({}, { parameters }));
		expect(hints.join()).not.toContain('Ignored');
	});
});
