import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import { isRequestId, submit, usageOf } from '../../../nodes/Segmind/api/queue';
import { redactor } from '../../../nodes/Segmind/api/text';

const API = 'https://api.segmind.com';

describe('a submitted request', () => {
	/** Submits a body to a server that always gives the same response. */
	async function submitted(statusCode: number, response: unknown, body = {}) {
		const sent = { statusCode, headers: {}, body: Buffer.from(JSON.stringify(response)) };
		const send = jest.fn().mockResolvedValue(sent);
		const client = { send, redact: redactor('key-1'), baseUrl: API } as unknown as SegmindClient;
		return await submit(client, '/v2/flux', body, 7).finally(() => {
			expect(send.mock.calls).toStrictEqual([[{ method: 'POST', path: '/v2/flux', body, timeout: 7 }]]);
		});
	}

	beforeEach(() => jest.useFakeTimers({ now: 7000 }));
	afterEach(() => jest.useRealTimers());

	it.each<[id: string, response: object, pollPath: string | null]>([
		['r-1', { request_id: 'r-1', status_url: `${API}/requests/r-2`, poll_url: `${API}/requests/3` }, null],
		['r-1', { response_url: `${API}/v2/requests/r-1` }, null],
		['r-1', { request_id: 'a/b', response_url: 7, status_url: `${API}/request/r-1?x=1` }, '/request/r-1'],
		['r-1', { status_url: `${API}/v2/requests/r-1#x`, poll_url: `${API}/x` }, '/v2/requests/r-1'],
		['r-1', { request_id: 'r-1', poll_url: 'no address' }, null],
		['r-1', { request_id: 'r-1', poll_url: `${API}/a%20b` }, null],
		['r-1', { request_id: 'r-1', poll_url: `${API}/workflows/req/7` }, '/workflows/req/7'],
		['r-1', { poll_url: `${API}/workflows/request/r-1` }, '/workflows/request/r-1'],
		['r-1', { poll_url: `${API}/poll/r-1?x=1` }, '/poll/r-1'],
		['70', { request_id: 70 }, null],
		['r-1', { id: 'r-1' }, null],
		['r-1', { request_id: 'r-1', status_url: 'https://other.example/jobs/r-1' }, null],
		['r-1', { request_id: 'r-1', status_url: `${API}/jobs/r-1` }, '/jobs/r-1'],
		// A number this large is not exact.
		[
			'1152921504606846977',
			{ request_id: 2 ** 60, status_url: `${API}/v2/requests/1152921504606846977/status` },
			null,
		],
	])('is known by the id %s in %j, and by its time and seed', async (requestId, response, pollPath) => {
		const queued = { requestId, submittedAt: 7000, ...(pollPath === null ? {} : { pollPath }) };
		expect(await submitted(200, response, { seed: '7' })).toStrictEqual(queued);
		expect(await submitted(201, response, { seed: 0 })).toStrictEqual({ ...queued, seed: 0 });
	});

	it('is polled below the base URL, whether its address has the path of that or not', async () => {
		for (const path of ['/gateway/jobs/r-1', '/jobs/r-1']) {
			const body = { request_id: 'r-1', status_url: `https://gateway.example${path}` };
			const send = async () => ({ statusCode: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) });
			const baseUrl = 'https://gateway.example/gateway';
			const client = { send, redact: redactor('key-1'), baseUrl } as unknown as SegmindClient;
			expect(await submit(client, '/v2/flux', {}, 7)).toMatchObject({ pollPath: '/jobs/r-1' });
		}
	});

	it.each<[status: number, response: object, reason: string, text: string, id: string | null]>([
		[200, {}, 'response', 'Segmind answered without a request id$', null],
		[
			200,
			{ error: 'No key-1', request_id: '.', response_url: `${API}/requests/?` },
			'response',
			'id: No …$',
			null,
		],
		[200, { status: 'FAILED', error: 'No key-1', request_id: 'r-1' }, 'request', '[^)]: No …$', 'r-1'],
		[200, { status: 'error', error: 'NSFW' }, 'moderation', ': NSFW$', null],
		[503, { error: 'Busy key-1', request_id: 'r-1' }, 'server', '\\(503\\): Busy …$', null],
	])('has failed with %i %j', async (statusCode, response, reason, text, requestId) => {
		const billed = reason === 'response' ? 'unknown' : 'no';
		const error = { reason, billed, statusCode, requestId, message: expect.stringMatching(text) };
		await expect(submitted(statusCode, response)).rejects.toMatchObject(error);
	});

	it('has an id that can stand in a path', () => {
		const ids = ['r', '-', '_a.b-c', 'x'.repeat(200)];
		const others = ['x'.repeat(201), '', '.', '.a', 'a/b', 'a b', 'a\n', 'é', 7, null];
		expect([...ids, ...others].filter(isRequestId)).toStrictEqual(ids);
	});
});

it.each([
	[{ inference_time: 3.2, total_time: 4.2, cost: 0.05, remaining_credits: 0 }, [0.05, 0, 3.2]],
	[{ total_time: '4.2', cost: '0', remaining_credits: '' }, [0, null, 4.2]],
	[{ cost: -1, remaining_credits: -1, inference_time: 'fast' }, [null, -1, null]],
	...[undefined, null, 'x', []].map((metrics): [unknown, null[]] => [metrics, [null, null, null]]),
])('reads the metrics %j', (metrics, [cost, remainingCredits, generationTime]) => {
	const usage = { cost, remainingCredits, requestId: 'r-1', generationTime };
	expect(usageOf({ metrics }, 'r-1')).toStrictEqual(usage);
});

it('knows another place of the result', async () => {
	const body = { request_id: 'r-1', status_url: `${API}/jobs/r-1`, response_url: `${API}/results/r-1` };
	const send = async () => ({ statusCode: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) });
	const client = { send, redact: redactor('key-1'), baseUrl: API } as unknown as SegmindClient;
	const paths = { pollPath: '/jobs/r-1', resultPath: '/results/r-1' };
	expect(await submit(client, '/v2/flux', {}, 7)).toMatchObject(paths);
});
