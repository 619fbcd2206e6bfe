import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import { jsonError } from './faults';
import { errorOf, metadataOf, requestsTo, submissions } from './results';
import { CONTINUE, flow, getResult, itemsOf, RETRY_ON_FAIL } from './runs';
import { emulator, engine, itemsFrom, otherServer, useEngine } from './setup';

useEngine();

const paths = () => submissions().map(({ path }) => path);
const bodies = () => submissions().map(({ body }) => body);
const fieldsOf = (item: INodeExecutionData | undefined): string[] => Object.keys(item?.binary ?? {});

/** Runs a flow whose result has this output. */
async function itemWith(
	output: unknown,
	parameters: IDataObject = {},
): Promise<INodeExecutionData | undefined> {
	emulator.inject({ on: 'result', fields: { output } });
	const items = await itemsFrom(flow(parameters));
	return items[0];
}

/** A flow's outputs as Segmind writes them. */
const outputs = (...values: Array<[keyname: string, value: unknown]>): string =>
	JSON.stringify(values.map(([keyname, value]) => ({ keyname, value })));

describe('flow', () => {
	test('a link that was sent stays a link, also in the next try, and after the queue has forgotten the flow', async () => {
		const sent = `${emulator.url}/files/own.png`;
		const named = (name: string, value: string) => ({ name, value });
		const inputFields = {
			input: [named('prompt', '={{ $json.prompt }}'), named('image', sent)],
		};
		const options = flow({ inputFields, options: { concurrency: 1 } }, { items: itemsOf('a', 'b') });
		emulator.inject({ on: 'result', fields: { output: outputs(['text', 'A fox'], ['input', sent]) } });
		emulator.inject({ prompt: 'b', ...jsonError(400, 'bad') });
		const first = await engine.run(options);
		expect(first.error?.message).toContain('bad');
		emulator.inject({ on: 'status', prompt: 'a', ...jsonError(404, 'gone'), times: -1 });
		const second = await engine.retry(first, options);
		expect(second.error).toBeUndefined();
		expect(second.items[0]?.json).toMatchObject({
			outputs: { text: 'A fox', input: sent },
			alreadyPaid: true,
		});
		expect(fieldsOf(second.items[0])).toEqual([]);
		expect(requestsTo(/own\.png/)).toEqual([]);
		expect(emulator.paid).toBe(2);
	});

	test.each([
		['product-photo', '/workflows/v2/product-photo'],
		['6629b1-v2', '/workflows/6629b1-v2'],
		['https://api.segmind.com/workflows/v2/product-photo', '/workflows/v2/product-photo'],
		['https://api.segmind.com/workflows/6629b1-v2', '/workflows/6629b1-v2'],
	])('%s runs at the base URL, and its outputs are returned by name', async (name, path) => {
		const items = await itemsFrom(flow({ flow: name }, { items: itemsOf('a fox') }));
		expect(items[0]?.json).toMatchObject({
			flow: path.split('/').at(-1),
			outputs: { caption: 'A caption for: a fox' },
			cost: 0.02,
			remainingCredits: 9.98,
			attempts: 1,
		});
		expect(items[0]?.binary?.picture).toMatchObject({ mimeType: 'image/webp' });
		expect((await metadataOf(items[0], 'picture')).format).toBe('webp');
		expect(paths()).toEqual([path]);
		expect(emulator.paid).toBe(1);
	});

	test('only the last part of a pasted URL is used: no other host gets a request', async () => {
		await itemsFrom(flow({ flow: `${otherServer.url}/workflows/v2/product-photo` }));
		expect(otherServer.requests).toHaveLength(0);
		expect(paths()).toEqual(['/workflows/v2/product-photo']);
	});
});

describe('inputs', () => {
	test('are sent by name, with the types of their expressions', async () => {
		const input = [
			{ name: ' prompt ', value: 'a fox' },
			{ name: 'count', value: '={{ 0 }}' },
			{ name: 'sure', value: '={{ false }}' },
			{ name: 'empty', value: '' },
			{ name: 'list', value: '={{ [1, "b"] }}' },
		];
		await engine.run(flow({ inputFields: { input } }));
		expect(bodies()).toEqual([{ prompt: 'a fox', count: 0, sure: false, empty: '', list: [1, 'b'] }]);
	});

	test.each([
		['text', '{"prompt":"a fox","more":{"a":[1]}}'],
		['an object', '={{ { prompt: "a fox", more: { a: [1] } } }}'],
	])('are sent unchanged from JSON as %s', async (_, inputJson) => {
		await engine.run(flow({ inputMode: 'json', inputJson }));
		expect(bodies()).toEqual([{ prompt: 'a fox', more: { a: [1] } }]);
	});
});

test.each<[IDataObject, words: string]>([
	[{ inputMode: 'json', inputJson: '{prompt}' }, "'JSON'"],
	[{ inputMode: 'json', inputJson: '[]' }, "'JSON'"],
	[{ inputFields: { input: [{ name: ' ', value: 'a' }] } }, 'name'],
	...['..', 'a b', '../v1/get-user-credits?', '={{ "" }}', 'a%2fb'].map((name): [IDataObject, string] => [
		{ flow: name },
		"'Flow'",
	]),
])('sends nothing for %j', async (parameters, words) => {
	const { items } = await engine.run(flow(parameters, { node: CONTINUE }));
	expect(items[0]?.json.error).toContain(words);
	expect(errorOf(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
	expect(emulator.requests).toHaveLength(0);
});

describe('outputs', () => {
	test.each<[string, unknown, IDataObject, number]>([
		['a list', [{ keyname: 'picture', value: '{file}' }], { picture: expect.stringContaining('/files/') }, 1],
		['an object', { picture: '{file}', count: 0 }, { count: 0 }, 1],
		['plain text', 'a fox', { output: 'a fox' }, 0],
		['a single link', '{file}', { output: expect.stringContaining('/files/') }, 1],
	])('can be %s', async (_, output, expected, files) => {
		const item = await itemWith(output);
		expect(item?.json.outputs).toMatchObject(expected);
		expect(fieldsOf(item)).toHaveLength(files);
	});

	test('can be missing: the item is delivered with its cost', async () => {
		const item = await itemWith(null);
		expect(item?.json).toMatchObject({ flow: 'product-photo', cost: 0.02 });
		expect(item?.binary).toBeUndefined();
	});

	test('stay links if downloads are off', async () => {
		const { items } = await engine.run(flow({ downloadFiles: false }));
		expect(items[0]?.binary).toBeUndefined();
		expect(items[0]?.json.outputs).toMatchObject({ picture: expect.stringMatching(/\/files\/.*webp$/) });
		expect(requestsTo(/^\/files/)).toHaveLength(0);
	});

	test.each<[string, output: string, fields: string[]]>([
		['one file each', outputs(['picture', '{file}?1'], ['mask', '{file}?2']), ['mask', 'picture']],
		['a list', outputs(['picture', ['{file}?1', '{file}?2']], ['note', 'text']), ['picture1', 'picture2']],
		['one name', outputs(['picture', '{file}?1'], ['picture', '{file}?2']), ['picture', 'picture-2']],
		[
			'the name of a file in a list',
			outputs(['picture', ['{file}?1', '{file}?2']], ['picture1', '{file}?3']),
			['picture1', 'picture1-2', 'picture2'],
		],
	])('with %s are delivered under unique names, and fetched without the key', async (_, output, fields) => {
		const item = await itemWith(output);
		expect(fieldsOf(item).sort()).toEqual(fields);
		const names = Object.values(item?.binary ?? {}).map(({ fileName }) => fileName);
		expect(new Set(names).size).toBe(fields.length);
		for (const link of output.match(/\?\d/g) ?? [])
			expect(JSON.stringify(item?.json.outputs)).toContain(link);
		for (const { headers } of requestsTo(/^\/files/)) expect(headers).not.toHaveProperty('x-api-key');
	});

	test.each([
		'https://example.com/about',
		'http://images.example.com/a.png',
		'https://10.0.0.1/a.png',
		'https://me@example.com/a.png',
	])('with a link that is no file keep the link, and files are delivered: %s', async (link) => {
		const output = outputs(['picture', '{file}'], ['source', link]);
		const item = await itemWith(output, { options: { timeout: 5 } });
		expect(fieldsOf(item)).toEqual(['picture']);
		expect(item?.json.outputs).toMatchObject({ source: link });
	});

	test('are added to the input fields, and replace a file of the same name', async () => {
		const file = { data: Buffer.from('old').toString('base64'), mimeType: 'text/plain', fileName: 'old.txt' };
		const input = { json: { prompt: 'a fox', row: 7 }, binary: { picture: file, other: file } };
		const { items } = await engine.run(flow({ options: { includeInputFields: true } }, { items: [input] }));
		expect(items[0]?.json).toMatchObject({ row: 7, flow: 'product-photo' });
		expect(items[0]?.binary?.other?.fileName).toBe('old.txt');
		expect(items[0]?.binary?.picture?.mimeType).toBe('image/webp');
	});
});

describe('money', () => {
	const items = itemsOf('a', 'b', 'c');
	const captionsOf = (results: readonly INodeExecutionData[]) =>
		results.map(({ json }) => (json.outputs as IDataObject | undefined)?.caption);
	const CAPTIONS = ['A caption for: a', 'A caption for: b', 'A caption for: c'];

	test.each(['product-photo', '6629b1-v2'])(
		'a retry fetches a submitted flow and pays once, with unique file names: %s',
		async (name) => {
			emulator.inject({ on: 'status', prompt: 'b', ...jsonError(401, 'expired') });
			const result = await engine.run(flow({ flow: name }, { items, node: RETRY_ON_FAIL }));
			expect(result.error).toBeUndefined();
			expect(captionsOf(result.items)).toEqual(CAPTIONS);
			expect([emulator.paid, submissions().length]).toEqual([3, 3]);
			expect(new Set(result.items.map(({ binary }) => binary?.picture?.fileName)).size).toBe(3);
		},
	);

	test('a retry fetches a file that did not arrive in time', async () => {
		emulator.inject({ on: 'file', prompt: 'b', hang: true });
		const node = { ...RETRY_ON_FAIL, maxTries: 2 };
		const result = await engine.run(flow({ options: { timeout: 5 } }, { items, node }));
		expect(result.error).toBeUndefined();
		expect(captionsOf(result.items)).toEqual(CAPTIONS);
		expect(emulator.paid).toBe(3);
	});

	test.each<[string, Fault]>([
		['product-photo', { fails: { error_message: { message: 'no face found' } } }],
		['6629b1-v2', { fails: { error_message: { message: 'no face found' } } }],
		['6629b1-v2', { fails: { error: 'no face found' } }],
	])('a failure of %s is reported from %j and not billed', async (name, fault) => {
		emulator.inject(fault);
		const result = await engine.run(flow({ flow: name }, { node: CONTINUE }));
		expect(errorOf(result.items[0])).toMatchObject({ billed: 'no', statusCode: 422 });
		expect(result.items[0]?.json.error).toContain('no face found');
		expect(emulator.paid).toBe(0);
	});

	test.each<[Fault, IDataObject]>([
		[{ fails: { error: 'missing prompt' } }, { inputFields: {} }],
		[jsonError(400, 'missing prompt'), { inputFields: {} }],
		[jsonError(404, 'not found'), { flow: 'product-fotos' }],
	])('an error names the field that it concerns: %j %j', async (fault, parameters) => {
		emulator.inject(fault);
		const { error } = await engine.run(flow(parameters));
		expect(error?.description).toMatch('flow' in parameters ? /'Flow', "product-fotos"/ : /'Input Fields'/);
	});

	test('a lost submission is uncertain and not sent again', async () => {
		emulator.inject({ reset: true });
		const { error } = await engine.run(flow({}, { node: RETRY_ON_FAIL }));
		expect(error?.description).toMatch(/billed/);
		expect(submissions()).toHaveLength(1);
	});
});

describe('Submit Only', () => {
	const SUBMIT = { options: { delivery: 'submitOnly' } };

	test('returns the ID at once; Get Result fetches its files and outputs, and pays nothing', async () => {
		const [submitted] = await itemsFrom(flow(SUBMIT, { items: itemsOf('a fox') }));
		expect(submitted?.json).toEqual({
			flow: 'product-photo',
			requestId: expect.any(String),
			status: 'QUEUED',
			attempts: 1,
		});
		const [item, ...more] = await itemsFrom(getResult([submitted!]));
		expect(more).toEqual([]);
		expect(item?.json).toMatchObject({
			outputs: { caption: 'A caption for: a fox', picture: expect.stringContaining('/files/') },
			...{ format: 'webp', cost: 0.02, status: 'COMPLETED' },
		});
		expect((await metadataOf(item)).format).toBe('webp');
		expect(emulator.paid).toBe(1);
	});

	test('a link that is no file stays a link', async () => {
		const [submitted] = await itemsFrom(flow(SUBMIT));
		const values: Array<[string, unknown]> = [
			['page', 'https://a.example/'],
			['local', 'https://10.0.0.1/a.png'],
			['text', 'a'],
		];
		emulator.inject({ on: 'result', fields: { output: outputs(...values) } });
		const [item] = await itemsFrom(getResult([submitted!]));
		expect(item?.json.outputs).toEqual(Object.fromEntries(values));
		expect(item?.binary ?? {}).toEqual({});
	});

	test.each([
		['a flow of the older form', { flow: '6629b1-v2', ...SUBMIT }, /older form/],
		['Direct', { options: { delivery: 'direct' } }, /Direct/],
	])('is refused before paying for %s', async (_, parameters, words) => {
		const { items } = await engine.run(flow(parameters, { node: CONTINUE }));
		expect(errorOf(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(items[0]?.json.error).toMatch(words);
		expect(emulator.requests).toHaveLength(0);
	});
});
