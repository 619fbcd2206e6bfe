import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import { isRequestId, submit, usageOf } from '../../../nodes/Segmind/api/queue';
import { redactor } from '../../../nodes/Segmind/api/text';

const API = 'https://api.segmind.com';

describe('a submitted request', () => {
	/** Submits a body to a server that always gives the same response. */
	async function submitted(statusCode: number, response: unknown, body = {}) {
		const sent = { statusCode, headers: {}, body: Buffer.from(JSON.stringify(response)) };
		const send = jest.fn().mockResolvedValue(sent);
		const client = { send, redact: redactor('key-1') } as unknown as SegmindClient;
		return await submit(client, '/v2/flux', body, 7).finally(() => {
			expect(send.mock.calls).toStrictEqual([[{ method: 'POST', path: '/v2/flux', body, timeout: 7 }]]);
		});
	}

	it.each<[response: object, queued: object]>([
		[{ request_id: 'r-1', status_url: `${API}/requests/r-2`, poll_url: `${API}/requests/3` }, {}],
		[{ response_url: `${API}/v2/requests/r-1` }, {}],
		[{ request_id: 'a/b', response_url: 7, status_url: `${API}/request/r-1?x=1` }, {}],
		[{ status_url: `${API}/v2/requests/r-1#x`, poll_url: `${API}/x` }, {}],
		[{ request_id: 'r-1', poll_url: 'no address' }, {}],
		[{ request_id: 'r-1', poll_url: `${API}/a%20b` }, {}],
		[{ request_id: 'r-1', poll_url: `${API}/workflows/req/7` }, { pollPath: '/workflows/req/7' }],
		[{ poll_url: `${API}/workflows/request/r-1` }, { pollPath: '/workflows/request/r-1' }],
		[{ poll_url: `${API}/poll/r-1?x=1` }, { pollPath: '/poll/r-1' }],
	])('is known by the id r-1 in %j', async (response, queued) => {
		expect(await submitted(200, response)).toStrictEqual({
			requestId: 'r-1',
			submittedAt: expect.any(Number),
			...queued,
		});
		expect(await submitted(201, response, { seed: 0 })).toHaveProperty('seed', 0);
		expect(await submitted(200, response, { seed: '7' })).not.toHaveProperty('seed');
	});

	it.each([
		[200, {}, 'response', 'Segmind answered without a request id$'],
		[200, { poll_url: `${API}/workflows/request/` }, 'response', 'without a request id: '],
		[200, { error: 'No key-1', request_id: '.', response_url: `${API}/requests/?` }, 'response', 'id: No …$'],
		[503, { error: 'Busy key-1', request_id: 'r-1' }, 'server', '\\(503\\): Busy …$'],
	])('has failed with %i %j', async (statusCode, response, reason, text) => {
		const error = { reason, statusCode, message: expect.stringMatching(text) };
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
