import type { Fault } from '../emulator/fault';
import { PAGE, jsonError } from './faults';
import { runCases } from './queuedCases';
import { errorOf, requestsTo, submissions, valuesOf } from './results';
import { CONTINUE, credential, generate, getResult, itemsOf, queued } from './runs';
import { emulator, engine, itemsFrom, useEngine } from './setup';

useEngine();

/** An image and what its requests meet. */
interface Case {
	readonly prompt: string;
	readonly faults: readonly Fault[];
}

const pairs = (cases: readonly Case[]) => cases.map(({ prompt, faults }) => [prompt, faults] as const);

const status = (fault: Fault, times = 1): Fault => ({ ...fault, on: 'status', times });
const named = (name: unknown, times = 1): Fault => status({ fields: { status: name } }, times);
const notFound = (times: number): Fault => status(jsonError(404, 'Not found'), times);

describe('a queued image is delivered, paid once,', () => {
	const cases: Case[] = [
		...['done', 'complete', 'FINISHED', ' Succeeded '].map((name) => ({
			prompt: `when its status is "${name}"`,
			faults: [named(name, -1)],
		})),
		{ prompt: 'when its record appears after eight seconds', faults: [notFound(5)] },
		{
			prompt: 'when its result names a status of its own',
			faults: [{ on: 'result', fields: { status: 'READY' }, times: -1 }],
		},
	];
	const results = runCases(pairs(cases), { timeout: 30 });

	test.each(cases)('$prompt', async ({ prompt }) => {
		const item = results.itemOf(prompt);
		expect(item?.json).toMatchObject({ prompt, cost: 0.05, width: 256, attempts: 1 });
		expect((await engine.read(item)).toString('latin1', 8, 12)).toBe('WEBP');
		expect(results.submissionsOf(prompt).map(({ paid }) => paid)).toEqual([true]);
	});
});

describe('a look in the time that is left', () => {
	test('finds an image that is ready between the last regular poll and the deadline', async () => {
		emulator.inject({ delay: 4850 });
		const items = await itemsFrom(queued({ timeout: 6 }));
		expect(items[0]?.json).toMatchObject({ width: 256, attempts: 1 });
		expect(emulator.paid).toBe(1);
	});
});

describe('a job that failed', () => {
	const failed = (body: object): Fault[] => [
		{ fails: { error: 'unused' } },
		status({ status: 200, body }, -1),
	];
	const cases: Array<Case & { cause: string }> = [
		...['CANCELED', 'Cancelled', ' failure ', 'error', 'Failed', 'TIMED_OUT', 'rejected'].map((name) => ({
			prompt: `status "${name}"`,
			faults: failed({ status: name, error: 'bad seed' }),
			cause: 'request',
		})),
		{
			prompt: 'filter',
			faults: failed({ status: 'FAILED', error: 'Rejected by responsible AI' }),
			cause: 'moderation',
		},
		{
			prompt: 'filter that says try again',
			faults: failed({ status: 'FAILED', error: 'Flagged as NSFW, please try again' }),
			cause: 'moderation',
		},
	];
	const results = runCases(pairs(cases), { timeout: 20, maxRetries: 3 });

	test.each(cases)('$prompt: is not billed, not sent again, and not called 422', ({ prompt, cause }) => {
		const error = errorOf(results.itemOf(prompt));
		expect(error).toMatchObject({ cause, billed: 'no', statusCode: 200, attempts: 1 });
		expect(error.error).not.toContain('422');
		expect(error.requestId).toMatch(/^[\w-]{36}$/);
		expect(results.submissionsOf(prompt)).toHaveLength(1);
	});
});

describe("a job that failed in a server's words", () => {
	const words = [
		'Internal server error',
		'The prediction timed out',
		'CUDA out of memory',
		'Service unavailable',
		'Model is overloaded',
		'The worker died',
		'No capacity left',
		'Please try again later',
	];
	const cases = words.map((error) => ({ prompt: error, faults: [{ fails: { error } }] }));
	const results = runCases(pairs(cases), { timeout: 30 });

	test.each(words)('%s: is sent again and paid once', (prompt) => {
		expect(results.itemOf(prompt)?.json).toMatchObject({ prompt, width: 256, attempts: 2 });
		expect(results.submissionsOf(prompt).map(({ paid }) => paid)).toEqual([false, true]);
	});
});

describe('what stays at Segmind', () => {
	const cases: Array<Case & { words: string; statusCode: number | null }> = [
		{
			prompt: 'an unknown status',
			faults: [named('PAUSED', -1)],
			words: 'last status: PAUSED',
			statusCode: null,
		},
		{ prompt: 'no status', faults: [named(null, -1)], words: 'last status: none', statusCode: null },
		{ prompt: 'a number', faults: [named(3, -1)], words: 'last status: 3', statusCode: null },
		{
			prompt: 'a page',
			faults: [status({ body: PAGE }, -1)],
			words: 'last status: none): ',
			statusCode: null,
		},
		{
			prompt: 'an empty body',
			faults: [status({ bytes: '' }, -1)],
			words: 'last status: none',
			statusCode: null,
		},
		{ prompt: 'a list', faults: [status({ body: [1] }, -1)], words: 'last status: none', statusCode: null },
		{
			prompt: 'a record that is not found',
			faults: [notFound(-1)],
			words: 'does not know the request',
			statusCode: 404,
		},
		{
			prompt: 'a server that fails',
			faults: [status({ status: 500, body: { error: 'busy' } }, -1)],
			words: '(500): busy',
			statusCode: 500,
		},
	];
	const results = runCases(pairs(cases), { timeout: 8 });

	test.each(cases)('$prompt: is named, and has its id to be fetched by', ({ prompt, words, statusCode }) => {
		const error = errorOf(results.itemOf(prompt));
		expect(error.error).toContain(words);
		expect(error).toMatchObject({ cause: 'uncertain', billed: 'unknown', retryable: false, statusCode });
		expect(error.message).toContain(String(error.requestId));
		expect(results.submissionsOf(prompt)).toHaveLength(1);
	});

	test('a record that is not found at first is fetched by the next try, and not paid for again', async () => {
		emulator.inject(notFound(4));
		const options = queued({ timeout: 5 });
		const first = await engine.run(options);
		expect(first.error?.description).toContain('Check that the Segmind credential');
		const { items } = await engine.retry(first, options);
		expect(items[0]?.json).toMatchObject({ width: 256 });
		expect([submissions().length, emulator.paid]).toEqual([1, 1]);
	});
});

describe('Get Result', () => {
	test('with a wrong key names the credential, and asks no more', async () => {
		const submitted = await itemsFrom(queued({ delivery: 'submitOnly' }, { items: itemsOf('a', 'b') }));
		const wrong = await engine.run({
			...getResult(submitted, { concurrency: 1 }, CONTINUE),
			credential: { ...credential(), apiKey: 'SG_wrong' },
		});
		for (const item of wrong.items) {
			expect(errorOf(item)).toMatchObject({ cause: 'credential', statusCode: 401, retryable: false });
		}
		expect(wrong.items[0]?.json.message).toMatch(/^Paste a key .* not paid for again/);
		expect(wrong.items[0]?.json.message).not.toContain('Nothing was billed');
		expect(errorOf(wrong.items[1])).toMatchObject({ billed: 'no', attempts: 0 });
		expect(requestsTo(/\/status$/)).toHaveLength(1);
		const items = await itemsFrom(getResult(submitted));
		expect(valuesOf(items, 'prompt')).toEqual(['a', 'b']);
		expect(emulator.paid).toBe(2);
	});
});

describe('a direct image', () => {
	test.each<[string, Fault]>([
		['Internal Polling Error', { status: 500, body: { error: 'Internal Polling Error' }, billed: true }],
		["a gateway's 502", { status: 502, body: PAGE, billed: true }],
		["a proxy's 502", { status: 502, body: { error: 'x' }, headers: { via: '1.1 squid' }, billed: true }],
		['a 502 of nginx', { status: 502, body: {}, headers: { server: 'nginx/1.25' }, billed: true }],
		['a 408', { status: 408, body: PAGE, billed: true }],
		['a 504', { status: 504, body: PAGE, billed: true }],
	])('that may have been made is not sent again after %s', async (_, fault) => {
		emulator.inject(fault);
		const items = await itemsFrom(generate({ maxRetries: 2 }, { node: CONTINUE }));
		expect(errorOf(items[0])).toMatchObject({ cause: 'uncertain', billed: 'unknown', attempts: 1 });
		expect(items[0]?.json.message).toContain("'Delivery' set to Queued");
		expect([emulator.imageRequests.length, emulator.paid]).toEqual([1, 1]);
	});
});
