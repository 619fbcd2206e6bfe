import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import { Engine } from './engine';

let emulator: Emulator;
let engine: Engine;

beforeAll(async () => {
	emulator = await Emulator.start();
	engine = await Engine.start();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const SMALL = { prompt: '={{ $json.prompt }}', aspectRatio: 'custom', width: 256, height: 256 };

const items = (...prompts: string[]) => prompts.map((prompt) => ({ json: { prompt } }));

const credential = () => ({ apiKey: emulator.key, baseUrl: emulator.url });

const queued = (options = {}) => ({ ...SMALL, options: { delivery: 'queued', ...options } });

const pathsOf = (pattern: RegExp) => emulator.requests.filter(({ path }) => pattern.test(path));

test('a queued image is submitted once, waited for and fetched', async () => {
	emulator.order({ delay: 1500 });
	const ran = await engine.run({ parameters: queued(), items: items('a'), credential: credential() });
	const [item] = ran.items;
	expect(item?.json).toMatchObject({
		model: 'flux-1.1-pro',
		prompt: 'a',
		width: 256,
		cost: 0.05,
		remainingCredits: 9.95,
		attempts: 1,
	});
	expect(item?.json.imageUrl).toBe(`${emulator.url}/files/${String(item?.json.requestId)}.webp`);
	const { format, width } = await sharp(await engine.read(item!)).metadata();
	expect([format, width]).toEqual(['webp', 256]);
	expect(emulator.paid).toBe(1);
	expect(pathsOf(/^\/v2\/flux/)).toHaveLength(1);
	expect(pathsOf(/^\/files/).map(({ headers }) => headers['x-api-key'])).toEqual([undefined]);
});

test('a poll that breaks is taken again, and nothing is paid twice', async () => {
	emulator.order({ on: 'status', reset: true, times: 2 });
	emulator.order({ on: 'status', status: 502, body: '<html>bad gateway</html>' });
	emulator.order({ on: 'result', status: 503, body: {} });
	emulator.order({ on: 'file', cut: 100 });
	const ran = await engine.run({ parameters: queued(), items: items('a'), credential: credential() });
	expect(ran.error).toBeUndefined();
	expect(ran.items).toHaveLength(1);
	expect(emulator.paid).toBe(1);
});

test('after a timeout Retry On Fail fetches the same request', async () => {
	emulator.order({ delay: 7000 });
	const ran = await engine.run({
		parameters: queued({ timeout: 5 }),
		items: items('a', 'b'),
		credential: credential(),
		node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 },
	});
	expect(ran.error).toBeUndefined();
	expect(ran.items.map(({ json }) => json.prompt)).toEqual(['a', 'b']);
	expect(emulator.paid).toBe(2);
	expect(pathsOf(/^\/v2\/flux/)).toHaveLength(2);
});

test('a job that fails is a refusal that was not billed', async () => {
	emulator.order({ fails: { error: 'Blocked by the content filter' } });
	const ran = await engine.run({
		parameters: queued(),
		items: items('a'),
		credential: credential(),
		node: { onError: 'continueRegularOutput' },
	});
	expect(ran.items[0]?.json).toMatchObject({
		error: 'The content filter did not let the request pass (422): Blocked by the content filter',
		details: { cause: 'moderation', billed: 'no', statusCode: 422 },
	});
	expect(emulator.paid).toBe(0);
});

test('a record that is gone says so, and what it means for money', async () => {
	emulator.order({ on: 'status', status: 404, body: { error: 'Request not found' }, times: -1 });
	const ran = await engine.run({
		parameters: queued(),
		items: items('a'),
		credential: credential(),
		node: { onError: 'continueRegularOutput' },
	});
	expect(ran.items[0]?.json.error).toMatch(/^Segmind no longer knows the request [\w-]+ \(404\)$/);
	expect(ran.items[0]?.json.details).toMatchObject({ cause: 'uncertain', billed: 'unknown' });
});

test('an image is submitted in one run and fetched in another', async () => {
	const submitted = await engine.run({
		parameters: { ...SMALL, options: { delivery: 'submitOnly' } },
		items: items('a'),
		credential: credential(),
	});
	const [ticket] = submitted.items;
	expect(ticket?.binary).toBeUndefined();
	expect(ticket?.json).toMatchObject({ prompt: 'a', status: 'QUEUED' });
	const fetched = await engine.run({
		parameters: { operation: 'getResult', requestId: '={{ $json.requestId }}' },
		items: submitted.items,
		credential: credential(),
	});
	expect(fetched.error).toBeUndefined();
	expect(fetched.items[0]?.json).toMatchObject({
		prompt: 'a',
		width: 256,
		requestId: ticket?.json.requestId,
	});
	expect(emulator.paid).toBe(1);
});

test.each([
	['product-photo', '/workflows/v2/product-photo'],
	['6629b1-v2', '/workflows/6629b1-v2'],
])('a flow, %s, runs and hands over its outputs by name', async (flow, path) => {
	const ran = await engine.run({
		parameters: {
			resource: 'pixelFlow',
			operation: 'run',
			flow,
			inputFields: { input: [{ name: 'prompt', value: 'a fox' }] },
		},
		items: items('a'),
		credential: credential(),
	});
	expect(ran.error).toBeUndefined();
	expect(ran.items[0]?.json).toMatchObject({
		flow,
		outputs: { caption: 'A caption for: a fox' },
		cost: 0.02,
	});
	expect(ran.items[0]?.binary?.picture?.mimeType).toBe('image/webp');
	expect(pathsOf(/^\/workflows\/(?!request)/).map((each) => each.path)).toEqual([path]);
	expect(emulator.paid).toBe(1);
});

test("another model takes an id and a body of one's own", async () => {
	const ran = await engine.run({
		parameters: { model: 'other', modelId: 'other-model', modelBody: '{"prompt":"a fox"}' },
		items: items('a'),
		credential: credential(),
	});
	expect(ran.error).toBeUndefined();
	expect(ran.items[0]?.json).toMatchObject({ model: 'other-model', prompt: 'a fox', seed: null, cost: 0.02 });
	expect(ran.items[0]?.binary?.data?.mimeType).toBe('image/webp');
});

test.each([
	['flux-1.1-pro-ultra', { aspectRatio: '21:9' }, { raw: true }],
	['flux-pro', { aspectRatio: '16:9' }, { guidance: 3.5, steps: 20 }],
])('%s has fields of its own', async (model, fields, additionalFields) => {
	const ran = await engine.run({
		parameters: { model, prompt: 'a fox', ...fields, additionalFields },
		items: items('a'),
		credential: credential(),
	});
	expect(ran.error).toBeUndefined();
	expect(emulator.imageRequests.map(({ path }) => path)).toEqual([`/v1/${model}`]);
	expect(emulator.imageRequests[0]?.body).toMatchObject({ ...additionalFields, prompt: 'a fox' });
});
