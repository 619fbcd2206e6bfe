import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import type { RunOptions, RunResult } from './engine';
import { bytesOf, jsonError, PAGE, pngOf } from './faults';
import { errorOf, requestsTo, valuesOf } from './results';
import { CONTINUE, itemsOf, withParameters } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine();

const run = async (parameters: IDataObject, node: RunOptions['node'] = {}): Promise<RunResult> =>
	await engine.run(withParameters(parameters, { items: itemsOf('a fox'), node }));

const sent = () => emulator.imageRequests.map(({ path, body }) => ({ path, body }));

describe.each<[string, IDataObject, IDataObject, object]>([
	[
		'flux-1.1-pro-ultra',
		{ aspectRatio: '21:9', outputFormat: 'png' },
		{ raw: true, safetyTolerance: 1, seed: 3 },
		{ aspect_ratio: '21:9', output_format: 'png', raw: true, safety_tolerance: 1, seed: 3 },
	],
	[
		'flux-pro',
		{ aspectRatio: '16:9' },
		{ guidance: 3.5, interval: 1, steps: 20, outputQuality: 70, seed: 3 },
		{
			...{ aspect_ratio: '16:9', output_format: 'webp', output_quality: 70 },
			...{ guidance: 3.5, interval: 1, steps: 20, seed: 3 },
		},
	],
])('%s', (model, fields, additionalFields, body) => {
	test.each([
		['direct', 'v1'],
		['queued', 'v2'],
	])('sends its own attributes with delivery %s', async (delivery, version) => {
		const parameters = { model, prompt: 'a fox', ...fields, additionalFields, options: { delivery } };
		const { error, items } = await run(parameters);
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ model, seed: 3, aspectRatio: fields.aspectRatio });
		expect(sent()).toEqual([{ path: `/${version}/${model}`, body: { prompt: 'a fox', ...body } }]);
	});
});

test('an unknown model is an error before anything is sent', async () => {
	const { error } = await run({ model: 'flux-9', prompt: 'a fox' });
	expect(error?.message).toContain('Model');
	expect(emulator.requests).toHaveLength(0);
});

/** The start of an MP4 and some content. */
const MP4 = Buffer.concat([Buffer.from('00000020667479706d70343200000000', 'hex'), Buffer.alloc(500, 7)]);

/** Model: Run with JSON, by default with one request that returns the result. */
const other = (inputJson: string, { options = {}, ...more }: IDataObject = {}): IDataObject => ({
	...{ resource: 'model', operation: 'run', modelId: 'other-model', inputMode: 'json', inputJson },
	options: { delivery: 'direct', ...(options as IDataObject) },
	...more,
});

/** Runs the other model for one item. */
const itemFor = async (...faults: Fault[]): Promise<INodeExecutionData | undefined> => {
	for (const fault of faults) emulator.inject(fault);
	return (await run(other('{"prompt":"a"}'), CONTINUE)).items[0];
};

describe('another model', () => {
	test.each([
		['text', '{"prompt":"a fox","more":{"list":[1,{"b":null}]},"sure":false}'],
		['an object', '={{ { prompt: "a fox", more: { list: [1, { b: null }] }, sure: false } }}'],
	])('receives the body unchanged, from %s', async (_, inputJson) => {
		const { error, items } = await run(other(inputJson));
		expect(error).toBeUndefined();
		const body = { prompt: 'a fox', more: { list: [1, { b: null }] }, sure: false };
		expect(sent()).toEqual([{ path: '/v1/other-model', body }]);
		expect(items[0]?.json).toMatchObject({ model: 'other-model', prompt: 'a fox', seed: null, cost: 0.02 });
		expect(items[0]?.binary?.data?.mimeType).toBe('image/webp');
	});

	test.each([
		['an id with a path', { modelId: '../v1/get-user-credits' }],
		['an id with a query', { modelId: 'a?b' }],
		['no id', { modelId: '={{ "" }}' }],
		['an empty prompt', { inputJson: '{"prompt":" "}' }],
		['a body that is not JSON', { inputJson: '{prompt}' }],
		['a body that is a list', { inputJson: '[{"prompt":"a"}]' }],
		['a body that is text', { inputJson: '={{ "a fox" }}' }],
	])('sends nothing for %s', async (_, wrong) => {
		const { items } = await run(other('{"prompt":"a"}', wrong), CONTINUE);
		expect(errorOf(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(emulator.requests).toHaveLength(0);
	});

	test.each([
		['with a seed', '{"prompt":"a","seed":2147483647}', [2147483647, 0, 1]],
		['with a seed of 0', '{"prompt":"a","seed":0}', [0, 1, 2]],
		['without a seed', '{"prompt":"a"}', [undefined, undefined, undefined]],
	])('makes several images of an item %s', async (_, body, seeds) => {
		const { items } = await run(other(body, { options: { numberOfImages: 3, concurrency: 1 } }));
		expect(valuesOf(items, 'seed')).toEqual(seeds.map((seed) => seed ?? null));
		expect(emulator.imageRequests.map((request) => request.body.seed)).toEqual(seeds);
		expect(new Set(valuesOf(items, 'fileName')).size).toBe(3);
		expect(emulator.paid).toBe(3);
	});

	test.each([
		['video/mp4', 'mp4'],
		['audio/mpeg', 'mp3'],
		['model/gltf-binary', 'glb'],
	])('delivers every byte of %s as %s', async (type, extension) => {
		const item = await itemFor(bytesOf(MP4, { 'content-type': type }));
		expect(item?.json).toMatchObject({ format: extension, mimeType: type, width: null, fileSize: 516 });
		expect(item?.json.fileName).toMatch(new RegExp(`\\.${extension}$`));
		expect((await engine.read(item)).equals(MP4)).toBe(true);
	});

	test('delivers a file of an unknown type, which is billed', async () => {
		const bytes = Buffer.from([0, 1, 2, 250, 251]);
		const item = await itemFor(bytesOf(bytes, { 'content-type': 'application/x' }));
		expect(item?.json).toMatchObject({ format: 'bin', mimeType: 'application/x', attempts: 1 });
		expect((await engine.read(item)).equals(bytes)).toBe(true);
	});

	test.each<[string, Fault, unknown]>([
		['JSON', { status: 200, body: { caption: 'a fox' } }, { caption: 'a fox' }],
		['a list', { status: 200, body: ['a fox'] }, ['a fox']],
	])('delivers %s without a file as it is', async (_, fault, output) => {
		const item = await itemFor({ ...fault, times: -1 });
		expect(item?.json).toMatchObject({ model: 'other-model', output, attempts: 1 });
		expect(item?.binary ?? {}).toEqual({});
		expect(emulator.imageRequests).toHaveLength(1);
	});

	test('delivers a video through the queue', async () => {
		emulator.inject({ on: 'file', ...bytesOf(MP4, { 'content-type': 'video/mp4' }) });
		const { items } = await run(other('{"prompt":"a"}', { options: { delivery: 'queued' } }));
		expect(items[0]?.json).toMatchObject({ format: 'mp4', fileSize: 516, cost: 0.02 });
	});

	test.each<[string, Fault]>([
		['a page', { status: 200, body: PAGE, headers: { 'content-type': 'video/mp4' } }],
		['JSON with an error', jsonError(200, 'out of luck')],
		['an empty body', { status: 200, bytes: '' }],
		['half a picture', { bytes: 'iVBORw0KGgoAAAANSUhEUgAA' }],
	])('gets no second request after a response with %s', async (_, fault) => {
		const item = await itemFor({ ...fault, times: -1 });
		expect(errorOf(item)).toMatchObject({ cause: 'response', billed: 'unknown', attempts: 1 });
		expect(emulator.imageRequests).toHaveLength(1);
	});

	test('delivers a large picture from base64', async () => {
		const picture = await pngOf(1500);
		const item = await itemFor({ status: 200, body: { image: picture.toString('base64') } });
		expect(item?.json).toMatchObject({ format: 'png', width: 1500 });
		expect((await engine.read(item)).equals(picture)).toBe(true);
	});
});

describe('another model that returns a link', () => {
	/** Makes a file at the emulator. */
	async function newLink(): Promise<string> {
		const { items } = await run(other('{"prompt":"b"}', { options: { delivery: 'queued' } }));
		return String(items[0]?.json.imageUrl);
	}
	const linkTo = (link: string): Fault => ({
		prompt: 'a',
		status: 200,
		body: { status: 'ok', image: link },
		headers: { 'x-cost': '0.02', 'x-request-id': 'r-1' },
		times: -1,
	});
	const paidRequests = () => requestsTo(/^\/v1\/other-model$/);

	test('has its file fetched without the key, and returns the link', async () => {
		const link = await newLink();
		const item = await itemFor(linkTo(link));
		expect(item?.json).toMatchObject({ format: 'webp', imageUrl: link, cost: 0.02 });
		for (const { headers } of requestsTo(/^\/files/)) expect(headers).not.toHaveProperty('x-api-key');
		expect(paidRequests()).toHaveLength(1);
	});

	test.each([
		['to an unknown host', 'https://nowhere.invalid/a.webp'],
		['to a host that accepts no connection', 'https://api.segmind.com.invalid:9/a.webp'],
		['into a private network', 'https://10.0.0.1/a.webp'],
		['over http', 'http://images.segmind.com/a.webp'],
		['with the key in it', 'https://10.0.0.1/{key}.webp'],
	])('%s gets no second request, and the error names the host', async (_, link) => {
		const item = await itemFor(linkTo(link.replace('{key}', emulator.key)));
		expect(paidRequests()).toHaveLength(1);
		expect(errorOf(item)).toMatchObject({ billed: 'unknown', retryable: false, attempts: 1 });
		expect(JSON.stringify(item?.json)).toContain(new URL(link).host);
		expect(JSON.stringify(item?.json)).not.toContain(emulator.key);
	});

	test.each<[string, Fault]>([
		['is not there yet', { status: 404, body: 'not yet' }],
		['resets the connection', { reset: true }],
		['is at a busy host', { status: 503 }],
		['is cut short', { cut: 50 }],
	])('has a file fetched again that %s, since that is free', async (_, fault) => {
		const link = await newLink();
		const item = await itemFor(linkTo(link), { on: 'file', ...fault });
		expect(item?.json).toMatchObject({ format: 'webp', imageUrl: link });
		expect(paidRequests()).toHaveLength(1);
	});
});
