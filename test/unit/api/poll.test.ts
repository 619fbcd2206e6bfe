/* eslint-disable @n8n/community-nodes/no-restricted-globals -- controls the time of a server or a test, not part of the node */
import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import type { Reason } from '../../../nodes/Segmind/api/errors';
import { PendingError, SegmindError } from '../../../nodes/Segmind/api/errors';
import { downloadResult, downloadWithRetries, waitForResult } from '../../../nodes/Segmind/api/poll';
import { redactor } from '../../../nodes/Segmind/api/text';
import { Deadline } from '../../../nodes/Segmind/api/wait';

const LINK = 'https://files.example/key-1.webp';
const STATUS = '/v2/requests/r-1/status';
const RESULT = '/v2/requests/r-1';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const REASONS: readonly string[] = ['network', 'uncertain', 'endpoint'] satisfies Reason[];

/**
 * A client that replies in the words of a script, the last of them again and again: a status code with fields or the
 * seconds to wait, as in 200{"status":"QUEUED"} or 429:20; the status of a request; or why there is no response.
 */
function scripted(script: string, seconds = 600) {
	const words = script.split(' ');
	const cancel = new AbortController();
	const start = performance.now();
	const times: number[] = [];
	const sent: string[] = [];
	async function reply(path: string, timeout: number) {
		const word = words[Math.min(times.length, words.length - 1)] ?? '';
		times.push(Math.round(performance.now() - start));
		sent.push(`${path} ${timeout}s`);
		if (REASONS.includes(word)) throw new SegmindError(word as Reason, `no response: ${word}`, 'Look.');
		const response = /^\d/.test(word) ? word : `200{"status":"${word}"}`;
		const [, code, after, fields = ''] = /^(\d+)(?::(\d+))?(.*)$/.exec(response) ?? [];
		return { statusCode: Number(code), headers: { 'retry-after': after }, body: Buffer.from(fields) };
	}
	const client = {
		send: async ({ path, timeout }: { path: string; timeout: number }) => await reply(path, timeout),
		download: reply,
		blockedReason: (link: string) => (link.startsWith('https:') ? undefined : 'blocked'),
		redact: redactor('key-1'),
		cancelled: cancel.signal,
	} as unknown as SegmindClient;
	return { client, cancel, deadline: new Deadline(seconds), sent, times };
}

/** Waits until every pause is over, and returns the result or the error. */
async function outcomeOf(result: Promise<unknown>): Promise<unknown> {
	const outcome = result.catch((error: unknown) => error);
	await jest.runAllTimersAsync();
	return await outcome;
}

const QUEUED = { requestId: 'r-1', pollPath: '/old/r-1' };

describe('a queued request', () => {
	it('is polled by its status, then fetched, with the metrics of both', async () => {
		const status = '200{"status":"COMPLETED","metrics":{"cost":1,"queue_time":2}}';
		const result = '200{"output":"x","metrics":{"cost":3}}';
		const { client, deadline, sent } = scripted(`QUEUED ${status} 200{} QUEUED ${result}`, 20);
		const fields = await outcomeOf(waitForResult(client, { requestId: 'r-1' }, deadline));
		expect(fields).toStrictEqual({ output: 'x', metrics: { cost: 3, queue_time: 2 } });
		const polls = [`${STATUS} 20s`, `${STATUS} 19s`, `${RESULT} 19s`, `${RESULT} 18s`, `${RESULT} 17s`];
		expect(sent).toStrictEqual(polls);
	});

	it.each([
		['Completed', [0]],
		['success', [0]],
		['SUCCEEDED', [0]],
		['QUEUED QUEUED QUEUED QUEUED QUEUED QUEUED COMPLETED', [0, 1000, 2500, 4750, 8125, 13_125, 18_125]],
		['COMPLETED? NOT_FAILED 200 COMPLETED', [0, 1000, 2500, 4750]],
		['404 404 COMPLETED', [0, 1000, 2500]],
		['404 404 QUEUED 404 404 COMPLETED', [0, 1000, 2500, 4750, 8125, 13_125]],
		['404 404 uncertain 404 404 COMPLETED', [0, 1000, 2500, 4750, 8125, 13_125]],
		['404 404 503 404 404 COMPLETED', [0, 1000, 2500, 4750, 8125, 13_125]],
		['503{"status":"COMPLETED"} 500{"status":"FAILED"} network COMPLETED', [0, 1000, 2500, 4750]],
		['429:20 429:0 429:1 COMPLETED', [0, 20_000, 21_500, 23_750]],
	])('is found after %s, with growing pauses', async (script, expected) => {
		const { client, deadline, sent, times } = scripted(script);
		const fields = await outcomeOf(waitForResult(client, QUEUED, deadline));
		expect(fields).toStrictEqual({ status: script.split(' ').at(-1) });
		expect(times).toStrictEqual(expected);
		expect(new Set(sent)).toStrictEqual(new Set(['/old/r-1 30s']));
	});

	it.each([
		['404 404 404', { reason: 'uncertain', statusCode: 404, requestId: 'r-1' }],
		['QUEUED 200{"status":"FAILED","error":"Bad_seed"}', { reason: 'request', statusCode: 422 }],
		['Error', { reason: 'request' }],
		['Cancelled', { reason: 'request' }],
		['200{"status":"CANCELED","error":"NSFW"}', { reason: 'moderation' }],
		['422{"error":"NSFW:key-1"}', { reason: 'moderation', message: expect.stringMatching(/NSFW:…$/) }],
	])('has failed for good after %s', async (script, expected) => {
		const { client, deadline, times } = scripted(`${script} COMPLETED`);
		const error = await outcomeOf(waitForResult(client, QUEUED, deadline));
		expect(error).toMatchObject(expected);
		expect(error).not.toBeInstanceOf(PendingError);
		expect(times).toHaveLength(script.split(' ').length);
	});

	it.each([
		['401', 600, [0], 'Segmind did not accept the API key (401)'],
		['402', 600, [0], 'The account has too few credits (402)'],
		['302', 600, [0], 'The API answered with a redirect'],
		['404 403', 600, [0, 1000], 'This account or team may not use the model (403)'],
		['endpoint', 600, [0], 'no response: endpoint'],
		['QUEUED', 5, [0, 1000, 2500, 4750], 'The image was not ready after 5 seconds'],
		['QUEUED', 2.5, [0, 1000, 2500], 'The image was not ready after 2.5 seconds'],
		['network', 3, [0, 1000, 2500], 'The image was not ready after 3 seconds: no response: network'],
		['404', 0.5, [0], 'The image was not ready after 0.5 seconds: The API does not know'],
		['429:9', 9, [0, 9000], 'The image was not ready after 9 seconds: The rate limit'],
		['429:9', 8, [0], 'Segmind asks to wait longer than what is left of 8 seconds: The rate limit'],
	])('is left to a later try after %s within %d s', async (script, seconds, expected, message) => {
		const { client, deadline, sent, times } = scripted(script, seconds);
		const error = await outcomeOf(waitForResult(client, QUEUED, deadline));
		expect(error).toBeInstanceOf(PendingError);
		expect(error).toMatchObject({ requestId: 'r-1', message: expect.stringContaining(message) });
		expect(times).toStrictEqual(expected);
		expect(sent.at(-1)).toMatch(/ ([1-9]|30)s$/);
		if (seconds === 600) expect(error).toHaveProperty('cause.stopsBatch', true);
	});

	it('ends at once when the execution is cancelled', async () => {
		const { cancel, client, deadline, times } = scripted('QUEUED');
		const start = performance.now();
		setTimeout(() => cancel.abort(), 3000);
		const error = await outcomeOf(waitForResult(client, QUEUED, deadline));
		expect(error).toBeInstanceOf(PendingError);
		expect(error).toHaveProperty('message', expect.stringContaining('execution was cancelled'));
		expect(times).toStrictEqual([0, 1000, 2500]);
		expect(performance.now() - start).toBeLessThanOrEqual(3100);
	});
});

describe('a download', () => {
	it('is retried until it succeeds, in the time that is left', async () => {
		const { client, deadline, sent } = scripted('503 uncertain 404 200{"file":true}', 120);
		const response = await outcomeOf(downloadWithRetries(client, LINK, deadline));
		expect(response).toMatchObject({ statusCode: 200, body: Buffer.from('{"file":true}') });
		expect(sent).toStrictEqual([`${LINK} 120s`, `${LINK} 119s`, `${LINK} 118s`, `${LINK} 116s`]);
	});

	it.each([
		['403', 60, [0, 1000, 2500, 4750, 8125], 'its host answered with 403'],
		['network', 60, [0, 1000, 2500, 4750, 8125], 'no response: network'],
		['500', 4, [0, 1000, 2500], 'its host answered with 500'],
		['500', 2.5, [0, 1000, 2500], 'its host answered with 500'],
	])('is given up after %s within %d s, and left to a later try', async (script, seconds, expected, why) => {
		const { client, deadline, times } = scripted(script, seconds);
		const error = await outcomeOf(downloadResult(client, LINK, QUEUED, deadline));
		expect(error).toBeInstanceOf(PendingError);
		const message = `The image is ready but could not be downloaded: ${why}`;
		const description = expect.stringMatching(/has the file at https:\/\/files\.example\/….webp\.$/);
		expect(error).toMatchObject({ requestId: 'r-1', message, description, cause: { message: why } });
		expect(times).toStrictEqual(expected);
	});

	it('ends at once when the execution is cancelled, and is not tried from a blocked address', async () => {
		const { client, cancel, deadline, times } = scripted('500');
		setTimeout(() => cancel.abort(), 500);
		await outcomeOf(downloadWithRetries(client, LINK, deadline));
		const blocked = await outcomeOf(downloadWithRetries(client, 'http://x', deadline));
		expect(blocked).toHaveProperty('message', 'blocked');
		expect(times).toStrictEqual([0, 500]);
	});
});
