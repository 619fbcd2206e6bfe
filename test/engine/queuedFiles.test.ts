import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import { Engine } from './engine';
import type { Batch } from './queue';
import { asked, CONTINUE, itemsOf, queued, refusalIn, runAll } from './queue';

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

async function runWith(faults: readonly Fault[], options: object = {}, rest: object = {}) {
	for (const fault of faults) emulator.order(fault);
	return await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		parameters: queued({ ...options }),
		items: itemsOf('a'),
		node: CONTINUE,
		...rest,
	});
}

const noise = async (size: number): Promise<Buffer> => {
	const pixels = Buffer.allocUnsafe(size * size * 3);
	return await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
		.png({ compressionLevel: 0 })
		.toBuffer();
};

describe('an output', () => {
	test.each([
		['a link in a list', ['{file}']],
		['a link in an object', { url: '{file}' }],
		['links in objects in a list', [{ url: '{file}', content_type: 'image/webp' }]],
	])('may be %s', async (_, output) => {
		const { items } = await runWith([{ on: 'result', fields: { output, images: null } }]);
		expect(items[0]?.json).toMatchObject({ format: 'webp', width: 256 });
		expect(items[0]?.json.imageUrl).toMatch(/\/files\/[\w-]+\.webp$/);
	});

	test('may be missing where images are told', async () => {
		const { items } = await runWith([{ on: 'result', fields: { output: null } }]);
		expect(items[0]?.json).toMatchObject({ format: 'webp', width: 256 });
	});

	test.each([
		['a data URI', (base64: string) => `data:image/png;base64,${base64}`],
		['base64', (base64: string) => base64],
		['base64 in a list', (base64: string) => [base64]],
		['base64 in lines', (base64: string) => base64.replace(/(.{76})/g, '$1\n')],
	])('may be %s, and then there is no link and no file is asked for', async (_, wrap) => {
		const picture = await noise(20);
		const output = wrap(picture.toString('base64'));
		const { items } = await runWith([{ on: 'result', fields: { output, images: null } }]);
		expect(items[0]?.json).toMatchObject({ format: 'png', width: 20, cost: 0.05 });
		expect(items[0]?.json).not.toHaveProperty('imageUrl');
		expect((await engine.read(items[0])).equals(picture)).toBe(true);
		expect(asked(emulator, /^\/files/)).toHaveLength(0);
	});

	test('may be the base64 of a large picture', async () => {
		const picture = await noise(1500);
		const output = picture.toString('base64');
		const { items } = await runWith([{ on: 'result', fields: { output, images: null } }]);
		expect(items[0]?.json).toMatchObject({ format: 'png', width: 1500 });
		expect((await engine.read(items[0])).equals(picture)).toBe(true);
	});

	test('is delivered without cost and time where the metrics are missing, and null is no 0', async () => {
		const faults = (['status', 'result'] as const).map((on) => ({ on, fields: { metrics: null } }));
		const { items } = await runWith(faults);
		expect(items[0]?.json).toMatchObject({
			format: 'webp',
			cost: null,
			remainingCredits: null,
			generationTime: null,
		});
	});

	test('has its cost from whichever answer tells it', async () => {
		const { items } = await runWith([{ on: 'status', fields: { metrics: null } }]);
		expect(items[0]?.json).toMatchObject({ cost: 0.05, remainingCredits: 9.95 });
	});

	test('keeps the link of Segmind, unless a link of this n8n is asked for', async () => {
		const { items } = await runWith([], { linkExpiry: '1 hour' });
		expect(items[0]?.json.imageUrl).toMatch(/^https:\/\/n8n\.example\/.*binary-data\/signed/);
	});
});

describe('a file is not fetched', () => {
	const links: ReadonlyArray<[string, () => string, RegExp]> = [
		['on another port of this machine', () => `${elsewhere.url}/files/a.webp`, /https address/],
		['over http', () => 'http://images.segmind.com/a.webp', /https address/],
		['on localhost', () => 'https://localhost/a.webp', /private network/],
		['in a network of one’s own', () => 'https://10.0.0.1/a.webp', /private network/],
		['at the metadata of a cloud', () => 'https://169.254.169.254/a.webp', /private network/],
		['on the loopback of IPv6', () => 'https://[::1]/a.webp', /private network/],
		['with a user name', () => 'https://me:word@images.segmind.com/a.webp', /user name/],
	];
	const redirects = [301, 302, 303, 307, 308].map((status): [string, number] => [
		`where a ${status} leads`,
		status,
	]);
	let batch: Batch;
	let followed: number;
	beforeAll(async () => {
		const location = `${elsewhere.url}/files/a.webp`;
		batch = await runAll(
			engine,
			emulator,
			[
				...links.map(([prompt, link]) => ({
					prompt,
					faults: [{ on: 'result' as const, fields: { output: link(), images: null }, times: -1 }],
				})),
				...redirects.map(([prompt, status]) => ({
					prompt,
					faults: [{ on: 'file' as const, status, headers: { location }, times: -1 }],
				})),
			],
			{ timeout: 5 },
		);
		followed = elsewhere.requests.length;
	});

	test.each(links)('%s, and the request id is told', (prompt, _, words) => {
		const told = refusalIn(batch.itemOf(prompt));
		expect(told).toMatchObject({ billed: 'unknown' });
		expect(told.error).toMatch(words);
		expect(told.requestId).toMatch(/^[\w-]{36}$/);
	});

	test.each(redirects)('%s', (prompt, status) => {
		expect(refusalIn(batch.itemOf(prompt))).toMatchObject({ billed: 'unknown' });
		expect(batch.itemOf(prompt)?.json.error).toContain(String(status));
	});

	test('from anywhere else', () => {
		expect(followed).toBe(0);
	});

	test('at an address that must not be asked, and that is known at once', async () => {
		const output = 'https://10.0.0.1/a.webp';
		const started = Date.now();
		await runWith([{ on: 'result', fields: { output, images: null } }]);
		expect(Date.now() - started).toBeLessThan(4000);
	});

	test.each([
		['in its path', (key: string) => `https://10.0.0.1/${key}.webp`],
		['as its host', (key: string) => `https://${key}.local/a.webp`],
	])('with the key %s, and the refusal is short and has no key', async (_, linkWith) => {
		const output = `${linkWith(emulator.key)}?${'x'.repeat(100_000)}`;
		const { items } = await runWith([{ on: 'result', fields: { output, images: null } }]);
		const told = JSON.stringify(items[0]?.json);
		expect(told).toContain('private network');
		expect(told.toLowerCase()).not.toContain(emulator.key.toLowerCase());
		expect(told.length).toBeLessThan(4000);
	});

	test('beyond 64 MiB', async () => {
		const huge = 70 * 1024 * 1024;
		const { items } = await runWith([{ on: 'file', huge, times: -1 }], { timeout: 5 });
		expect(items[0]?.json.error).toContain('larger than 64 MiB');
		expect(refusalIn(items[0]).requestId).toMatch(/^[\w-]{36}$/);
	});
});

describe('the deadline ends', () => {
	const cases: Array<[string, Fault]> = [
		['a poll that hangs', { on: 'status', hang: true, times: -1 }],
		['a result that hangs', { on: 'result', hang: true, times: -1 }],
		['a file that hangs', { on: 'file', hang: true, times: -1 }],
		['a file that drips', { on: 'file', drip: { bytes: 20, every: 200 }, times: -1 }],
		['a poll that drips', { on: 'status', drip: { bytes: 1, every: 200 }, times: -1 }],
		['a job that takes long', { delay: 60_000 }],
	];
	let batch: Batch;
	beforeAll(async () => {
		const faulty = cases.map(([prompt, fault]) => ({ prompt, faults: [fault] }));
		batch = await runAll(engine, emulator, faulty, { timeout: 5 });
	});

	test.each(cases)('%s', (prompt) => {
		const told = refusalIn(batch.itemOf(prompt));
		expect(told).toMatchObject({ billed: 'unknown', attempts: 1 });
		expect(told.message).toContain(String(told.requestId));
		expect(batch.submitsOf(prompt)).toHaveLength(1);
		expect(batch.took).toBeLessThan(9000);
	});
});
