import type { Fault } from '../emulator/fault';
import { jsonError } from './faults';
import { errorOf, valuesOf } from './results';
import { CONTINUE, credential, ERROR_OUTPUT, generate } from './runs';
import { emulator, engine, otherServer, useEngine } from './setup';

useEngine();

const OPTIONS = { maxRetries: 0 };
const page = (status: number, title: string): Fault => ({
	status,
	body: `<html><h1>${title}</h1></html>`,
});

/** The table of what a response means for money. */
describe.each<[Fault, cause: string, billed: string, words: string]>([
	[jsonError(400, 'prompt missing'), 'request', 'no', 'prompt missing'],
	[{ status: 401, body: { error: 'invalid_token', error_description: 'No.' } }, 'credential', 'no', 'No.'],
	[jsonError(402, 'You have 0.0 credits.'), 'credits', 'no', 'You have 0.0 credits.'],
	[{ status: 403, body: { message: 'not for this team' } }, 'credential', 'no', 'not for this team'],
	[jsonError(404, 'unknown model'), 'endpoint', 'no', 'unknown model'],
	[page(405, '405 Method Not Allowed'), 'endpoint', 'no', '405 Method Not Allowed'],
	[jsonError(406, 'Invalid content type'), 'endpoint', 'no', 'Invalid content type'],
	[jsonError(406, 'Insufficient credits'), 'credits', 'no', 'Insufficient credits'],
	[jsonError(406, 'Team spend limit reached'), 'credits', 'no', 'Team spend limit reached'],
	[jsonError(406, 'width must be <= 1440'), 'request', 'no', 'width must be <= 1440'],
	[jsonError(406, 'Flagged as NSFW'), 'moderation', 'no', 'Flagged as NSFW'],
	[jsonError(410, 'gone'), 'endpoint', 'no', 'gone'],
	[{ status: 422, body: { detail: [{ msg: 'seed too large' }] } }, 'request', 'no', 'seed too large'],
	[jsonError(429, 'slow down'), 'rateLimit', 'no', 'slow down'],
	[jsonError(500, 'Internal Polling Error'), 'server', 'no', 'Internal Polling Error'],
	[jsonError(500, 'blocked by content policy'), 'moderation', 'no', 'blocked by content policy'],
	[page(502, '502 Bad Gateway'), 'server', 'no', '502 Bad Gateway'],
	[{ status: 503, body: 'try later' }, 'server', 'no', 'try later'],
	[page(504, '504 Gateway Time-out'), 'uncertain', 'unknown', '504 Gateway Time-out'],
	[{ status: 307, headers: { location: '/elsewhere' } }, 'endpoint', 'no', '307'],
	[jsonError(200, 'something went wrong'), 'response', 'unknown', 'something went wrong'],
	[page(200, 'hello'), 'response', 'unknown', 'hello'],
	[{ status: 200, bytes: '' }, 'response', 'unknown', ''],
	[{ status: 200, bytes: 'iVBORw0KGgoAAAANSUhEUgAA' }, 'response', 'unknown', ''],
	[{ cut: 300 }, 'uncertain', 'unknown', ''],
	[{ reset: true }, 'uncertain', 'unknown', ''],
])('%j', (fault, cause, billed, words) => {
	test(`is ${cause}, billed ${billed}, and goes to the error output with the input fields`, async () => {
		emulator.inject(fault);
		const items = [{ json: { prompt: 'a', row: 7 } }];
		const result = await engine.run(generate(OPTIONS, { items, node: ERROR_OUTPUT }));
		expect(result.items).toHaveLength(0);
		expect(result.errorOutput).toHaveLength(1);
		const [item] = result.errorOutput;
		expect(Object.keys(item?.json ?? {}).sort()).toEqual(['details', 'error', 'message', 'prompt', 'row']);
		expect(errorOf(item)).toMatchObject({ row: 7, cause, billed, attempts: 1 });
		expect(item?.json.error).toContain(words);
		expect(item?.json.error).not.toMatch(/\n|<[a-z/]|undefined|\[object/);
		expect(String(item?.json.message).length).toBeGreaterThan(20);
		expect(item?.pairedItem).toMatchObject({ item: 0 });
	});
});

test('an error that stops the run has its status and the next step', async () => {
	emulator.inject(jsonError(402, 'You have 0.0 credits.'));
	const { error } = await engine.run(generate());
	expect(error).toMatchObject({
		name: 'NodeApiError',
		message: expect.stringContaining('You have 0.0 credits.'),
		description: expect.stringMatching(/credits.*billed/),
		httpCode: '402',
	});
});

test.each([301, 302, 303, 307, 308])(
	'a %i is not followed, so that the key stays at Segmind',
	async (status) => {
		emulator.inject({ status, headers: { location: `${otherServer.url}/v1/flux-1.1-pro` } });
		await engine.run(generate(OPTIONS, { node: CONTINUE }));
		expect(emulator.requests).toHaveLength(1);
		expect(otherServer.requests).toHaveLength(0);
	},
);

test('a response of more than 64 MiB is cut off and not stored', async () => {
	emulator.inject({ huge: 70 * 1024 * 1024 });
	const { errorOutput } = await engine.run(generate(OPTIONS, { node: ERROR_OUTPUT }));
	expect(errorOutput[0]?.json).toMatchObject({
		error: expect.stringContaining('64 MiB'),
		details: { cause: 'response', billed: 'unknown' },
	});
});

test('a rejected key is sent once and shown nowhere', async () => {
	const key = `SG_${'f'.repeat(16)}`;
	emulator.inject({
		status: 401,
		body: { error: 'invalid_token', error_description: `No such key: ${key}` },
	});
	const { run, error } = await engine.run(generate({}, { credential: { ...credential(), apiKey: key } }));
	expect(emulator.requests).toHaveLength(1);
	expect(emulator.requests[0]?.headers['x-api-key']).toBe(key);
	expect(JSON.stringify(run)).not.toContain(key);
	expect(`${error?.stack}${error?.message}`).not.toContain(key);
});

test('an expression that fails is an error of its own item', async () => {
	const input = [{ json: { p: 'fox' } }, { json: {} }];
	const parameters = { prompt: '={{ $json.p.trim() }}' };
	const { items } = await engine.run(generate(OPTIONS, { items: input, parameters, node: CONTINUE }));
	expect(valuesOf(items, 'error')).toEqual([undefined, expect.any(String)]);
	expect(errorOf(items[1])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
	expect(emulator.paid).toBe(1);
});

test.each([
	['https to an http server', () => emulator.url.replace('http:', 'https:')],
	['an unknown host', () => 'https://nowhere.invalid'],
])('%s is a network error: nothing was sent or billed', async (_, baseUrl) => {
	const options = { credential: { ...credential(), baseUrl: baseUrl() }, node: ERROR_OUTPUT };
	const { errorOutput } = await engine.run(generate(OPTIONS, options));
	expect(errorOf(errorOutput[0])).toMatchObject({ cause: 'network', billed: 'no', retryable: true });
	expect(emulator.requests).toHaveLength(0);
});
