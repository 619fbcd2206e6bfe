import type { INodeExecutionData } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import { pngOf } from './faults';
import { runCases } from './queuedCases';
import { errorOf, requestsTo } from './results';
import { CONTINUE, queued } from './runs';
import { emulator, engine, otherServer, useEngine } from './setup';

useEngine();

/** Runs one queued image. */
async function itemFor(faults: Fault[], options: object = {}): Promise<INodeExecutionData | undefined> {
	for (const fault of faults) emulator.inject(fault);
	return (await engine.run(queued({ ...options }, { node: CONTINUE }))).items[0];
}

const output = (value: unknown): Fault => ({
	on: 'result',
	times: -1,
	fields: { output: value, images: null },
});

describe('an output', () => {
	test.each([
		['a link in a list', ['{file}']],
		['a link in an object', { url: '{file}' }],
		['links in objects in a list', [{ url: '{file}', content_type: 'image/webp' }]],
	])('can be %s', async (_, value) => {
		const item = await itemFor([output(value)]);
		expect(item?.json).toMatchObject({ format: 'webp', width: 256 });
		expect(item?.json.imageUrl).toMatch(/\/files\/[\w-]+\.webp$/);
	});

	test('can be missing if there are images', async () => {
		const item = await itemFor([{ on: 'result', fields: { output: null } }]);
		expect(item?.json).toMatchObject({ format: 'webp', width: 256 });
	});

	test.each<[string, number, (base64: string) => unknown]>([
		['a data URI', 20, (base64) => `data:image/png;base64,${base64}`],
		['base64', 20, (base64) => base64],
		['base64 in a list', 20, (base64) => [base64]],
		['base64 in lines', 20, (base64) => base64.replace(/(.{76})/g, '$1\n')],
		['base64 of a large picture', 1500, (base64) => base64],
	])('can be %s, without a link and a download', async (_, width, wrap) => {
		const picture = await pngOf(width);
		const item = await itemFor([output(wrap(picture.toString('base64')))]);
		expect(item?.json).toMatchObject({ format: 'png', width, cost: 0.05 });
		expect(item?.json.imageUrl).toBeNull();
		expect((await engine.read(item)).equals(picture)).toBe(true);
		expect(requestsTo(/^\/files/)).toHaveLength(0);
	});

	test('is delivered with null as cost and time if there are no metrics', async () => {
		const faults = (['status', 'result'] as const).map((on) => ({ on, fields: { metrics: null } }));
		const item = await itemFor(faults);
		const nulls = { cost: null, remainingCredits: null, generationTime: null };
		expect(item?.json).toMatchObject({ format: 'webp', ...nulls });
	});

	test('gets its cost from either response', async () => {
		const item = await itemFor([{ on: 'status', fields: { metrics: null } }]);
		expect(item?.json).toMatchObject({ cost: 0.05, remainingCredits: 9.95 });
	});

	test("has a link to n8n instead of Segmind's if the option is set", async () => {
		const item = await itemFor([], { linkExpiry: '1 hour' });
		expect(item?.json.imageUrl).toMatch(/^https:\/\/n8n\.example\/.*binary-data\/signed/);
	});
});

describe('a file is not fetched', () => {
	const location = (): string => `${otherServer.url}/files/a.webp`;
	const rows: ReadonlyArray<[string, () => Fault, RegExp]> = [
		['from another port of this machine', () => output(location()), /https/],
		['over http', () => output('http://images.segmind.com/a.webp'), /https/],
		['from localhost', () => output('https://localhost/a.webp'), /private network/],
		['from a private network', () => output('https://10.0.0.1/a.webp'), /private network/],
		["from a cloud's metadata", () => output('https://169.254.169.254/a.webp'), /private network/],
		['from the IPv6 loopback', () => output('https://[::1]/a.webp'), /private network/],
		['with a user name', () => output('https://me:word@images.segmind.com/a.webp'), /user ?name/],
		...[301, 302, 303, 307, 308].map((status): [string, () => Fault, RegExp] => [
			`from the target of a ${status}`,
			() => ({ on: 'file', status, headers: { location: location() }, times: -1 }),
			new RegExp(String(status)),
		]),
	];
	const results = runCases(rows, { timeout: 5 });

	test.each(rows)('%s, and the error has the request id', (prompt, _, words) => {
		expect(errorOf(results.itemOf(prompt))).toMatchObject({
			billed: 'unknown',
			error: expect.stringMatching(words),
			requestId: expect.stringMatching(/^[\w-]{36}$/),
		});
	});

	test('from any other server', () => {
		expect(results.requestsToOthers).toBe(0);
	});

	test.each([
		['in its path', (key: string) => `https://10.0.0.1/${key}.webp`],
		['as its host', (key: string) => `https://${key}.local/a.webp`],
	])('with the key %s, and the error comes at once, short and without the key', async (_, linkWith) => {
		const started = Date.now();
		const item = await itemFor([output(`${linkWith(emulator.key)}?${'x'.repeat(100_000)}`)]);
		expect(Date.now() - started).toBeLessThan(4000);
		const json = JSON.stringify(item?.json);
		expect(json).toContain('private network');
		expect(json.toLowerCase()).not.toContain(emulator.key.toLowerCase());
		expect(json.length).toBeLessThan(4000);
	});
});

describe('the timeout ends', () => {
	const rows: Array<[string, Fault]> = [
		['a poll that hangs', { on: 'status', hang: true, times: -1 }],
		['a result that hangs', { on: 'result', hang: true, times: -1 }],
		['a file that hangs', { on: 'file', hang: true, times: -1 }],
		['a slow file', { on: 'file', drip: { bytes: 20, every: 200 }, times: -1 }],
		['a slow poll', { on: 'status', drip: { bytes: 1, every: 200 }, times: -1 }],
		['a long job', { delay: 60_000 }],
	];
	const results = runCases(rows, { timeout: 5 });

	test.each(rows)('%s', (prompt) => {
		const { message, requestId, ...error } = errorOf(results.itemOf(prompt));
		expect(error).toMatchObject({ billed: 'unknown', attempts: 1 });
		expect(message).toContain(String(requestId));
		expect(results.submissionsOf(prompt)).toHaveLength(1);
		expect(results.duration).toBeLessThan(9000);
	});
});
