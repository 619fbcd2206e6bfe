import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { Engine } from './engine';
import { asked, CONTINUE, refusalIn } from './queue';

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

const runWith = async (parameters: IDataObject, rest: RunOptions = {}) =>
	await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		items: [{ json: { prompt: 'a fox' } }],
		...rest,
		parameters,
	});
const sent = () => emulator.imageRequests.map(({ path, body }) => ({ path, body }));

describe('a workflow that was saved before there was a choice of models', () => {
	test.each<[string, IDataObject, object]>([
		[
			'the fewest fields',
			{ prompt: 'a fox', additionalFields: { seed: 0 } },
			{ prompt: 'a fox', aspect_ratio: '1:1', output_format: 'webp', seed: 0 },
		],
		[
			'all fields',
			{
				resource: 'image',
				operation: 'generate',
				prompt: '={{ $json.prompt }}',
				aspectRatio: 'custom',
				width: 300,
				height: 256,
				outputFormat: 'jpg',
				additionalFields: { outputQuality: 90, promptUpsampling: false, safetyTolerance: 5, seed: 7 },
				options: { concurrency: 2, maxRetries: 0 },
			},
			{
				prompt: 'a fox',
				aspect_ratio: 'custom',
				width: 304,
				height: 256,
				output_format: 'jpg',
				output_quality: 90,
				prompt_upsampling: false,
				safety_tolerance: 5,
				seed: 7,
			},
		],
	])('sends with %s just what it sent then', async (_, parameters, body) => {
		const { error, items } = await runWith(parameters);
		expect(error).toBeUndefined();
		expect(items[0]?.json.model).toBe('flux-1.1-pro');
		expect(sent()).toEqual([{ path: '/v1/flux-1.1-pro', body }]);
	});
});

describe('a sister model', () => {
	test.each<[string, IDataObject, IDataObject, object]>([
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
				aspect_ratio: '16:9',
				output_format: 'webp',
				output_quality: 70,
				guidance: 3.5,
				interval: 1,
				steps: 20,
				seed: 3,
			},
		],
	])('%s sends its own attributes, directly and through the queue', async (model, top, more, body) => {
		for (const delivery of ['direct', 'queued']) {
			const { error, items } = await runWith({
				model,
				prompt: 'a fox',
				...top,
				additionalFields: more,
				options: { delivery },
			});
			expect(error).toBeUndefined();
			expect(items[0]?.json).toMatchObject({ model, seed: 3, aspectRatio: top.aspectRatio });
		}
		expect(sent()).toEqual(
			['v1', 'v2'].map((version) => ({ path: `/${version}/${model}`, body: { prompt: 'a fox', ...body } })),
		);
	});

	test('that the node does not know is refused unsent', async () => {
		const { error } = await runWith({ model: 'flux-9', prompt: 'a fox' });
		expect(error?.message).toContain('Model');
		expect(emulator.requests).toHaveLength(0);
	});
});

/** The start of an MP4, and what could be its content. */
const MP4 = Buffer.concat([Buffer.from('00000020667479706d70343200000000', 'hex'), Buffer.alloc(500, 7)]);
const other = (modelBody: unknown, more: IDataObject = {}): IDataObject => ({
	model: 'other',
	modelId: 'other-model',
	modelBody: modelBody as IDataObject,
	...more,
});

describe('another model', () => {
	test.each([
		['text', '{"prompt":"a fox","more":{"list":[1,{"b":null}]},"sure":false}'],
		['an object', '={{ { prompt: "a fox", more: { list: [1, { b: null }] }, sure: false } }}'],
	])('gets the body as it is, from %s', async (_, body) => {
		const { error, items } = await runWith(other(body));
		expect(error).toBeUndefined();
		const asIs = { prompt: 'a fox', more: { list: [1, { b: null }] }, sure: false };
		expect(sent()).toEqual([{ path: '/v1/other-model', body: asIs }]);
		expect(items[0]?.json).toMatchObject({ model: 'other-model', prompt: 'a fox', seed: null, cost: 0.02 });
		expect(items[0]?.binary?.data?.mimeType).toBe('image/webp');
	});

	test.each([
		['an id that leads elsewhere', { modelId: '../v1/get-user-credits' }],
		['an id with a query', { modelId: 'a?b' }],
		['no id', { modelId: '={{ "" }}' }],
		['a body that is no JSON', { modelBody: '{prompt}' }],
		['a body that is a list', { modelBody: '[{"prompt":"a"}]' }],
		['a body that is text', { modelBody: '={{ "a fox" }}' }],
	])('with %s is refused unsent', async (_, wrong) => {
		const { items } = await runWith({ ...other('{"prompt":"a"}'), ...wrong }, { node: CONTINUE });
		expect(refusalIn(items[0])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(emulator.requests).toHaveLength(0);
	});

	test.each([
		['with a seed', '{"prompt":"a","seed":2147483647}', [2147483647, 0, 1]],
		['with a seed of 0', '{"prompt":"a","seed":0}', [0, 1, 2]],
		['without a seed', '{"prompt":"a"}', [undefined, undefined, undefined]],
	])('makes several images of an item %s', async (_, body, seeds) => {
		const options = { numberOfImages: 3, concurrency: 1 };
		const { items } = await runWith(other(body, { options }));
		expect(items.map(({ json }) => json.seed)).toEqual(seeds.map((seed) => seed ?? null));
		expect(emulator.imageRequests.map((each) => each.body.seed)).toEqual(seeds);
		expect(new Set(items.map(({ json }) => json.fileName)).size).toBe(3);
		expect(emulator.paid).toBe(3);
	});

	test.each([
		['video/mp4', 'mp4'],
		['audio/mpeg', 'mp3'],
		['model/gltf-binary', 'glb'],
	])('that answers with %s gives every byte as %s', async (type, extension) => {
		emulator.order({ bytes: MP4.toString('base64'), headers: { 'content-type': type } });
		const { items } = await runWith(other('{"prompt":"a"}'));
		expect(items[0]?.json).toMatchObject({ format: extension, mimeType: type, width: null, fileSize: 516 });
		expect(items[0]?.json.fileName).toMatch(new RegExp(`\\.${extension}$`));
		expect((await engine.read(items[0])).equals(MP4)).toBe(true);
	});

	test('through the queue gives a film as well', async () => {
		const type = 'video/mp4';
		emulator.order({ on: 'file', bytes: MP4.toString('base64'), headers: { 'content-type': type } });
		const { items } = await runWith(other('{"prompt":"a"}', { options: { delivery: 'queued' } }));
		expect(items[0]?.json).toMatchObject({ format: 'mp4', fileSize: 516, cost: 0.02 });
	});

	test.each<[string, Fault]>([
		['a page', { status: 200, body: '<html>hello</html>', headers: { 'content-type': 'video/mp4' } }],
		['JSON without a file', { status: 200, body: { error: 'out of luck' } }],
		['nothing', { status: 200, bytes: '' }],
		['an unknown type', { bytes: MP4.toString('base64'), headers: { 'content-type': 'application/x' } }],
		['half a picture', { bytes: 'iVBORw0KGgoAAAANSUhEUgAA' }],
	])('that answers with %s is in doubt, and asked once', async (_, fault) => {
		emulator.order({ ...fault, times: -1 });
		const { items } = await runWith(other('{"prompt":"a"}'), { node: CONTINUE });
		expect(refusalIn(items[0])).toMatchObject({ cause: 'response', billed: 'unknown', attempts: 1 });
		expect(emulator.imageRequests).toHaveLength(1);
	});
});

test('another model that answers with the base64 of a large picture has it delivered, or in doubt at least', async () => {
	const side = 1500;
	const pixels = { raw: { width: side, height: side, channels: 3 as const } };
	const picture = await sharp(Buffer.alloc(side * side * 3, 7), pixels)
		.png({ compressionLevel: 0 })
		.toBuffer();
	emulator.order({ status: 200, body: { image: picture.toString('base64') } });
	const { items } = await runWith(other('{"prompt":"a"}'), { node: CONTINUE });
	expect(refusalIn(items[0]).billed).not.toBe('no');
	expect(items[0]?.json).toMatchObject({ format: 'png', width: side });
	expect((await engine.read(items[0])).equals(picture)).toBe(true);
});

describe('another model that answers with a link', () => {
	/** A file at the emulator, made by a job before. */
	async function fileOf(): Promise<string> {
		const options = { delivery: 'queued' };
		const { items } = await runWith(other('{"prompt":"b"}', { options }));
		return String(items[0]?.json.imageUrl);
	}
	const answerWith = (link: string): Fault => ({
		prompt: 'a',
		status: 200,
		body: { status: 'ok', image: link },
		headers: { 'x-cost': '0.02', 'x-request-id': 'r-1' },
		times: -1,
	});
	const direct = () => asked(emulator, /^\/v1\/other-model$/);

	test('has its file fetched without the key, and tells the link', async () => {
		const link = await fileOf();
		emulator.order(answerWith(link));
		const { items } = await runWith(other('{"prompt":"a"}'));
		expect(items[0]?.json).toMatchObject({ format: 'webp', imageUrl: link, cost: 0.02 });
		for (const { headers } of asked(emulator, /^\/files/)) expect(headers).not.toHaveProperty('x-api-key');
		expect(direct()).toHaveLength(1);
	});

	test.each([
		['whose host is not known', 'https://nowhere.invalid/a.webp'],
		['whose host takes no connection', 'https://api.segmind.com.invalid:9/a.webp'],
		['inside a private network', 'https://10.0.0.1/a.webp'],
		['over http', 'http://images.segmind.com/a.webp'],
	])('%s is not paid for again: it was billed, and the link is told', async (_, link) => {
		emulator.order(answerWith(link));
		const { items } = await runWith(other('{"prompt":"a"}'), { node: CONTINUE });
		expect(direct()).toHaveLength(1);
		expect(refusalIn(items[0])).toMatchObject({ billed: 'unknown', retryable: false, attempts: 1 });
		expect(JSON.stringify(items[0]?.json)).toContain(new URL(link).host);
	});

	test('with the key in it is told without it', async () => {
		emulator.order(answerWith(`https://10.0.0.1/${emulator.key}.webp`));
		const { items } = await runWith(other('{"prompt":"a"}'), { node: CONTINUE });
		expect(items[0]?.json.error).toContain('https://10.0.0.1/');
		expect(JSON.stringify(items[0]?.json)).not.toContain(emulator.key);
	});

	test.each<[string, Fault]>([
		['is not there yet', { on: 'file', status: 404, body: 'not yet' }],
		['resets', { on: 'file', reset: true }],
		['is busy', { on: 'file', status: 503 }],
		['breaks off', { on: 'file', cut: 50 }],
	])('that %s is fetched again, since that is free', async (_, fault) => {
		const link = await fileOf();
		emulator.order(answerWith(link));
		emulator.order(fault);
		const { items } = await runWith(other('{"prompt":"a"}'), { node: CONTINUE });
		expect(items[0]?.json).toMatchObject({ format: 'webp', imageUrl: link });
		expect(direct()).toHaveLength(1);
	});
});
