import type { Fault } from '../emulator/fault';
import { jsonError } from './faults';
import { errorOf, valuesOf } from './results';
import { CONTINUE, ERROR_OUTPUT, generate, withParameters } from './runs';
import { emulator, engine, otherServer, useEngine } from './setup';

useEngine();

const OPTIONS = { maxRetries: 0 };
const page = (status: number, title: string): Fault => ({ status, body: `<html><h1>${title}</h1></html>` });

type Row = [fault: Fault, cause: string, words: string, stops: boolean];

/** Responses that say that nothing was billed, and whether they stop the batch, since other items would fare alike. */
const NOT_BILLED: Row[] = [
	[jsonError(400, 'prompt missing'), 'request', 'prompt missing', false],
	[{ status: 401, body: { error: 'invalid_token', error_description: 'No.' } }, 'credential', 'No.', true],
	[jsonError(402, 'You have 0.0 credits.'), 'credits', 'You have 0.0 credits.', true],
	[{ status: 403, body: { message: 'not for this team' } }, 'credential', 'not for this team', true],
	[jsonError(404, 'unknown model'), 'endpoint', 'unknown model', true],
	[page(405, '405 Method Not Allowed'), 'endpoint', '405 Method Not Allowed', true],
	[jsonError(406, 'Invalid content type'), 'endpoint', 'Invalid content type', true],
	[jsonError(406, 'Insufficient credits'), 'credits', 'Insufficient credits', true],
	[jsonError(406, 'Team spend limit reached'), 'credits', 'Team spend limit reached', true],
	[jsonError(406, 'width must be <= 1440'), 'request', 'width must be <= 1440', false],
	[jsonError(406, 'Flagged as NSFW'), 'moderation', 'Flagged as NSFW', false],
	[jsonError(410, 'gone'), 'endpoint', 'gone', true],
	[{ status: 422, body: { detail: [{ msg: 'seed too large' }] } }, 'request', 'seed too large', false],
	[{ ...jsonError(429, 'slow down'), headers: { 'retry-after': '601' } }, 'rateLimit', 'slow down', true],
	[jsonError(500, 'oops'), 'server', 'oops', false],
	[jsonError(500, 'blocked by content policy'), 'moderation', 'blocked by content policy', false],
	[jsonError(502, 'bad worker'), 'server', 'bad worker', false],
	[{ status: 503, body: 'try later' }, 'server', 'try later', false],
	[{ status: 302, headers: { location: '/elsewhere' } }, 'endpoint', '302', true],
];

/** What waited for the image gave up, which may still be made, so that it is not requested again. */
const GAVE_UP: Row[] = [
	[page(408, '408 Request Time-out'), 'uncertain', '408 Request Time-out', false],
	[jsonError(500, 'Internal Polling Error'), 'uncertain', 'Internal Polling Error', false],
	[page(502, '502 Bad Gateway'), 'uncertain', '502 Bad Gateway', false],
	[{ ...jsonError(502, 'lost'), headers: { via: '1.1 squid' } }, 'uncertain', 'lost', false],
	[page(504, '504 Gateway Time-out'), 'uncertain', '504 Gateway Time-out', false],
];

/** Responses whose image is lost, and may have been billed. */
const LOST: Row[] = [
	[jsonError(200, 'something went wrong'), 'response', 'something went wrong', false],
	[page(200, 'hello'), 'response', 'hello', false],
	[{ cut: 300 }, 'uncertain', '', false],
	[{ reset: true }, 'uncertain', '', false],
];

/** The table of what a response means for money. */
describe.each<[delivery: string, billed: string, rows: Row[]]>([
	['direct', 'no', NOT_BILLED],
	['queued', 'no', NOT_BILLED],
	['direct', 'unknown', [...GAVE_UP, ...LOST]],
	['queued', 'unknown', GAVE_UP],
])('with delivery %s, an error that was billed %s', (delivery, billed, rows) => {
	test.each(rows)('after %j is %s', async (fault, cause, words, stops) => {
		emulator.inject({ ...fault, times: -1 });
		const items = [1, 2, 3].map((row) => ({ json: { prompt: 'a', row } }));
		const retries = billed === 'no' ? OPTIONS : {};
		const options = generate({ ...retries, delivery, concurrency: 1 }, { items, node: ERROR_OUTPUT });
		const result = await engine.run(options);
		expect(result.items).toHaveLength(0);
		expect(result.errorOutput.map(({ pairedItem }) => pairedItem)).toMatchObject(
			[0, 1, 2].map((item) => ({ item })),
		);
		const errors = result.errorOutput.map(errorOf);
		expect(errors).toMatchObject(
			(stops ? [1, 0, 0] : [1, 1, 1]).map((attempts, index) => ({ row: index + 1, cause, billed, attempts })),
		);
		for (const { json } of result.errorOutput) {
			expect(Object.keys(json).sort()).toEqual(['details', 'error', 'message', 'prompt', 'row']);
			expect(json.error).toContain(words);
			expect(json.error).not.toMatch(/\n|<[a-z/]|undefined|\[object/);
			expect(String(json.message).length).toBeGreaterThan(20);
		}
		// An item that was not sent says so.
		if (stops) expect(errors[2]?.error).not.toBe(errors[0]?.error);
		expect(emulator.imageRequests).toHaveLength(stops ? 1 : 3);
		const retryable = cause === 'server' || cause === 'rateLimit';
		expect(errors).toMatchObject([{ retryable }, { retryable }, { retryable }]);
		if (billed === 'no') expect(emulator.paid).toBe(0);
		else for (const { message } of errors) expect(message).toMatch(/billed/);
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

test('an expression that fails is an error of its own item', async () => {
	const input = [{ json: { p: 'fox' } }, { json: {} }];
	const parameters = { prompt: '={{ $json.p.trim() }}' };
	const { items } = await engine.run(generate(OPTIONS, { items: input, parameters, node: CONTINUE }));
	expect(valuesOf(items, 'error')).toEqual([undefined, expect.any(String)]);
	expect(errorOf(items[1])).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
	expect(emulator.paid).toBe(1);
});

test.each(['direct', 'queued'])('an unknown model is about the model, with delivery %s', async (delivery) => {
	emulator.inject(jsonError(404, 'unknown model'));
	const { error } = await engine.run(generate({ options: { delivery } }));
	expect(error?.description).toMatch(/^Check 'Model'.*"flux-1\.1-pro"/);
	expect(error?.description).not.toContain('Base URL');
});

test.each([
	['Continue', CONTINUE],
	['Continue (using error output)', ERROR_OUTPUT],
])('a run that is only partly done says so (On Error: %s)', async (_, node) => {
	const items = ['a fox', ' ', 'a hare', ''].map((prompt) => ({ json: { prompt } }));
	const { hints } = await engine.run(generate({}, { items, node }));
	expect(hints).toEqual(['2 images for $0.10, $9.90 left', "2 of 4 items have no image: 'Prompt' is empty"]);
});

test('a balance that can not be read is counted as well', async () => {
	emulator.inject({ on: 'account', ...jsonError(401, '<b>no</b>') });
	const parameters = { resource: 'account', operation: 'getCredits' };
	const items = [{ json: {} }, { json: {} }];
	const { hints } = await engine.run(withParameters(parameters, { items, node: CONTINUE }));
	expect(hints).toEqual(['2 of 2 items have no result: Segmind did not accept the API key (401)']);
});
