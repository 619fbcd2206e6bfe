import { sleep } from 'n8n-workflow';

import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import { downloadResult, downloadWithRetries } from '../../../nodes/Segmind/api/download';
import { SegmindError } from '../../../nodes/Segmind/api/errors';
import { waitForResult } from '../../../nodes/Segmind/api/poll';
import type { Reason } from '../../../nodes/Segmind/api/reasons';
import { redactor } from '../../../nodes/Segmind/api/text';
import { Deadline } from '../../../nodes/Segmind/api/wait';

const LINK = 'https://files.example/key-1.webp';
const QUEUED = { requestId: 'r-1', pollPath: '/old/r-1' };
const REASONS: readonly string[] = ['network', 'uncertain', 'endpoint'] satisfies Reason[];

/** When requests are sent, in milliseconds: the pauses between them grow by half, up to five seconds. */
const TIMES = [0, 1000, 2500, 4750, 8125, 13_125, 18_125];

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/**
 * A client that replies in the words of a script, the last of them again and again: a status code with fields or the
 * seconds to wait, as in 200{"status":"QUEUED"} or 429:20; the status of a request; or why there is no response.
 */
function scripted(script: string, seconds = 600, cancelled?: AbortSignal) {
	const words = script.split(' ');
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
		send: async (request: { method: string; path: string; timeout: number }) =>
			await reply(`${request.method} ${request.path}`, request.timeout),
		download: reply,
		redact: redactor('key-1'),
		cancelled,
	} as unknown as SegmindClient;
	return { client, deadline: new Deadline(seconds), sent, times };
}

/** Waits until every pause is over, and returns the result or the error. */
async function outcomeOf(result: Promise<unknown>): Promise<unknown> {
	const outcome = result.catch((error: unknown) => error);
	await jest.runAllTimersAsync();
	return await outcome;
}

it('polls the status, then fetches the result, with the metrics of both', async () => {
	const status = '200{"status":"COMPLETED","metrics":{"cost":1,"queue_time":2}}';
	const result = '200{"output":"x","metrics":{"cost":3}}';
	const { client, deadline, sent } = scripted(`QUEUED ${status} 200{} QUEUED ${result}`, 20);
	const fields = await outcomeOf(waitForResult(client, { requestId: 'r-1' }, deadline));
	expect(fields).toStrictEqual({ output: 'x', metrics: { cost: 3, queue_time: 2 } });
	const polls = ['/r-1/status 20s', '/r-1/status 19s', '/r-1 19s', '/r-1 18s', '/r-1 17s'];
	expect(sent).toStrictEqual(polls.map((poll) => `GET /v2/requests${poll}`));
});

const matching = (text: string): unknown => expect.stringMatching(text);
const found = (status = 'COMPLETED') => ({ status });
const failed = (reason: Reason, details = {}) => ({ name: 'SegmindError', reason, ...details });
const pending = (text: string) => ({ name: 'PendingError', requestId: 'r-1', message: matching(text) });

it.each<[script: string, seconds: number, polls: number | number[], outcome: object]>([
	['Completed', 600, 1, found('Completed')],
	['success', 600, 1, found('success')],
	['SUCCEEDED', 600, 1, found('SUCCEEDED')],
	['QUEUED QUEUED QUEUED QUEUED QUEUED QUEUED COMPLETED', 600, 7, found()],
	['COMPLETED? NOT_FAILED 200 COMPLETED', 600, 4, found()],
	['404 404 COMPLETED', 600, 3, found()],
	['404 404 QUEUED 404 404 COMPLETED', 600, 6, found()],
	['404 404 uncertain 404 404 COMPLETED', 600, 6, found()],
	['404 404 503 404 404 COMPLETED', 600, 6, found()],
	['503{"status":"COMPLETED"} 500{"status":"FAILED"} network COMPLETED', 600, 4, found()],
	['429:20 429:0 429:1 COMPLETED', 600, [0, 20_000, 21_500, 23_750], found()],
	['404 404 404 COMPLETED', 600, 4, found()],
	['QUEUED 200{"status":"FAILED","error":"seed"} COMPLETED', 600, 2, failed('request', { statusCode: 200 })],
	['Error COMPLETED', 600, 1, failed('request')],
	['Cancelled COMPLETED', 600, 1, failed('request')],
	['200{"status":"CANCELED","error":"NSFW"} COMPLETED', 600, 1, failed('moderation')],
	['422{"error":"NSFW:key-1"}', 600, 1, failed('moderation', { message: expect.stringMatching(/NSFW:…$/) })],
	['401', 600, 1, pending('Segmind did not accept the API key')],
	['402', 600, 1, pending('The account has too few credits')],
	['302', 600, 1, pending('The API answered with a redirect')],
	['404 403', 600, 2, pending('This account or team may not use the model')],
	['endpoint', 600, 1, pending('^no response: endpoint$')],
	[
		'QUEUED',
		5,
		[0, 1000, 2500, 4000],
		pending('^The result was not ready after 5 seconds \\(last status: QUEUED\\)$'),
	],
	[
		'QUEUED',
		2.5,
		[0, 1000, 1500],
		pending('^The result was not ready after 2.5 seconds \\(last status: QUEUED\\)$'),
	],
	[
		'network',
		3,
		[0, 1000, 2000],
		pending('^The result was not ready after 3 seconds: no response: network$'),
	],
	['404', 0.5, 1, pending('^The result was not ready after 0.5 seconds: Segmind does not know')],
	['429:7', 8, [0, 7000], pending('^Segmind asks to wait longer than what is left of 8 seconds')],
	['429:9', 8, 1, pending('^Segmind asks to wait longer than what is left of 8 seconds: The rate limit')],
])('after %s within %d s, polls %j times', async (script, seconds, polls, outcome) => {
	const { client, deadline, sent, times } = scripted(script, seconds);
	expect(await outcomeOf(waitForResult(client, QUEUED, deadline))).toMatchObject(outcome);
	expect(times).toStrictEqual(typeof polls === 'number' ? TIMES.slice(0, polls) : polls);
	for (const request of sent) expect(request).toMatch(seconds === 600 ? 'GET /old/r-1 30s' : / [1-9]s$/);
});

it.each([
	['403', 60, [0], 'its host answered with 403'],
	['network', 60, TIMES.slice(0, 5), 'no response: network'],
	['500', 4, [0, 1000, 2500, 3000], 'its host answered with 500'],
	['500', 2.5, [0, 1000, 1500], 'its host answered with 500'],
])('gives a download up after %s within %d s, for a later try', async (script, seconds, downloads, why) => {
	const { client, deadline, times } = scripted(script, seconds);
	const message = `The result is ready but could not be downloaded: ${why}`;
	const description = expect.stringMatching(/has the file at https:\/\/files\.example\/….webp\.$/);
	const error = { ...pending(''), message, description, cause: { message: why } };
	expect(await outcomeOf(downloadResult(client, LINK, QUEUED, deadline))).toMatchObject(error);
	expect(times).toStrictEqual(downloads);
});

it('retries a download until it succeeds, in the time that is left', async () => {
	const { client, deadline, sent } = scripted('503 uncertain 404 200{"file":true}', 120);
	const response = { statusCode: 200, body: Buffer.from('{"file":true}') };
	expect(await outcomeOf(downloadWithRetries(client, LINK, deadline))).toMatchObject(response);
	expect(sent).toStrictEqual([`${LINK} 120s`, `${LINK} 119s`, `${LINK} 118s`, `${LINK} 116s`]);
});

it.each([
	[waitForResult, QUEUED, [0, 1000, 2500], 'The execution was cancelled while the result was being made'],
	[downloadWithRetries, LINK, [0, 1000, 2500, 3000], 'its host answered with 500'],
])('ends %p at once when the execution is cancelled', async (action, target, expected, message) => {
	const cancel = new AbortController();
	const { client, deadline, times } = scripted('500', 600, cancel.signal);
	void sleep(3000).then(() => cancel.abort());
	const start = performance.now();
	let ended = 0;
	const ending = action(client, target as never, deadline).finally(() => (ended = performance.now()));
	expect(await outcomeOf(ending)).toHaveProperty('message', message);
	expect(times).toStrictEqual(expected);
	expect(ended - start).toBe(3000);
});
