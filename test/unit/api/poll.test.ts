import { sleep } from 'n8n-workflow';

import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import { downloadResult, downloadWithRetries } from '../../../nodes/Segmind/api/download';
import { SegmindError } from '../../../nodes/Segmind/api/errors';
import { waitForResult } from '../../../nodes/Segmind/api/poll';
import type { Reason, Scope } from '../../../nodes/Segmind/api/reasons';
import { redactor } from '../../../nodes/Segmind/api/text';
import { Deadline } from '../../../nodes/Segmind/api/wait';

const HOUR = 60 * 60_000;
const LINK = 'https://files.example/key-1.webp';
const QUEUED = { requestId: 'r-1', pollPath: '/old/r-1' };
const REASONS: readonly string[] = ['network', 'uncertain', 'endpoint', 'response'] satisfies Reason[];

/** When requests are sent, in milliseconds: the pauses between them grow by half, up to five seconds. */
const TIMES = [0, 1000, 2500, 4750, ...Array.from({ length: 20 }, (_, index) => 8125 + 5000 * index)];

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/**
 * A client that replies in the words of a script, the last of them again and again: a status code with fields or the
 * seconds to wait, as in 200{"status":"QUEUED"} or 429:20; the status of a request; or why there is no response.
 */
function scripted(script: string, seconds = 600, cancelled?: AbortSignal, history: object[] = []) {
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
	/** Answers of the request history, the last of them again and again; without one it knows nothing. */
	const lookups: string[] = [];
	function lookUp(path: string) {
		lookups.push(path);
		const row = history[Math.min(lookups.length, history.length) - 1];
		const body = Buffer.from(JSON.stringify(row ?? { error: 'not found' }));
		return { statusCode: row === undefined ? 404 : 200, headers: {}, body };
	}
	const client = {
		send: async (request: { method: string; service?: string; path: string; timeout: number }) =>
			request.service === 'history'
				? lookUp(request.path)
				: await reply(`${request.method} ${request.path}`, request.timeout),
		download: reply,
		redact: redactor('key-1'),
		cancelled,
	} as unknown as SegmindClient;
	return { client, deadline: new Deadline(seconds), sent, times, lookups };
}

/** Waits until every pause is over, and returns the result or the error. */
async function outcomeOf(result: Promise<unknown>): Promise<unknown> {
	const outcome = result.catch((error: unknown) => error);
	await jest.runAllTimersAsync();
	return await outcome;
}

test.each([{}, { status: 'READY' }])(
	'polls the status, then fetches the result, with the metrics of both and any status: %j',
	async (named) => {
		const status = '200{"status":"COMPLETED","metrics":{"cost":1,"queue_time":2}}';
		const result = JSON.stringify({ ...named, output: 'x', metrics: { cost: 3 } });
		const { client, deadline, sent } = scripted(`QUEUED ${status} 200{} QUEUED 200${result}`, 20);
		const fields = await outcomeOf(waitForResult(client, { requestId: 'r-1' }, deadline));
		expect(fields).toStrictEqual({ ...named, output: 'x', metrics: { cost: 3, queue_time: 2 } });
		const polls = ['/r-1/status 20s', '/r-1/status 19s', '/r-1 19s', '/r-1 18s', '/r-1 17s'];
		expect(sent).toStrictEqual(polls.map((poll) => `GET /v2/requests${poll}`));
	},
);

describe('a request that the queue does not know', () => {
	const row = (fields: object) => ({ data: { request_id: 'r-1', model_status: 'COMPLETED', ...fields } });
	const finished = row({ generation_url: LINK, credits_deduction: '0.05', request_body: '{"prompt":"a"}' });

	test.each<[name: string, history: object[], lookups: number, outcome: object]>([
		['is in the history', [finished], 1, { prompt: 'a', output: [LINK], metrics: { cost: 0.05 } }],
		[
			'goes on there',
			[row({ model_status: 'PENDING' }), row({ model_status: 'PENDING' }), finished],
			3,
			{ output: [LINK] },
		],
		[
			'has failed there',
			[row({ model_status: 'FAILED', error: 'NSFW' })],
			1,
			{ reason: 'moderation', billed: 'no' },
		],
		['is listed without a file', [row({})], 2, { reason: 'uncertain' }],
		['is not there either', [], 2, { reason: 'uncertain' }],
		['can not be looked up', [{ nothing: true }], 1, { reason: 'uncertain' }],
	])('%s', async (_, history, count, outcome) => {
		const { client, deadline, lookups } = scripted('404', 600, undefined, history);
		expect(await outcomeOf(waitForResult(client, { requestId: 'r-1' }, deadline))).toMatchObject(outcome);
		expect(lookups).toEqual(Array(count).fill('/inference-request/request-history/r-1'));
	});
});

const found = (status = 'COMPLETED') => ({ status });
const failed = (reason: Reason, details = {}) => ({
	name: 'SegmindError',
	reason,
	requestId: 'r-1',
	...details,
});
const expired = {
	...failed('uncertain'),
	message: expect.stringContaining('no longer knows the request r-1'),
};
const pending = (text: string, details = {}) => ({
	...{ name: 'PendingError', requestId: 'r-1', billed: 'unknown', message: expect.stringMatching(text) },
	...{ reason: 'uncertain', retryable: true, stops: 'nothing', ...details },
});
const refused = (reason: Reason, stops: Scope, text: string) =>
	pending(text, { reason, stops, retryable: false });
const late = (seconds: number, text = '', advice = 'Retry within') => ({
	...pending(`^The result was not ready after ${seconds} seconds${text}`),
	description: expect.stringMatching(`^${advice}`),
});

test.each<[script: string, seconds: number, polls: number | number[], outcome: object]>([
	['Completed', 600, 1, found('Completed')],
	['success', 600, 1, found('success')],
	['SUCCEEDED', 600, 1, found('SUCCEEDED')],
	['QUEUED QUEUED QUEUED QUEUED QUEUED QUEUED COMPLETED', 600, 7, found()],
	['COMPLETED? NOT_FAILED 200 COMPLETED', 600, 4, found()],
	['404 404 404 COMPLETED', 600, 4, found()],
	['503{"status":"COMPLETED"} 500{"status":"FAILED"} network COMPLETED', 600, 4, found()],
	['429:20 429:0 429:1 COMPLETED', 600, [0, 20_000, 21_500, 23_750], found()],
	['QUEUED 200{"status":"FAILED","error":"seed"} COMPLETED', 600, 2, failed('request', { statusCode: 200 })],
	['Error COMPLETED', 600, 1, failed('request')],
	['Cancelled COMPLETED', 600, 1, failed('request')],
	['200{"status":"CANCELED","error":"NSFW"} COMPLETED', 600, 1, failed('moderation')],
	['422{"error":"NSFW:key-1"}', 600, 1, failed('moderation', { message: expect.stringMatching(/NSFW:…$/) })],
	['401', 600, 1, refused('credential', 'batch', 'Segmind did not accept the API key')],
	['402', 600, 1, refused('credits', 'price', 'The account has too few credits')],
	['302', 600, 1, refused('endpoint', 'batch', 'The API answered with a redirect')],
	['404 403', 600, 2, refused('credential', 'endpoint', 'This account or team may not use the model')],
	['endpoint', 600, 1, refused('endpoint', 'batch', '^no response: endpoint$')],
	['QUEUED', 6, [0, 1000, 2500, 4750, 5000], late(6, ' \\(last status: QUEUED\\)$')],
	['QUEUED', 2.5, [0, 1000, 1500], late(2.5)],
	['200', 0.5, 1, late(0.5, ' \\(last status: none\\)$')],
	['200Maintenance', 0.5, 1, late(0.5, ' \\(last status: none\\): Maintenance$')],
	['503', 0.5, 1, { ...late(0.5, ': Segmind failed to process'), statusCode: 503 }],
	['network', 3, [0, 1000, 2000], late(3, ': no response: network$')],
	[
		'200{"status":"key-1x"} network',
		3,
		[0, 1000, 2000],
		late(3, ' \\(last status: …x\\): no response: network$'),
	],
	[`200{"status":"${'x'.repeat(99)}"}`, 1, 1, late(1, ` \\(last status: x{59}…\\)$`)],
	['404', 0.5, 1, late(0.5, ': Segmind does not know the request r-1 \\(404\\)$', 'Check that')],
	['429:7 COMPLETED', 8, [0, 7000], found()],
	[
		'QUEUED 429:9',
		9,
		2,
		pending('longer than what is left of 9 seconds \\(last status: QUEUED\\): The rate limit'),
	],
])('after %s within %d s, polls %j times', async (script, seconds, polls, outcome) => {
	const { client, deadline, sent, times } = scripted(script, seconds);
	expect(await outcomeOf(waitForResult(client, QUEUED, deadline))).toMatchObject(outcome);
	expect(times).toStrictEqual(typeof polls === 'number' ? TIMES.slice(0, polls) : polls);
	for (const request of sent) expect(request).toMatch(seconds === 600 ? 'GET /old/r-1 30s' : / [1-9]s$/);
});

const unknown = {
	...pending('^Segmind does not know the request r-1 \\(404\\)$', { statusCode: 404 }),
	description: expect.stringMatching(/^Check that the Segmind credential is of the account/),
};

test.each<[script: string, age: number | undefined, polls: number, outcome: object]>([
	// Half a minute from the first poll that missed it.
	['404', undefined, 9, { ...expired, statusCode: 404 }],
	['404', 0, 9, unknown],
	[`${'QUEUED '.repeat(9)}404 404 404 COMPLETED`, 0, 13, found()],
	// Three polls in a row, once its record may have expired.
	['404', HOUR + 1, 3, { ...expired, statusCode: 404 }],
	['410', HOUR + 1, 3, expired],
	['404', HOUR - 20_000, 8, expired],
	['404 404 QUEUED 404 404 COMPLETED', HOUR + 1, 6, found()],
	['404 404 uncertain 404 404 COMPLETED', HOUR + 1, 6, found()],
	['404 404 503 404 404 COMPLETED', HOUR + 1, 6, found()],
])('after %s for a request submitted %j ms ago, polls %d times', async (script, age, polls, outcome) => {
	const { client, deadline, times } = scripted(script);
	const queued = age === undefined ? QUEUED : { ...QUEUED, submittedAt: Date.now() - age };
	expect(await outcomeOf(waitForResult(client, queued, deadline))).toMatchObject(outcome);
	expect(times).toStrictEqual(TIMES.slice(0, polls));
});

test.each<[script: string, seconds: number, downloads: number | number[], why: string]>([
	['302', 60, 1, 'its host answered with 302'],
	['403', 60, 1, 'its host answered with 403'],
	['404 408 425 429 599', 60, 5, 'its host answered with 599'],
	['500', 4, [0, 1000, 2500, 3000], 'its host answered with 500'],
	['503', 2.5, [0, 1000, 1500], 'its host answered with 503'],
	['network', 60, 5, 'no response: network'],
	['uncertain', 60, 5, 'no response: uncertain'],
	['response', 60, 1, 'no response: response'],
])('gives a download up after %s within %d s, and says whether a later try can help', async (...row) => {
	const [script, seconds, downloads, why] = row;
	const { client, deadline, times } = scripted(script, seconds);
	const isNever = script === 'response';
	const error = await outcomeOf(downloadResult(client, LINK, QUEUED, deadline));
	const text = `^The result is ready but could not be downloaded: ${why}$`;
	const reason = isNever ? 'response' : 'uncertain';
	expect(error).toMatchObject({ ...pending(text, { reason, retryable: !isNever }), cause: { message: why } });
	const nextTry = isNever ? 'A retry does not pay for it again' : 'Retry within the hour';
	expect(error).toHaveProperty(
		'description',
		expect.stringMatching(`^${nextTry}.* has the file at https://files\\.example/…\\.webp\\.$`),
	);
	expect(times).toStrictEqual(typeof downloads === 'number' ? TIMES.slice(0, downloads) : downloads);
});

test('retries a download until it succeeds, in the time that is left', async () => {
	const { client, deadline, sent } = scripted('503 uncertain 404 200{"file":true}', 120);
	const response = { statusCode: 200, body: Buffer.from('{"file":true}') };
	expect(await outcomeOf(downloadWithRetries(client, LINK, deadline))).toMatchObject(response);
	expect(sent).toStrictEqual([`${LINK} 120s`, `${LINK} 119s`, `${LINK} 118s`, `${LINK} 116s`]);
});

test.each([
	['polling', waitForResult, QUEUED, 3, 'The execution was cancelled while the result was being made'],
	['downloading', downloadWithRetries, LINK, 4, 'its host answered with 500'],
])('ends %s at once when the execution is cancelled', async (_, action, target, requests, message) => {
	const cancel = new AbortController();
	const { client, deadline, times } = scripted('500', 600, cancel.signal);
	void sleep(3000).then(() => cancel.abort());
	const start = performance.now();
	const ended = action(client, target as never, deadline).catch((error: Error) => [
		error.message,
		performance.now() - start,
	]);
	expect(await outcomeOf(ended)).toEqual([message, 3000]);
	expect(times).toStrictEqual([0, 1000, 2500, 3000].slice(0, requests));
});
