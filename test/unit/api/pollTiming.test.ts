import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import { downloadResult, downloadWithRetries } from '../../../nodes/Segmind/api/download';
import { PendingError, SegmindError, uncertainError } from '../../../nodes/Segmind/api/errors';
import { waitForResult } from '../../../nodes/Segmind/api/poll';
import type { QueuedRequest } from '../../../nodes/Segmind/api/queue';
import { submit } from '../../../nodes/Segmind/api/queue';
import type { ApiResponse } from '../../../nodes/Segmind/api/response';
import { Deadline } from '../../../nodes/Segmind/api/wait';

const HOUR = 60 * 60_000;

/** A response, or an error in its place. */
type Reply = ApiResponse | SegmindError;

const reply = (statusCode: number, body: unknown = {}, headers = {}): ApiResponse => ({
	statusCode,
	headers,
	body: Buffer.from(JSON.stringify(body)),
});
const processing = reply(200, { status: 'PROCESSING' });
const completed = reply(200, { status: 'COMPLETED', output: 'x' });
const notFound = reply(404, { error: 'Request not found' });

/** A client that gives these replies in turn, the last one for good, and notes when it was asked. */
function scripted(...replies: Reply[]) {
	const started = performance.now();
	const times: number[] = [];
	const controller = new AbortController();
	const next = async (): Promise<ApiResponse> => {
		const current = replies[Math.min(times.length, replies.length - 1)]!;
		times.push(Math.round(performance.now() - started));
		if (current instanceof SegmindError) throw current;
		return current;
	};
	const client = {
		cancelled: controller.signal,
		redact: (text: string) => text.replaceAll('SG_1', '…'),
		send: next,
		download: next,
	} as unknown as SegmindClient;
	return { client, times, cancel: () => controller.abort() };
}

/** Runs to the end on a clock that leaps. */
async function outcome<T>(promise: Promise<T>): Promise<unknown> {
	const caught = promise.catch((error: unknown) => error);
	await jest.runAllTimersAsync();
	return await caught;
}

const poll = async (client: SegmindClient, queued: Partial<QueuedRequest> = {}, seconds = 600) =>
	await waitForResult(client, { requestId: 'r1', pollPath: '/p', ...queued }, new Deadline(seconds));

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a request that Segmind does not find', () => {
	test('is looked for half a minute when it is fresh, and stays paid', async () => {
		const { client, times } = scripted(notFound);
		const error = await outcome(poll(client, { submittedAt: Date.now() }));
		expect(error).toBeInstanceOf(PendingError);
		expect(error).toMatchObject({ statusCode: 404, reason: 'uncertain', retryable: true, stops: 'nothing' });
		expect((error as PendingError).message).toMatch(/^Segmind does not know the request r1 \(404\)/);
		expect((error as PendingError).description).toMatch(
			/^Check that the Segmind credential is of the account/,
		);
		expect(times.at(-1)).toBeLessThanOrEqual(30_000);
	});

	test.each([404, 410])(
		'is gone after three %i in a row when it is older than an hour',
		async (statusCode) => {
			const { client, times } = scripted(reply(statusCode));
			const error = await outcome(poll(client, { submittedAt: Date.now() - HOUR - 1000 }));
			expect(error).not.toBeInstanceOf(PendingError);
			expect(error).toMatchObject({
				reason: 'uncertain',
				message: expect.stringContaining('no longer knows'),
			});
			expect(times).toEqual([0, 1000, 2500]);
		},
	);

	test('is not gone when it is found in between', async () => {
		const { client } = scripted(notFound, notFound, processing, notFound, notFound, completed);
		expect(await outcome(poll(client, { submittedAt: Date.now() - 2 * HOUR }))).toMatchObject({
			output: 'x',
		});
	});

	test('becomes gone while it is polled past the hour', async () => {
		const { client, times } = scripted(notFound);
		await outcome(poll(client, { submittedAt: Date.now() - HOUR + 20_000 }));
		expect(times.at(-1)).toBeGreaterThan(20_000);
		expect(times.at(-1)).toBeLessThan(26_000);
	});

	test('is looked for half a minute when its age is unknown', async () => {
		const { client, times } = scripted(notFound);
		const error = await outcome(poll(client));
		expect(error).not.toBeInstanceOf(PendingError);
		expect(error).toMatchObject({ statusCode: 404, message: expect.stringContaining('no longer knows') });
		expect(times.at(-1)).toBeGreaterThan(25_000);
		expect(times.at(-1)).toBeLessThanOrEqual(30_000);
	});

	test('has half a minute from the first poll that missed it', async () => {
		const { client } = scripted(...Array<Reply>(20).fill(processing), notFound, notFound, completed);
		expect(await outcome(poll(client))).toMatchObject({ output: 'x' });
	});
});

describe('polling', () => {
	test('looks a last time a second before the deadline', async () => {
		const { client, times } = scripted(processing);
		const error = await outcome(poll(client, {}, 6));
		expect(times).toEqual([0, 1000, 2500, 4750, 5000]);
		expect(error).toMatchObject({
			message: 'The result was not ready after 6 seconds (last status: PROCESSING)',
		});
	});

	test('gives up at once when Segmind asks for a longer wait than is left', async () => {
		const { client, times } = scripted(processing, reply(429, {}, { 'retry-after': '60' }));
		const error = await outcome(poll(client, {}, 30));
		expect(times).toEqual([0, 1000]);
		expect(error).toMatchObject({
			statusCode: 429,
			message: expect.stringMatching(/longer than what is left of 30 seconds \(last status: PROCESSING\): /),
		});
	});

	test('names the last status beside the last error, short and without the key', async () => {
		const status = `SG_1 ${'x'.repeat(100)}`;
		const { client } = scripted(reply(200, { status }), uncertainError('broken'));
		const error = await outcome(poll(client, {}, 6));
		expect((error as Error).message).toMatch(/\(last status: … x{50,58}…\): broken$/);
	});

	test.each([
		[401, 'credential', 'batch'],
		[403, 'credential', 'endpoint'],
		[402, 'credits', 'price'],
		[302, 'endpoint', 'batch'],
	])('ends with a %i, which every poll meets', async (statusCode, reason, stops) => {
		const { client, times } = scripted(reply(statusCode));
		const error = await outcome(poll(client));
		expect(error).toBeInstanceOf(PendingError);
		expect(error).toMatchObject({ reason, stops, statusCode, retryable: false });
		expect(times).toHaveLength(1);
	});

	test('ends at once when the execution is cancelled', async () => {
		const { client, cancel } = scripted(processing);
		const caught = poll(client).catch((error: unknown) => error);
		await jest.advanceTimersByTimeAsync(3000);
		cancel();
		// No time passes.
		expect(await caught).toMatchObject({ message: expect.stringContaining('cancelled') });
	});

	test('takes a result whose status nobody knows, once the request is finished', async () => {
		const queued = { requestId: 'r1' };
		const { client } = scripted(completed, reply(200, { status: 'READY', output: 'y' }));
		const result = waitForResult(client, queued, new Deadline(60));
		expect(await outcome(result)).toMatchObject({ output: 'y' });
		const late = scripted(completed, processing, reply(200, {}), completed);
		expect(await outcome(waitForResult(late.client, queued, new Deadline(60)))).toMatchObject({
			output: 'x',
		});
	});
});

describe('submitting', () => {
	const at = async (body: object) => await submit(scripted(reply(200, body)).client, '/v2/m', { seed: 0 }, 5);

	test('takes a number for an id, and notes when it was', async () => {
		expect(await at({ request_id: 70 })).toEqual({ requestId: '70', seed: 0, submittedAt: Date.now() });
	});

	test('prefers an address to a number that is too large to be exact', async () => {
		const body = {
			request_id: 2 ** 60,
			status_url: 'https://a.example/v2/requests/1152921504606846977/status',
		};
		expect(await at(body)).toMatchObject({ requestId: '1152921504606846977' });
	});

	test('that fails at once was not billed', async () => {
		const error = await at({ status: 'FAILED', error: 'bad seed' }).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ reason: 'request', billed: 'no', statusCode: 200 });
	});
});

describe('downloading', () => {
	const blocked = new SegmindError('response', 'inside a private network', '');

	test.each<[string, Reply, number]>([
		['a blocked address or a size', blocked, 1],
		['a 403', reply(403), 1],
		['a 302', reply(302), 1],
		['a 404', reply(404), 5],
		['a 429', reply(429), 5],
		['a 503', reply(503), 5],
		['a broken connection', uncertainError('broken'), 5],
	])('tries %s so many times', async (_, response, tries) => {
		const { client, times } = scripted(response);
		expect(await outcome(downloadWithRetries(client, 'x', new Deadline(60)))).toBeInstanceOf(Error);
		expect(times).toHaveLength(tries);
	});

	test('uses the time that is left for a last try', async () => {
		const { client, times } = scripted(reply(503), completed);
		expect(await outcome(downloadWithRetries(client, 'x', new Deadline(1.5)))).toBe(completed);
		expect(times).toEqual([0, 500]);
	});

	test('says whether a later try can help', async () => {
		const queued = { requestId: 'r1' };
		const never = await outcome(downloadResult(scripted(blocked).client, 'SG_1', queued, new Deadline(9)));
		expect(never).toMatchObject({ reason: 'response', retryable: false, cause: blocked, billed: 'unknown' });
		expect((never as PendingError).description).toBe(
			'A retry does not pay for it again; its request ID is r1. Segmind has the file at ….',
		);
		const later = await outcome(downloadResult(scripted(reply(403)).client, 'x', queued, new Deadline(9)));
		expect(later).toMatchObject({ reason: 'uncertain', retryable: true });
	});
});
