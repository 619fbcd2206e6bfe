import type { IDataObject } from 'n8n-workflow';

import { REJECTED_MEDIA } from '../emulator/catalog';
import { pngOf } from './faults';
import { HISTORY_PATH } from '../emulator/history';
import { errorOf, submissions, valuesOf } from './results';
import { CONTINUE, generate, getResult, itemsOf, picturesOf, RETRY_ON_FAIL, runJson, runModel } from './runs';
import { emulator, engine, itemsFrom, useEngine } from './setup';

useEngine();

const SEEDREAM = 'seedream-v3-text-to-image';
const LINK = 'https://images.example/a.png';

const bodies = (): unknown[] => submissions().map(({ body }) => body);

test('a model from the list: its inputs are typed as published, and its file is delivered', async () => {
	const inputs = { prompt: '={{ $json.prompt }}', size: ' BIG', guidance_scale: '3.5', seed: 7 };
	const [item] = await itemsFrom(runModel(SEEDREAM, inputs));
	expect(bodies()).toEqual([{ prompt: 'a', size: 'big', guidance_scale: 3.5, seed: 7 }]);
	expect(submissions().map(({ path }) => path)).toEqual([`/v2/${SEEDREAM}`]);
	expect(item?.json).toMatchObject({
		model: SEEDREAM,
		prompt: 'a',
		seed: 7,
		format: 'webp',
		cost: 0.03,
		attempts: 1,
	});
	expect((await engine.read(item)).length).toBe(item?.json.fileSize);
	expect(emulator.paid).toBe(1);
});

test('a model whose inputs are not published gets them as entered, and a hint says so', async () => {
	const { items, hints } = await engine.run(runModel('no-parameters', { prompt: 'a', anything: '7' }));
	expect(items[0]?.json).toMatchObject({ model: 'no-parameters', prompt: 'a' });
	expect(bodies()).toEqual([{ prompt: 'a', anything: '7' }]);
	expect(hints.join()).toMatch(/without a check: Segmind publishes none for no-parameters/);
});

test.each([
	['direct', 'v1'],
	['queued', 'v2'],
])('delivery %s goes to %s', async (delivery, version) => {
	await itemsFrom(runModel(SEEDREAM, undefined, { options: { delivery } }));
	expect(emulator.imageRequests.map(({ path }) => path)).toEqual([`/${version}/${SEEDREAM}`]);
});

test('a seed that is left out, or -1, is drawn and reported; several images count it up', async () => {
	const [drawn] = await itemsFrom(runModel(SEEDREAM));
	const [asked] = await itemsFrom(runModel(SEEDREAM, { prompt: 'a', seed: -1 }));
	const options = { numberOfImages: 3, concurrency: 1 };
	await itemsFrom(runModel(SEEDREAM, { prompt: 'b', seed: 5 }, { options }));
	const seeds = submissions().map(({ body }) => body.seed);
	expect(seeds.slice(0, 2)).toEqual([drawn?.json.seed, asked?.json.seed]);
	expect(seeds.every((seed) => Number.isInteger(seed) && Number(seed) >= 0)).toBe(true);
	expect(seeds.slice(2)).toEqual([5, 6, 7]);
});

test.each([
	['the ID of a model', 'id', SEEDREAM],
	['the address of its page', 'id', `https://www.segmind.com/models/${SEEDREAM}`],
	['an address below its page', 'id', ` https://www.segmind.com/models/${SEEDREAM}/api?tab=js#x `],
	['an address without a scheme', 'id', `www.segmind.com/models/${SEEDREAM}/`],
	['the address of its API', 'id', `https://api.segmind.com/v1/${SEEDREAM}`],
])('takes %s', async (_, mode, value) => {
	await itemsFrom(runModel('', { prompt: 'a' }, { modelId: { __rl: true, mode, value } }));
	expect(submissions().map(({ path }) => path)).toEqual([`/v2/${SEEDREAM}`]);
});

test('takes a model for each row by an expression', async () => {
	const items = [SEEDREAM, 'sdxl-four', 'llama-chat'].map((model) => ({ json: { prompt: 'a', model } }));
	const modelId = { __rl: true, mode: 'id', value: '={{ $json.model }}' };
	await itemsFrom(runModel('', undefined, { modelId, options: { concurrency: 1 } }, { items }));
	expect(submissions().map(({ path }) => path)).toEqual([
		`/v2/${SEEDREAM}`,
		'/v2/sdxl-four',
		'/v2/llama-chat',
	]);
});

describe('what a model makes', () => {
	test('a video', async () => {
		const [item] = await itemsFrom(runModel('kling-image2video', { image: LINK, duration: '10' }));
		expect(bodies()).toEqual([{ image: LINK, duration: 10 }]);
		expect(item?.json).toMatchObject({ format: 'mp4', mimeType: 'video/mp4', fileSize: 5016, cost: 0.25 });
	});

	test('several files, each an item, paid once', async () => {
		const items = await itemsFrom(runModel('sdxl-four', { prompt: 'a', samples: 3 }));
		expect(valuesOf(items, 'outputIndex')).toEqual([0, 1, 2]);
		expect(valuesOf(items, 'cost')).toEqual([0.01, null, null]);
		expect(emulator.paid).toBe(1);
	});

	test.each(['direct', 'queued'])('JSON, with delivery %s', async (delivery) => {
		const [item] = await itemsFrom(runModel('llama-chat', { prompt: 'a' }, { options: { delivery } }));
		expect(JSON.stringify(item?.json.output)).toContain('"caption":"About: a"');
		expect(item?.json).toMatchObject({ model: 'llama-chat', cost: 0.001 });
		expect(item?.binary ?? {}).toEqual({});
	});
});

describe('is named before anything is spent:', () => {
	test.each<[string, string, IDataObject, string]>([
		['a required input left out', SEEDREAM, {}, "'Prompt' is empty, and Seedream V3 needs it"],
		[
			'a required input that an expression lost',
			SEEDREAM,
			{ prompt: '={{ $json.nothing }}' },
			"'Prompt' is empty",
		],
		['an option that the list does not have', SEEDREAM, { prompt: 'a', size: 'huge' }, "'Size' can't be"],
		[
			'a number out of range',
			SEEDREAM,
			{ prompt: 'a', guidance_scale: 11 },
			"'Guidance Scale' is out of range: 11",
		],
		[
			'an input of another model',
			SEEDREAM,
			{ prompt: 'a', steps: 3 },
			`'Inputs' has "steps", which Seedream V3 does not take`,
		],
		[
			'bytes where an address is needed',
			'kling-image2video',
			{ image: 'iVBORw0KGgo' },
			"'First Frame' names no input field",
		],
		['no model', '={{ "" }}', { prompt: 'a' }, "'Model' is empty"],
		['a path for a model', '../v1/get-user-credits', { prompt: 'a' }, "'Model' is neither"],
		['an address without a model', 'https://www.segmind.com/models/', { prompt: 'a' }, "'Model' is neither"],
		['a lost value', SEEDREAM, { prompt: '={{ "a " + {} }}' }, "'Inputs' contains [object Object]"],
	])('%s', async (_, model, inputs, message) => {
		const { items } = await engine.run(runModel(model, inputs, {}, { node: CONTINUE }));
		expect(errorOf(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(items[0]?.json.error).toContain(message);
		expect(emulator.imageRequests).toHaveLength(0);
	});

	test('an unknown model, for its rows only', async () => {
		const items = [SEEDREAM, 'seadream', SEEDREAM].map((model, index) => ({
			json: { prompt: `a${index}`, model },
		}));
		const modelId = { __rl: true, mode: 'id', value: '={{ $json.model }}' };
		const result = await engine.run(runModel('', undefined, { modelId }, { items, node: CONTINUE }));
		expect(valuesOf(result.items, 'model')).toEqual([SEEDREAM, undefined, SEEDREAM]);
		expect(errorOf(result.items[1])).toMatchObject({ statusCode: 404, cause: 'endpoint', billed: 'no' });
		expect(result.items[1]?.json.message).toContain("It is the last part of the address of the model's page");
		expect(emulator.paid).toBe(2);
		expect(result.hints.join()).toMatch(/publishes none for seadream$|publishes none for seadream,/);
	});
});

describe('JSON', () => {
	test('with a quote that breaks it names the expression that avoids it', async () => {
		const items = itemsOf('a "red" fox');
		const run = async (inputJson: string) =>
			await engine.run(runJson(inputJson, {}, { items, node: CONTINUE }));
		const broken = await run('={ "prompt": "{{ $json.prompt }}" }');
		expect(broken.items[0]?.json.error).toBe("'JSON' is not valid JSON");
		expect(broken.items[0]?.json.message).toContain('{{ JSON.stringify($json.prompt) }}');
		expect(emulator.imageRequests).toHaveLength(0);
		await run('={ "prompt": {{ JSON.stringify($json.prompt) }} }');
		expect(bodies()).toEqual([{ prompt: 'a "red" fox' }]);
	});
});

describe('pictures', () => {
	const isAsset = expect.stringMatching(new RegExp('^http://127.0.0.1:\\d+/assets/[\\w-]+\\.png$')) as string;

	test('a picture of the item is uploaded once, and its address is sent', async () => {
		const picture = await pngOf(64);
		const items = picturesOf(picture, picture);
		const inputs = { image: 'data', prompt: '={{ $json.prompt }}' };
		const made = await itemsFrom(runModel('kling-image2video', inputs, {}, { items }));
		expect(valuesOf(made, 'mimeType')).toEqual(['video/mp4', 'video/mp4']);
		expect(submissions().map(({ body }) => body.image)).toEqual([isAsset, isAsset]);
		expect(emulator.assets.map(({ bytes }) => bytes.equals(picture))).toEqual([true]);
		expect(emulator.paid).toBe(2);
	});

	test('a picture that Generate made becomes a video', async () => {
		const modelId = { __rl: true, mode: 'list', value: 'kling-image2video' };
		const inputs = { mappingMode: 'defineBelow', value: { image: 'data' }, matchingColumns: [], schema: [] };
		const second = { resource: 'model', operation: 'run', modelId, inputs };
		const { run, error } = await engine.run(generate({}, { second }));
		expect(error).toBeUndefined();
		const [video] = run.data.resultData.runData.Second?.[0]?.data?.main?.[0] ?? [];
		expect(video?.json).toMatchObject({ model: 'kling-image2video', mimeType: 'video/mp4', cost: 0.25 });
		expect(bodies()).toEqual([{ image: expect.stringMatching(/\/assets\/[\w-]+\.webp$/) }]);
		expect(emulator.paid).toBe(2);
	});

	test('a list takes names of input fields and addresses', async () => {
		const items = picturesOf(await pngOf(64));
		const inputs = { prompt: 'a', image_urls: `data, ${LINK}` };
		await itemsFrom(runModel('nano-editor', inputs, {}, { items }));
		expect(bodies()).toEqual([{ prompt: 'a', image_urls: [isAsset, LINK] }]);
	});

	test.each<[string, string, RegExp]>([
		['a field that is not there', 'photo', /'First Frame' names no input field with a file: "photo"/],
		['bytes', 'data:image/png;base64,AAAA', /'First Frame' is a data URI/],
		[
			'an address in a private network',
			'https://10.0.0.1/a.png',
			/'First Frame' is an address inside a private/,
		],
	])('%s is named before anything is spent', async (_, image, words) => {
		const run = runModel(
			'kling-image2video',
			{ image },
			{},
			{ items: picturesOf(await pngOf(8)), node: CONTINUE },
		);
		const { items } = await engine.run(run);
		expect(errorOf(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(items[0]?.json.error).toMatch(words);
		expect(emulator.imageRequests).toHaveLength(0);
	});
});

test('Submit Only returns the ID of a video, and Get Result fetches it', async () => {
	const inputs = { image: LINK, prompt: '={{ $json.prompt }}' };
	const submitted = await itemsFrom(
		runModel('kling-image2video', inputs, { options: { delivery: 'submitOnly' } }),
	);
	expect(submitted[0]?.json).toMatchObject({ model: 'kling-image2video', status: 'QUEUED' });
	const [item] = await itemsFrom(getResult(submitted));
	expect(item?.json).toMatchObject({ format: 'mp4', fileSize: 5016, cost: 0.25, status: 'COMPLETED' });
	expect(emulator.paid).toBe(1);
});

test('a model that takes addresses only fails later on bytes, in its own words, and bills nothing', async () => {
	const json = { modelId: 'kling-image2video', inputMode: 'json', inputJson: '{"image":"iVBORw0KGgo"}' };
	const { items } = await engine.run(runModel('', {}, json, { node: CONTINUE }));
	expect(errorOf(items[0])).toMatchObject({ billed: 'no' });
	expect(items[0]?.json.error).toContain(REJECTED_MEDIA);
	expect(emulator.paid).toBe(0);
});

test('Retry On Fail pays for each run once, with a drawn seed as well', async () => {
	emulator.inject({ prompt: 'b', status: 422, body: { error: 'odd' } });
	const items = itemsOf('a', 'b', 'c');
	const { error } = await engine.run(runModel(SEEDREAM, undefined, {}, { items, node: RETRY_ON_FAIL }));
	expect(error).toBeUndefined();
	expect(emulator.paid).toBe(3);
});

describe('Maximum Cost per Run', () => {
	const inputs = { image: LINK, prompt: '={{ $json.prompt }}' };
	const items = itemsOf('a', 'b', 'c', 'd', 'e', 'f');
	const run = async (maximumCostPerRun: number) =>
		await engine.run(
			runModel('kling-image2video', inputs, { options: { maximumCostPerRun } }, { items, node: CONTINUE }),
		);

	test('learns a price from the first answer', async () => {
		expect((await run(0.5)).items.filter(({ json }) => json.error !== undefined)).toHaveLength(4);
		expect(emulator.paid).toBe(2);
	});

	test("knows a price from the account's history: not even the first request is too dear", async () => {
		emulator.history.options = {};
		await itemsFrom(runModel('kling-image2video', inputs));
		const { items: refused } = await run(0.2);
		expect(refused.map((item) => errorOf(item).cause)).toEqual(items.map(() => 'credits'));
		expect(emulator.paid).toBe(1);
	});

	test.each(['absent', 'broken', 'page', 'malformed'] as const)(
		'goes on without a history that is %s',
		async (state) => {
			await itemsFrom(runModel('kling-image2video', inputs));
			emulator.history.options = { state };
			await run(0.5);
			expect(emulator.paid).toBe(3);
		},
	);

	test('asks for no history without a limit, or where the node has a price', async () => {
		await itemsFrom(runModel('kling-image2video', inputs));
		await itemsFrom(runModel('flux-1.1-pro', { prompt: 'a' }, { options: { maximumCostPerRun: 1 } }));
		expect(emulator.requests.filter(({ path }) => path.startsWith(HISTORY_PATH))).toEqual([]);
	});
});
