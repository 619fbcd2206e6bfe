import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { Engine } from './engine';
import { asked, CONTINUE, refusalIn, RETRY_ON_FAIL, submits } from './queue';

let engine: Engine;
let emulator: Emulator;
let elsewhere: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start();
	elsewhere = await Emulator.start();
});
beforeEach(() => {
	emulator.reset();
	elsewhere.reset();
});
afterAll(async () => {
	await engine.stop();
	await emulator.close();
	await elsewhere.close();
});

/** One input, by an expression. */
const PROMPT = { inputFields: { input: [{ name: 'prompt', value: '={{ $json.prompt }}' }] } };

const flowOf = (parameters: IDataObject = {}, rest: RunOptions = {}): RunOptions => ({
	credential: { apiKey: emulator.key, baseUrl: emulator.url },
	items: [{ json: { prompt: 'a fox' } }],
	...rest,
	parameters: { resource: 'pixelFlow', operation: 'run', flow: 'product-photo', ...PROMPT, ...parameters },
});
const bodies = () => submits(emulator).map(({ body }) => body);
const outputs = (...values: Array<[keyname: string, value: unknown]>): Fault => ({
	on: 'result',
	fields: { output: JSON.stringify(values.map(([keyname, value]) => ({ keyname, value }))) },
});

describe('where a flow is run', () => {
	test.each([
		['product-photo', '/workflows/v2/product-photo'],
		['6629b1-v2', '/workflows/6629b1-v2'],
		['https://api.segmind.com/workflows/v2/product-photo', '/workflows/v2/product-photo'],
		['https://api.segmind.com/workflows/6629b1-v2', '/workflows/6629b1-v2'],
	])('%s runs on the base URL, and hands over its outputs by name', async (flow, path) => {
		const { items, error } = await engine.run(flowOf({ flow }));
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({
			flow: path.split('/').at(-1),
			outputs: { caption: 'A caption for: a fox' },
			cost: 0.02,
			remainingCredits: 9.98,
			attempts: 1,
		});
		expect(items[0]?.binary?.picture).toMatchObject({ mimeType: 'image/webp' });
		expect((await sharp(await engine.read(items[0], 'picture')).metadata()).format).toBe('webp');
		expect(submits(emulator).map((each) => each.path)).toEqual([path]);
		expect(emulator.paid).toBe(1);
	});

	test('of a pasted address only the last part counts: no other host is asked', async () => {
		const { error } = await engine.run(flowOf({ flow: `${elsewhere.url}/workflows/v2/product-photo` }));
		expect(error).toBeUndefined();
		expect(elsewhere.requests).toHaveLength(0);
		expect(submits(emulator).map(({ path }) => path)).toEqual(['/workflows/v2/product-photo']);
	});

	test.each(['..', 'a b', '../v1/get-user-credits?', '={{ "" }}', 'a%2fb'])(
		'%j is refused unsent',
		async (flow) => {
			const { items } = await engine.run(flowOf({ flow }, { node: CONTINUE }));
			expect(refusalIn(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
			expect(emulator.requests).toHaveLength(0);
		},
	);
});

describe('inputs', () => {
	test('are sent by their names, with the types that expressions give', async () => {
		const input = [
			{ name: ' prompt ', value: 'a fox' },
			{ name: 'count', value: '={{ 0 }}' },
			{ name: 'sure', value: '={{ false }}' },
			{ name: 'empty', value: '' },
			{ name: 'list', value: '={{ [1, "b"] }}' },
		];
		await engine.run(flowOf({ inputFields: { input } }));
		expect(bodies()).toEqual([{ prompt: 'a fox', count: 0, sure: false, empty: '', list: [1, 'b'] }]);
	});

	test.each([
		['text', '{"prompt":"a fox","more":{"a":[1]}}'],
		['an object', '={{ { prompt: "a fox", more: { a: [1] } } }}'],
	])('are sent as they are from JSON as %s', async (_, inputJson) => {
		await engine.run(flowOf({ inputMode: 'json', inputJson }));
		expect(bodies()).toEqual([{ prompt: 'a fox', more: { a: [1] } }]);
	});

	test.each([
		['no JSON', { inputMode: 'json', inputJson: '{prompt}' }, "'JSON' is not valid JSON"],
		['a list', { inputMode: 'json', inputJson: '[]' }, "'JSON' is not a JSON object"],
		['no name', { inputFields: { input: [{ name: ' ', value: 'a' }] } }, 'input without a name'],
	])('that are %s are refused unsent', async (_, parameters, words) => {
		const { items } = await engine.run(flowOf(parameters, { node: CONTINUE }));
		expect(items[0]?.json.error).toContain(words);
		expect(emulator.requests).toHaveLength(0);
	});
});

describe('outputs', () => {
	test.each<[string, unknown, IDataObject]>([
		['a list', [{ keyname: 'picture', value: '{file}' }], { picture: expect.stringContaining('/files/') }],
		['an object', { picture: '{file}', count: 0 }, { count: 0 }],
		['plain text', 'a fox', { output: 'a fox' }],
		['a single link', '{file}', { output: expect.stringContaining('/files/') }],
	])('may be %s', async (_, output, told) => {
		emulator.order({ on: 'result', fields: { output } });
		const { items, error } = await engine.run(flowOf());
		expect(error).toBeUndefined();
		expect(items[0]?.json.outputs).toMatchObject(told);
		const isFile = JSON.stringify(output).includes('{file}');
		expect(Object.keys(items[0]?.binary ?? {})).toHaveLength(isFile ? 1 : 0);
	});

	test('may be missing: the flow was paid for, and its item says so', async () => {
		emulator.order({ on: 'result', fields: { output: null } });
		const { items, error } = await engine.run(flowOf());
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ flow: 'product-photo', cost: 0.02 });
		expect(items[0]?.binary).toBeUndefined();
	});

	test('stay links where nothing is to be downloaded', async () => {
		const { items } = await engine.run(flowOf({ downloadFiles: false }));
		expect(items[0]?.binary).toBeUndefined();
		expect(items[0]?.json.outputs).toMatchObject({ picture: expect.stringMatching(/\/files\/.*webp$/) });
		expect(asked(emulator, /^\/files/)).toHaveLength(0);
	});

	test('that are several files are all there, each with a name of its own', async () => {
		emulator.order(outputs(['picture', ['{file}', '{file}?2']], ['mask', '{file}?3'], ['note', 'text']));
		const { items } = await engine.run(flowOf());
		const binary = items[0]?.binary ?? {};
		expect(Object.keys(binary).sort()).toEqual(['mask', 'picture1', 'picture2']);
		expect(new Set(Object.values(binary).map(({ fileName }) => fileName)).size).toBe(3);
		for (const { headers } of asked(emulator, /^\/files/)) {
			expect(headers).not.toHaveProperty('x-api-key');
		}
	});

	test('of one name twice are both there', async () => {
		emulator.order(outputs(['picture', '{file}?1'], ['picture', '{file}?2']));
		const { items } = await engine.run(flowOf());
		expect(Object.keys(items[0]?.binary ?? {})).toHaveLength(2);
		expect(JSON.stringify(items[0]?.json.outputs)).toMatch(/\?1.*\?2/);
	});

	test('in a list do not take the name of another output', async () => {
		emulator.order(outputs(['picture', ['{file}?1', '{file}?2']], ['picture1', '{file}?3']));
		const { items } = await engine.run(flowOf());
		expect(Object.keys(items[0]?.binary ?? {})).toHaveLength(3);
	});

	test('that are links to no file stay links, and what is a file arrives', async () => {
		emulator.order(outputs(['picture', '{file}'], ['page', 'https://example.com/about']));
		const { items } = await engine.run(flowOf());
		expect(Object.keys(items[0]?.binary ?? {})).toEqual(['picture']);
		expect(items[0]?.json.outputs).toMatchObject({ page: 'https://example.com/about' });
	});

	test.each(['http://images.example.com/a.png', 'https://10.0.0.1/a.png', 'https://me@example.com/a.png'])(
		'that may never be fetched, as %s, stay links and hold back nothing that was paid for',
		async (link) => {
			emulator.order(outputs(['picture', '{file}'], ['source', link]));
			const { items, error } = await engine.run(flowOf({ options: { timeout: 5 } }));
			expect(error).toBeUndefined();
			expect(Object.keys(items[0]?.binary ?? {})).toEqual(['picture']);
			expect(items[0]?.json.outputs).toMatchObject({ source: link });
		},
	);

	test('stand beside the files of the input, and before one of the same name', async () => {
		const file = { data: Buffer.from('old').toString('base64'), mimeType: 'text/plain', fileName: 'old.txt' };
		const item = { json: { prompt: 'a fox', row: 7 }, binary: { picture: file, other: file } };
		const { items } = await engine.run(flowOf({ options: { includeInputFields: true } }, { items: [item] }));
		expect(items[0]?.json).toMatchObject({ row: 7, flow: 'product-photo' });
		expect(items[0]?.binary?.other?.fileName).toBe('old.txt');
		expect(items[0]?.binary?.picture?.mimeType).toBe('image/webp');
	});
});

describe('money', () => {
	const three = ['a', 'b', 'c'].map((prompt) => ({ json: { prompt } }));
	const captionsOf = (items: ReadonlyArray<{ json: IDataObject }>) =>
		items.map(({ json }) => (json.outputs as IDataObject | undefined)?.caption);
	const CAPTIONS = ['A caption for: a', 'A caption for: b', 'A caption for: c'];

	test.each(['product-photo', '6629b1-v2'])(
		'%s that was submitted is fetched by a retry, paid once, with file names unlike each other',
		async (flow) => {
			emulator.order({ on: 'status', prompt: 'b', status: 401, body: { error: 'expired' } });
			const { items, error } = await engine.run(flowOf({ flow }, { items: three, node: RETRY_ON_FAIL }));
			expect(error).toBeUndefined();
			expect(captionsOf(items)).toEqual(CAPTIONS);
			expect([emulator.paid, submits(emulator).length]).toEqual([3, 3]);
			expect(new Set(items.map(({ binary }) => binary?.picture?.fileName)).size).toBe(3);
		},
	);

	test('a file that does not come is fetched by a retry', async () => {
		emulator.order({ on: 'file', prompt: 'b', hang: true });
		const options = { timeout: 5 };
		const { items, error } = await engine.run(
			flowOf({ options }, { items: three, node: { ...RETRY_ON_FAIL, maxTries: 2 } }),
		);
		expect(error).toBeUndefined();
		expect(captionsOf(items)).toEqual(CAPTIONS);
		expect(emulator.paid).toBe(3);
	});

	test.each<[string, Fault]>([
		['error_message', { fails: { error_message: { message: 'no face found' } } }],
		['error', { fails: { error: 'no face found' } }],
	])('a flow that fails with an %s says why, and is not billed', async (_, fault) => {
		for (const flow of ['product-photo', '6629b1-v2']) {
			emulator.order(fault);
			const { items } = await engine.run(flowOf({ flow }, { node: CONTINUE }));
			expect(refusalIn(items[0])).toMatchObject({ billed: 'no', statusCode: 422 });
			expect(items[0]?.json.error).toContain('no face found');
		}
		expect(emulator.paid).toBe(0);
	});

	test('a submit that is lost is in doubt', async () => {
		emulator.order({ reset: true });
		const { error } = await engine.run(flowOf({}, { node: RETRY_ON_FAIL }));
		expect(error?.description).toMatch(/may have been made and billed/);
		expect(submits(emulator)).toHaveLength(1);
	});
});
