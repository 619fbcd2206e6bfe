import { randomBytes } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import { faultsOf } from '../fuzz/fileSystems';
import type { RunOptions, RunResult } from './engine';
import { bytesOf, jsonError, pngOf } from './faults';
import { CONTINUE, flow, generate } from './runs';
import { emulator, engine, itemsFrom, useEngine } from './setup';

useEngine();

const run = async (options: IDataObject = {}, rest: RunOptions = {}): Promise<RunResult> =>
	await engine.run(
		generate({ maxRetries: 0, ...options }, { node: CONTINUE, ...rest, parameters: { prompt: 'a fox' } }),
	);

test.each([200, 504])('deeply nested JSON with a %i is as uncertain as any other', async (status) => {
	const depth = 8000;
	emulator.inject({ status, billed: true, ...bytesOf(`${'['.repeat(depth)}1${']'.repeat(depth)}`) });
	const { items } = await run();
	expect(emulator.paid).toBe(1);
	expect(items[0]?.json.details).toMatchObject({ statusCode: status, billed: 'unknown' });
});

test('a picture followed by HTML has the type and name of a picture', async () => {
	const both = Buffer.concat([await pngOf(32, 16), Buffer.from('<script>alert(1)</script>')]);
	const headers = { 'content-type': 'text/html', 'content-disposition': 'inline; filename=x.html' };
	emulator.inject(bytesOf(both, headers));
	const [item] = (await run()).items;
	expect(item?.json).toMatchObject({ format: 'png', mimeType: 'image/png', width: 32, height: 16 });
	const fileName = expect.stringMatching(/\.png$/);
	expect(item?.binary?.data).toMatchObject({ mimeType: 'image/png', fileExtension: 'png', fileName });
});

test("hints contain only the node's own words and numbers", async () => {
	const html = '<img src=x onerror=alert(1)>';
	const names = ['x-cost', 'x-remaining-credits', 'x-request-id', 'x-generation-time'];
	const headers = Object.fromEntries(names.map((name) => [name, html]));
	emulator.inject({ headers, times: -1 });
	const { hints, items } = await run(
		{ fileName: html, linkExpiry: '1 hour' },
		{ items: [{ json: { html } }, { json: { html } }], n8nUrl: 'http://127.0.0.1:5678' },
	);
	for (const { json } of items) expect([json.cost, json.remainingCredits]).toEqual([null, null]);
	expect(items).toHaveLength(2);
	expect(hints.join()).not.toMatch(/[<>]|onerror/);
});

test('names such as __proto__ change nothing outside of their item', async () => {
	const json = JSON.parse(
		'{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
	);
	emulator.inject({ status: 422, body: JSON.parse('{"__proto__": {"polluted": true}, "error": "no"}') });
	const { items } = await run({ includeInputFields: true }, { items: [{ json }, { json }] });
	expect(items).toHaveLength(2);
	expect(({} as IDataObject).polluted).toBeUndefined();
	expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

test.each(['__proto__', 'constructor', 'prototype'])(
	'no paid file is put into a field that n8n drops: %s',
	async (binaryPropertyOutput) => {
		const { items } = await run({ binaryPropertyOutput });
		expect(Object.keys(deepCopy(items[0]?.binary ?? {}))).toHaveLength(emulator.paid);
	},
);

describe.each(['-3', '-0.05', 'NaN', '-1e309', 'free'])('a cost of %s', (cost) => {
	test.each<[string, Record<string, null>]>([
		['with a balance', {}],
		['without a balance', { 'x-remaining-credits': null }],
	])('%s does not raise what may be spent', async (_, more) => {
		emulator.credits = 1;
		emulator.inject({ times: -1, headers: { 'x-cost': cost, ...more } });
		const items = Array.from({ length: 12 }, (__, row) => ({ json: { row } }));
		await run({ minimumRemainingCredits: 0.8, concurrency: 1 }, { items });
		expect(emulator.credits).toBeGreaterThanOrEqual(0.8);
	});
});

describe('a key with characters that no header can contain', () => {
	test.each(['a\nx-other: 1', 'a\r\nx-other: 1', 'a\0\r\n\r\nGET / HTTP/1.1'])(
		'adds no header and no request: %j',
		async (apiKey) => {
			await run({}, { credential: { apiKey, baseUrl: emulator.url } });
			expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/flux-1.1-pro']);
			expect(emulator.requests[0]?.headers).not.toHaveProperty('x-other');
		},
	);

	test('is not shown in the form that was sent', async () => {
		const key = randomBytes(12).toString('hex');
		const other = await Emulator.start({ key });
		other.inject({ ...jsonError(422, `nothing for ${key}`), times: -1 });
		for (const apiKey of [`${key}\u200b`, `${key.slice(0, 9)}\u200b${key.slice(9)}`]) {
			const { run: execution } = await run({}, { credential: { apiKey, baseUrl: other.url } });
			expect(JSON.stringify(execution)).not.toContain(key);
		}
		await other.close();
	});
});

/** Names of a flow's outputs can be any text. */
test.each([
	['a path', '../../etc/passwd'],
	['a Windows path', '..\\..\\x'],
	['a slash', 'a/b'],
	['characters that Windows forbids', 'a:b?*'],
	['a line break', 'a\nb'],
	['a bidirectional control character', 'a\u202eb'],
	['300 letters', 'x'.repeat(300)],
	['360 bytes', '狐'.repeat(120)],
	['__proto__', '__proto__'],
	['constructor', 'constructor'],
	['a space', ' '],
	['a period', '.'],
])('an output named with %s is delivered as one file with a safe name', async (_, keyname) => {
	emulator.inject({ on: 'result', fields: { output: JSON.stringify([{ keyname, value: '{file}' }]) } });
	const items = await itemsFrom(flow());
	// As n8n copies an item from node to node.
	const binary = deepCopy(items[0]?.binary ?? {}) as unknown as Record<string, { fileName?: string }>;
	const names = Object.values(binary).map(({ fileName = '' }) => fileName);
	expect(names).toHaveLength(1);
	expect(names.flatMap(faultsOf)).toEqual([]);
});
