import type { INodeExecutionData } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { jsonError, PAGE } from './faults';
import { runCases } from './queuedCases';
import { errorOf, metadataOf, requestsTo, submissions } from './results';
import { CONTINUE, getResult, queued, RETRY_ON_FAIL } from './runs';
import { emulator, engine, failingRun, itemsFrom, useEngine } from './setup';

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

describe('a submission that may have been billed is not repeated by Retry On Fail after', () => {
	const ok = (body: unknown): Fault => ({ status: 200, body });
	const rows: ReadonlyArray<[string, Fault, cause: string, words?: string]> = [
		['a reset', { reset: true }, 'uncertain'],
		['no response', { hang: true }, 'uncertain'],
		['a response cut short', { cut: 20 }, 'uncertain'],
		['a 504', { status: 504, body: PAGE, billed: true }, 'uncertain'],
		['a page with a 200', ok(PAGE), 'response'],
		['an error with a 200', jsonError(200, 'closed today'), 'response', 'closed today'],
		['an empty 200', { status: 200, bytes: '' }, 'response'],
		['JSON without an id', ok({ status: 'QUEUED' }), 'response'],
		['an empty id', ok({ request_id: '' }), 'response'],
		['an id with a path', ok({ request_id: '../../v1/get-user-credits' }), 'response'],
		['an id of two periods', ok({ request_id: '..' }), 'response'],
		['an id with a query', ok({ request_id: 'a?b=c' }), 'response'],
		['an id that is too large to be exact', ok({ request_id: 2 ** 60 }), 'response'],
		['a URL without an id', ok({ poll_url: 'https://api.segmind.com/workflows/request/' }), 'response'],
	];
	const cases = rows.map(([prompt, fault]) => [prompt, { ...fault, times: -1 }] as const);
	const results = runCases(cases, { timeout: 5 }, RETRY_ON_FAIL);

	test.each(rows)('%s', (prompt, _, cause, words = '') => {
		const error = errorOf(results.itemOf(prompt));
		expect(error).toMatchObject({ cause, billed: 'unknown', attempts: 1 });
		expect(error.message).toMatch(/billed/);
		expect(error.error).toContain(words);
		expect(results.duration).toBeLessThan(8000);
		expect(results.submissionsOf(prompt)).toHaveLength(1);
	});
});

test('Retry execution repeats an uncertain submission', async () => {
	emulator.inject({ reset: true });
	const options = queued();
	const failed = await failingRun(options);
	expect((await engine.retry(failed, options)).error).toBeUndefined();
	expect([submissions().length, emulator.paid]).toEqual([2, 2]);
});

test.each<[string, NonNullable<Fault['fields']>]>([
	['only a result URL', { request_id: null, status_url: null, poll_url: null }],
	['only a status URL', { request_id: null, response_url: null, poll_url: null }],
	['only a poll URL', { request_id: null, response_url: null, status_url: null }],
	['URLs of another host', { status_url: 'https://evil.example/x', response_url: 'http://10.0.0.1/' }],
	['no status', { status: null }],
])('a response with %s is enough, and no other host gets a request', async (_, fields) => {
	emulator.inject({ fields });
	const items = await itemsFrom(queued());
	expect(items[0]?.json).toMatchObject({ width: 256, cost: 0.05 });
	expect(emulator.paid).toBe(1);
});

test('a submission that hangs ends at the timeout and is uncertain', async () => {
	emulator.inject({ hang: true });
	const started = Date.now();
	const { items } = await engine.run(queued({ timeout: 5 }, { node: CONTINUE }));
	expect(errorOf(items[0])).toMatchObject({ cause: 'uncertain', billed: 'unknown' });
	expect(Date.now() - started).toBeLessThan(8000);
});

test.each<[string, object, id: string, path: string]>([
	['a number as its id', { request_id: 7 }, '7', '/v2/requests/7/status'],
	[
		'a URL that ends in its id',
		{ poll_url: 'https://api.segmind.com/workflows/poll/x-1' },
		'x-1',
		'/workflows/poll/x-1',
	],
])('a request with %s is polled and not submitted again', async (_, body, requestId, path) => {
	emulator.inject({ status: 200, body });
	const { items } = await engine.run(
		queued({ timeout: 5 }, { node: { ...CONTINUE, ...RETRY_ON_FAIL, maxTries: 2 } }),
	);
	const error = errorOf(items[0]);
	expect(error).toMatchObject({ cause: 'uncertain', billed: 'unknown', retryable: false, requestId });
	expect(error.message).toContain(requestId);
	expect(requestsTo(/^\/(v2\/requests|workflows)\//).map((request) => request.path)).toContain(path);
	expect(submissions()).toHaveLength(1);
});

test('an error for a missing record names the request, which may have been billed', async () => {
	emulator.inject({ on: 'status', ...jsonError(404, 'Request not found'), times: -1 });
	const { items } = await engine.run(queued({ timeout: 5 }, { node: CONTINUE }));
	const { error, ...details } = errorOf(items[0]);
	expect(details).toMatchObject({
		cause: 'uncertain',
		billed: 'unknown',
		retryable: false,
		statusCode: 404,
	});
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
