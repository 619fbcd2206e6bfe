import { randomBytes } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Ran, RunOptions } from './engine';
import { Engine } from './engine';

let emulator: Emulator;
let engine: Engine;
let picture: Buffer;

beforeAll(async () => {
	picture = await sharp({ create: { width: 32, height: 16, channels: 3, background: '#123456' } })
		.png()
		.toBuffer();
	emulator = await Emulator.start({ credits: 1, picture });
	engine = await Engine.start();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const run = async (options: IDataObject = {}, more: Partial<RunOptions> = {}): Promise<Ran> =>
	await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		node: { onError: 'continueRegularOutput' },
		parameters: { prompt: 'a fox', options: { maxRetries: 0, ...options } },
		...more,
	});

describe('text from elsewhere', () => {
	test.each([200, 504])('JSON that is nested without end is in doubt as any other %i is', async (status) => {
		const depth = 8000;
		const body = Buffer.from(`${'['.repeat(depth)}1${']'.repeat(depth)}`);
		emulator.order({ status, bytes: body.toString('base64'), billed: true });
		const { items } = await run();
		expect(emulator.paid).toBe(1);
		expect(items[0]?.json.details).toMatchObject({ statusCode: status, billed: 'unknown' });
	});

	test('hints are made of the words of the node and of numbers alone', async () => {
		const html = '<img src=x onerror=alert(1)>';
		emulator.order({
			headers: {
				'x-cost': html,
				'x-remaining-credits': html,
				'x-request-id': html,
				'x-generation-time': html,
			},
			times: -1,
		});
		const { hints, items } = await run(
			{ fileName: html, linkExpiry: '1 hour' },
			{ items: [{ json: { html } }, { json: { html } }], n8nUrl: 'http://127.0.0.1:5678' },
		);
		expect(items.map(({ json }) => [json.cost, json.remainingCredits])).toEqual([
			[null, null],
			[null, null],
		]);
		expect(hints.join()).not.toMatch(/[<>]|onerror/);
	});

	test("names that mean something to JavaScript's objects change nothing outside of their item", async () => {
		const json = JSON.parse(
			'{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
		);
		emulator.order({ status: 422, body: JSON.parse('{"__proto__": {"polluted": true}, "error": "no"}') });
		const { items } = await run({ includeInputFields: true }, { items: [{ json }, { json }] });
		expect(items).toHaveLength(2);
		expect(({} as IDataObject).polluted).toBeUndefined();
		expect(Object.getPrototypeOf({})).toBe(Object.prototype);
	});

	test.each(['__proto__', 'constructor', 'prototype'])(
		'a file is never put where n8n drops it on the way to the next node: %s',
		async (binaryPropertyOutput) => {
			const { items } = await run({ binaryPropertyOutput });
			expect(Object.keys(deepCopy(items[0]?.binary ?? {}))).toHaveLength(emulator.paid);
		},
	);
});

describe('money', () => {
	const rows = Array.from({ length: 12 }, (_, row) => ({ json: { row } }));

	test.each(['-3', '-0.05', 'NaN', '-1e309', 'free'])(
		'a cost of %s does not lift the floor',
		async (cost) => {
			for (const left of [undefined, null]) {
				emulator.reset();
				const headers = { 'x-cost': cost, ...(left === null ? { 'x-remaining-credits': null } : {}) };
				emulator.order({ times: -1, headers });
				await run({ minimumRemainingCredits: 0.8, concurrency: 1 }, { items: rows });
				expect(emulator.credits).toBeGreaterThanOrEqual(0.8);
			}
		},
	);
});

describe('a key with characters that no header can hold', () => {
	test.each(['a\nx-other: 1', 'a\r\nx-other: 1', 'a\0\r\n\r\nGET / HTTP/1.1'])(
		'adds no header and no request: %j',
		async (apiKey) => {
			await run({}, { credential: { apiKey, baseUrl: emulator.url } });
			expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/flux-1.1-pro']);
			expect(emulator.requests[0]?.headers).not.toHaveProperty('x-other');
		},
	);

	test('is not shown as it was sent, either', async () => {
		const key = randomBytes(12).toString('hex');
		const other = await Emulator.start({ key, picture });
		other.order({ status: 422, body: { error: `nothing for ${key}` }, times: -1 });
		for (const apiKey of [`${key}\u200b`, `${key.slice(0, 9)}\u200b${key.slice(9)}`]) {
			const ran = await run({}, { credential: { apiKey, baseUrl: other.url } });
			expect(JSON.stringify(ran.run)).not.toContain(key);
		}
		await other.close();
	});
});
