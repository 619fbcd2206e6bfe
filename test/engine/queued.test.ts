import type { INodeExecutionData } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { jsonError, PAGE } from './faults';
import { runCases } from './queuedCases';
import { errorOf, metadataOf, requestsTo, submissions } from './results';
import { CONTINUE, getResult, queued, RETRY_ON_FAIL } from './runs';
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

test('a submission is repeated after the rate limit', async () => {
	const reset = new Date(Date.now() + 1200).toISOString();
	emulator.inject({ status: 429, headers: { 'x-rate-limit-reset-at-utc': reset } });
	const { items, hints } = await engine.run(queued());
	expect(items[0]?.json).toMatchObject({ attempts: 2, cost: 0.05 });
	expect(hints.join()).toMatch(/\b[12] s.*rate limit/);
	expect(emulator.paid).toBe(1);
});

describe('a submission that may have been billed is not repeated by Retry On Fail after', () => {
	const rows: ReadonlyArray<[string, Fault, words?: string]> = [
		['a reset', { reset: true }],
		['a response cut short', { cut: 20 }],
		['a 504', { status: 504, body: PAGE, billed: true }],
		['a page with a 200', { status: 200, body: PAGE }],
		['an error with a 200', jsonError(200, 'The queue is closed today'), 'The queue is closed today'],
		['an empty 200', { status: 200, bytes: '' }],
		['JSON without an id', { status: 200, body: { status: 'QUEUED' } }],
		['an empty id', { status: 200, body: { request_id: '' } }],
		['an id with a path', { status: 200, body: { request_id: '../../v1/get-user-credits' } }],
		['an id of two periods', { status: 200, body: { request_id: '..' } }],
		['an id with a query', { status: 200, body: { request_id: 'a?b=c' } }],
		['an id that is a number', { status: 200, body: { request_id: 7 } }],
		[
			'a URL without an id',
			{ status: 200, body: { poll_url: 'https://api.segmind.com/workflows/request/' } },
		],
	];
	const casesOf = () => rows.map(([prompt, fault]) => ({ prompt, faults: [{ ...fault, times: -1 }] }));
	const results = runCases(casesOf, {}, RETRY_ON_FAIL);

	test.each(rows)('%s', (prompt, _, words = '') => {
		const error = errorOf(results.itemOf(prompt));
		expect(error).toMatchObject({ billed: 'unknown', attempts: 1 });
		expect(error.message).toMatch(/billed/);
		expect(error.error).toContain(words);
		expect(results.submissionsOf(prompt)).toHaveLength(1);
	});
});

test('Retry execution repeats an uncertain submission', async () => {
	emulator.inject({ reset: true });
	const options = queued();
	const failed = await engine.run(options);
	expect(failed.error).toBeDefined();
	expect((await engine.retry(failed, options)).error).toBeUndefined();
	expect([submissions().length, emulator.paid]).toEqual([2, 2]);
});

test('Retry When Billing Is Uncertain repeats an uncertain submission', async () => {
	emulator.inject({ reset: true });
	const { items } = await engine.run(queued({ retryUncertain: true }));
	expect(items[0]?.json).toMatchObject({ attempts: 2 });
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
