import type { Fault } from '../emulator/fault';
import { jsonError, PAGE } from './faults';
import { runCases } from './queuedCases';
import { errorOf, ledgerOf, metadataOf, requestsTo, submissions } from './results';
import { CONTINUE, itemsOf, queued, RETRY_ON_FAIL } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine();

const on = (request: NonNullable<Fault['on']>, fault: Fault, times = 1): Fault => ({
	...fault,
	on: request,
	times,
});

describe('passing faults', () => {
	const faults: Record<string, Fault> = {
		'two resets': on('status', { reset: true }, 2),
		'a poll cut short': on('status', { cut: 5 }),
		'a poll with a 500': on('status', { status: 500, body: PAGE }),
		'a poll with a 502': on('status', { status: 502, body: PAGE }),
		'a poll with a 504': on('status', { status: 504, body: PAGE }),
		'a page with a 200': on('status', { status: 200, body: PAGE }),
		'an empty 200': on('status', { status: 200, bytes: '' }),
		'a list with a 200': on('status', { status: 200, body: [1] }),
		'no status': on('status', { fields: { status: null } }),
		'a status that is a number': on('status', { fields: { status: 7 } }),
		IN_QUEUE: on('status', { fields: { status: 'IN_QUEUE' } }),
		STARTING: on('status', { fields: { status: 'STARTING' } }),
		'processing in lower case': on('status', { fields: { status: 'processing' } }),
		'completed in lower case': on('status', { fields: { status: 'completed' } }),
		'a 429': on('status', { status: 429, headers: { 'retry-after': '1' } }),
		'one 404': on('status', jsonError(404, 'Not found')),
		'two more 404': on('status', jsonError(404, 'Not found'), 2),
		'a result that resets': on('result', { reset: true }),
		'a page as the result': on('result', { status: 200, body: PAGE }),
		'a result that is not found yet': on('result', { status: 404, body: {} }),
		'a late result': on('result', { status: 200, body: { status: 'PROCESSING', request_id: 'x' } }),
		'a file that is not there yet': on('file', { status: 404, body: PAGE }),
		'a file that resets': on('file', { reset: true }),
		'a file cut short': on('file', { cut: 100 }),
		'a busy file host': on('file', { status: 503, body: PAGE }),
	};
	const results = runCases(Object.entries(faults), { timeout: 60 });

	test.each(Object.keys(faults))('%s', async (prompt) => {
		const item = results.itemOf(prompt);
		expect(item?.json).toMatchObject({ prompt, cost: 0.05, width: 256, attempts: 1 });
		expect((await metadataOf(item)).format).toBe('webp');
		expect(results.submissionsOf(prompt).map(({ paid }) => paid)).toEqual([true]);
	});

	test('each image is paid once, and the file host does not receive the key', () => {
		expect(results.paid).toBe(Object.keys(faults).length);
		const files = requestsTo(/^\/files\//, results.requests);
		expect(files.length).toBeGreaterThan(results.paid);
		for (const { headers } of files) expect(JSON.stringify(headers)).not.toContain(emulator.key);
	});
});

describe('a failed job', () => {
	const with200 = (status: string, error: string): Fault[] => [
		{ fails: { error } },
		on('status', { status: 200, body: { status, error } }),
	];
	const withBody = (fails: NonNullable<Fault['fails']>): Fault[] => [{ fails }];
	const rows: ReadonlyArray<[string, Fault[], words: string, cause?: string]> = [
		['error alone', withBody({ error: 'bad seed 1' }), 'bad seed 1'],
		['message alone', withBody({ message: 'bad seed 2' }), 'bad seed 2'],
		['list', withBody({ detail: [{ msg: 'bad seed 3' }] }), 'bad seed 3'],
		['error_message', withBody({ error_message: { message: 'bad seed 4' } }), 'bad seed 4'],
		['nested by node', withBody({ error_message: { upscaler: 'bad seed 5' } }), 'bad seed 5'],
		['description', withBody({ error_description: 'bad seed 6' }), 'bad seed 6'],
		['filter', withBody({ error: 'NSFW content' }), 'NSFW', 'moderation'],
		['no words', withBody({}), 'FAILED'],
		['FAILED with a 200', with200('FAILED', 'bad seed 7'), 'bad seed 7'],
		['failed in lower case', with200('failed', 'bad seed 8'), 'bad seed 8'],
		['ERROR', with200('ERROR', 'bad seed 9'), 'bad seed 9'],
		['CANCELED', with200('CANCELED', 'by hand'), 'by hand'],
	];
	const results = runCases(rows, { timeout: 20 });

	test.each(rows)(
		'%s: is not billed and reported in its own words',
		(prompt, faults, words, cause = 'request') => {
			const statusCode = faults.length > 1 ? 200 : 422;
			const error = errorOf(results.itemOf(prompt));
			expect(error).toMatchObject({ cause, billed: 'no', statusCode, attempts: 1 });
			expect(error.error).toContain(words);
			expect(results.submissionsOf(prompt)).toHaveLength(1);
		},
	);

	test('no job is paid or polled again', () => {
		expect(results.paid).toBe(0);
		expect(requestsTo(/\/status$/, results.requests)).toHaveLength(rows.length);
	});
});

test.each<[string, unknown, output: unknown]>([
	['no output', null, expect.objectContaining({ request_id: expect.any(String) })],
	['an output of words', 'a red fox', 'a red fox'],
])('a finished request with %s is delivered without a file', async (_, value, output) => {
	emulator.inject(on('result', { fields: { output: value, images: null } }, -1));
	const result = await engine.run(queued({}, { node: RETRY_ON_FAIL }));
	expect(result.items[0]?.json).toMatchObject({ output, cost: 0.05, attempts: 1 });
	expect(result.items[0]?.binary ?? {}).toEqual({});
	expect([submissions().length, emulator.paid]).toEqual([1, 1]);
	expect(ledgerOf(result)).toEqual({});
});

test('a key that is rejected while polling stops the batch, and the image is paid for once', async () => {
	emulator.inject(on('status', jsonError(401, 'expired')));
	const options = queued({ concurrency: 1 }, { items: itemsOf('a', 'b'), node: CONTINUE });
	const { items } = await engine.run(options);
	const [error, notSent] = items.map(errorOf);
	expect(error).toMatchObject({ cause: 'credential', billed: 'unknown', retryable: false, statusCode: 401 });
	expect(error?.error).toContain('expired');
	expect(error?.message).toContain(error?.requestId);
	expect(notSent).toMatchObject({ cause: 'credential', billed: 'no', attempts: 0 });
	expect([submissions().length, emulator.paid]).toEqual([1, 1]);
});

describe('a result that stays at Segmind', () => {
	const hour = { 'x-rate-limit-reset-at-utc': new Date(Date.now() + 3_600_000).toISOString() };
	const rows: ReadonlyArray<[string, Fault, words: string]> = [
		['a long rate limit', on('status', { status: 429, headers: hour }, -1), '429'],
		['only resets', on('status', { reset: true }, -1), '20 s'],
		['an unknown status', on('status', { fields: { status: 'PAUSED' } }, -1), '20 s'],
		['a page as the file', on('file', { status: 200, body: PAGE }, -1), 'image'],
		['half a file', on('file', { status: 200, bytes: 'iVBORw0KGgoAAAANSUhEUgAA' }, -1), 'image'],
		['a file host that responds with 403', on('file', { status: 403, body: PAGE }, -1), '403'],
	];
	const results = runCases(rows, { timeout: 20 });

	test.each(rows)('%s: is reported with the request id', (prompt, _, words) => {
		const { error, message, requestId, ...details } = errorOf(results.itemOf(prompt));
		expect(error).toContain(words);
		expect(details).toMatchObject({ billed: 'unknown', cause: 'uncertain', retryable: false });
		const polled = requestsTo(/\/status$/, results.requests).map(({ path }) => path);
		expect(polled).toContain(`/v2/requests/${String(requestId)}/status`);
		expect(message).toContain(`Fetch it with Image: Get Result by its request ID, ${String(requestId)}`);
		expect(results.submissionsOf(prompt)).toHaveLength(1);
	});

	test('a rate limit of an hour is not reported as a wait that ended', () => {
		const messageOf = (prompt: string): string => String(results.itemOf(prompt)?.json.error);
		const [waited = ''] = messageOf('only resets').split(':');
		expect(messageOf('a long rate limit')).not.toContain(waited);
		const { requestId } = errorOf(results.itemOf('a long rate limit'));
		const polls = requestsTo(/\/status$/, results.requests).filter(({ path }) =>
			path.includes(String(requestId)),
		);
		expect(polls).toHaveLength(1);
	});
});
