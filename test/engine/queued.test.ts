import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import { Engine } from './engine';
import { asked, CONTINUE, itemsOf, queued, RETRY_ON_FAIL, submits } from './queue';

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

const credential = () => ({ apiKey: emulator.key, baseUrl: emulator.url });

test('a queued image is submitted once, waited for and fetched', async () => {
	emulator.order({ delay: 1500 });
	const ran = await engine.run({ parameters: queued(), items: itemsOf('a'), credential: credential() });
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
	expect(submits(emulator)).toHaveLength(1);
	expect(asked(emulator, /^\/files/).map(({ headers }) => headers['x-api-key'])).toEqual([undefined]);
});

test('a poll that breaks is taken again, and nothing is paid twice', async () => {
	emulator.order({ on: 'status', reset: true, times: 2 });
	emulator.order({ on: 'status', status: 502, body: '<html>bad gateway</html>' });
	emulator.order({ on: 'result', status: 503, body: {} });
	emulator.order({ on: 'file', cut: 100 });
	const ran = await engine.run({ parameters: queued(), items: itemsOf('a'), credential: credential() });
	expect(ran.error).toBeUndefined();
	expect(ran.items).toHaveLength(1);
	expect(emulator.paid).toBe(1);
});

test('after a timeout Retry On Fail fetches the same request', async () => {
	emulator.order({ delay: 7000 });
	const ran = await engine.run({
		parameters: queued({ timeout: 5 }),
		items: itemsOf('a', 'b'),
		credential: credential(),
		node: RETRY_ON_FAIL,
	});
	expect(ran.error).toBeUndefined();
	expect(ran.items.map(({ json }) => json.prompt)).toEqual(['a', 'b']);
	expect(emulator.paid).toBe(2);
	expect(submits(emulator)).toHaveLength(2);
});

test('a job that fails is a refusal that was not billed', async () => {
	emulator.order({ fails: { error: 'Blocked by the content filter' } });
	const ran = await engine.run({
		parameters: queued(),
		items: itemsOf('a'),
		credential: credential(),
		node: CONTINUE,
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
		items: itemsOf('a'),
		credential: credential(),
		node: CONTINUE,
	});
	expect(ran.items[0]?.json.error).toMatch(/^Segmind no longer knows the request [\w-]+ \(404\)$/);
	expect(ran.items[0]?.json.details).toMatchObject({ cause: 'uncertain', billed: 'unknown' });
});

test('a row keeps its own status, and an image that was fetched is not called queued any more', async () => {
	const row = { json: { prompt: 'a', status: 'to do' } };
	const run = async (parameters: object, items = [row]) =>
		(await engine.run({ parameters: { ...parameters }, items, credential: credential() })).items[0];
	const made = await run(queued({ includeInputFields: true }));
	expect(made?.json.status).toBe('to do');
	const submitted = await run(queued({ delivery: 'submitOnly' }));
	expect(submitted?.json.status).toBe('QUEUED');
	const fetched = await engine.run({
		parameters: {
			operation: 'getResult',
			requestId: '={{ $json.requestId }}',
			options: { includeInputFields: true },
		},
		items: [{ json: submitted?.json ?? {} }],
		credential: credential(),
	});
	expect(fetched.items[0]?.json).toMatchObject({ model: 'flux-1.1-pro', prompt: 'a', status: 'COMPLETED' });
});
