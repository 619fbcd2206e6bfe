import type { INodeExecutionData } from 'n8n-workflow';

import type { RunOptions } from './engine';
import { jsonError, PAGE } from './faults';
import { errorOf, metadataOf, requestsTo, submissions, valuesOf } from './results';
import { CONTINUE, getResult, itemsOf, queued, RETRY_ON_FAIL } from './runs';
import { emulator, engine, itemsFrom, useEngine } from './setup';

useEngine();

test('submits an image once, waits for it and fetches its file without the key', async () => {
	emulator.inject({ delay: 1500 });
	const { items } = await engine.run(queued());
	expect(items[0]?.json).toMatchObject({
		model: 'flux-1.1-pro',
		prompt: 'a',
		width: 256,
		cost: 0.05,
		remainingCredits: 9.95,
		imageUrl: `${emulator.url}/files/${String(items[0]?.json.requestId)}.webp`,
		attempts: 1,
	});
	expect(await metadataOf(items[0])).toMatchObject({ format: 'webp', width: 256 });
	expect(emulator.paid).toBe(1);
	expect(submissions()).toHaveLength(1);
	expect(requestsTo(/^\/files/).map(({ headers }) => headers['x-api-key'])).toEqual([undefined]);
});

test('repeats polls and downloads that fail, and pays once', async () => {
	emulator.inject({ on: 'status', reset: true, times: 2 });
	emulator.inject({ on: 'status', status: 502, body: PAGE });
	emulator.inject({ on: 'result', status: 503, body: {} });
	emulator.inject({ on: 'file', cut: 100 });
	const items = await itemsFrom(queued());
	expect(items).toHaveLength(1);
	expect(emulator.paid).toBe(1);
});

test('after a timeout, Retry On Fail fetches the same request', async () => {
	emulator.inject({ delay: 7000 });
	const options = queued({ timeout: 5 }, { items: itemsOf('a', 'b'), node: RETRY_ON_FAIL });
	const items = await itemsFrom(options);
	expect(valuesOf(items, 'prompt')).toEqual(['a', 'b']);
	expect(emulator.paid).toBe(2);
	expect(submissions()).toHaveLength(2);
});

test('a failed job was not billed', async () => {
	emulator.inject({ fails: { error: 'Blocked by the content filter' } });
	const { items } = await engine.run(queued({}, { node: CONTINUE }));
	expect(errorOf(items[0])).toMatchObject({
		error: expect.stringContaining('Blocked by the content filter'),
		cause: 'moderation',
		billed: 'no',
		statusCode: 422,
	});
	expect(emulator.paid).toBe(0);
});

test('an error for a missing record names the request, which may have been billed', async () => {
	emulator.inject({ on: 'status', ...jsonError(404, 'Request not found'), times: -1 });
	const { items } = await engine.run(queued({}, { node: CONTINUE }));
	const { error, ...details } = errorOf(items[0]);
	expect(details).toMatchObject({ cause: 'uncertain', billed: 'unknown', statusCode: 404 });
	expect(emulator.requests.at(-1)?.path).toBe(`/v2/requests/${String(details.requestId)}/status`);
	expect(error).toContain(details.requestId);
});

describe('the status field', () => {
	const row = { json: { prompt: 'a', status: 'to do' } };
	const first = async (options: RunOptions): Promise<INodeExecutionData> =>
		(await engine.run(options)).items[0]!;

	test('of an input row is kept', async () => {
		const { json } = await first(queued({ includeInputFields: true }, { items: [row] }));
		expect(json.status).toBe('to do');
	});

	test('changes from QUEUED to COMPLETED', async () => {
		const submitted = await first(queued({ delivery: 'submitOnly' }, { items: [row] }));
		expect(submitted.json.status).toBe('QUEUED');
		const { json } = await first(getResult([{ json: submitted.json }], { includeInputFields: true }));
		expect(json).toMatchObject({ model: 'flux-1.1-pro', prompt: 'a', status: 'COMPLETED' });
	});
});
