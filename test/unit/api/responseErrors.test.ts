import { MAY_BE_BILLED } from '../../../nodes/Segmind/api/errors';
import type { ApiResponse } from '../../../nodes/Segmind/api/response';
import { failedRequestError, noFileError, responseError } from '../../../nodes/Segmind/api/responseErrors';
import { redactor } from '../../../nodes/Segmind/api/text';

const redact = redactor('key-1');

const errorOf = (statusCode: number, text: string, headers: ApiResponse['headers'] = {}) =>
	responseError({ statusCode, headers, body: Buffer.from(text) }, redact);

/**
 * What is published of the API, and what a response means for money, typed by hand: the reason, what fares alike, a
 * part of the advice, and the responses, each a status and its text.
 */
const TABLE = `
response, nothing, usage page: 101 | 200 queued | 204 | 299 | 600
endpoint, batch, 'Base URL': 300 | 302 Found | 399 | 405 Method Not Allowed
endpoint, batch, proxy: 406 Invalid content type | 406 Invalid Content-Type | 406 invalid contenttype
endpoint, endpoint, 'Base URL': 404 The requested URL does not exist | 404
endpoint, endpoint, update of this node: 410 This model is retired
credential, batch, Paste a key: 401 Missing Authorization or x-api-key in header | 401 | 401 blocked
credential, batch, Paste a key: 401 Unauthorized. API key is invalid or may have expired...
credential, endpoint, owner of the Segmind team: 403 Model not permitted for this team
credits, price, Add credits: 402 Insufficient credits. You have 0.0 credits. | 406 Balance too low | 406 Not enough funds
credits, price, Add credits: 406 You have 0.02 credits but this request needs 0.05 | 406 Insufficient
credits, batch, Raise the limit: 402 Team spend limit reached | 406 Team spend limit reached
credits, batch, Raise the limit: 406 Spending is over its limit | 406 The limit of credits for your team is reached
moderation, nothing, Reword the prompt: 400 Prompt violates the content policy | 406 Rejected by the content filter
moderation, nothing, Reword the prompt: 406 Blocked by safety system | 422 content-policy | 422 NSFW content detected
moderation, nothing, Reword the prompt: 422 The prompt was flagged | 500 Request Moderated
moderation, nothing, Reword the prompt: 422 Violates responsible AI rules
request, nothing, Change the value: 400 | 400 Missing field: prompt | 400 safety_tolerance must be between 1 and 5
request, nothing, Change the value: 406 | 406 width must be an integer | 406 Steamy upspending has no limits
request, nothing, Change the value: 422 | 422 safety tolerance must be an integer | 422 safetytolerance is unblocked | 499
rateLimit, nothing, Try again later: 429 Too Many Requests | 429
server, nothing, Try again later: 500 | 502 Bad worker | 503 Blocked | 425 Too Early
uncertain, nothing, 'Delivery' set to Queued: 408 | 408 Request Timeout | 501 | 504 Took too long | 599
uncertain, nothing, 'Delivery' set to Queued: 500 Internal Polling Error | 503 Internal Polling Error
`;

const ROWS = Array.from(TABLE.matchAll(/^(\w+), (\w+), (.+?): (?=\d)(.+)$/gm)).flatMap(
	([, reason, stops, advice = '', responses = '']) =>
		responses.split(' | ').map((response) => [response, reason, stops, advice] as const),
);

test.each(ROWS)('%s means %s, stops %s and advises: %s', (response, reason, stops, advice) => {
	const statusCode = Number.parseInt(response, 10);
	const text = response.slice(4);
	const error = errorOf(statusCode, text);
	const mayBeBilled = reason === 'response' || reason === 'uncertain';
	expect(error).toMatchObject({ reason, stops, statusCode, billed: mayBeBilled ? 'unknown' : 'no' });
	expect(error.message).toMatch(/^(The|This|Segmind) [\w', ]{15,} \(\d{3}\)/);
	expect(error.message.endsWith(` (${statusCode})${text === '' ? '' : `: ${text}`}`)).toBe(true);
	expect(error.description).toContain(advice);
	expect(error.description.endsWith('. Nothing was billed.')).toBe(!mayBeBilled);
	expect(error.description.includes(MAY_BE_BILLED)).toBe(mayBeBilled);
});

test('only 300 to 500 without 408, 502 and 503 were not billed, and nothing that may be is retried', () => {
	const statusCodes = Array.from({ length: 500 }, (_, index) => 100 + index);
	const notBilled = statusCodes.filter((statusCode) => errorOf(statusCode, '').billed === 'no');
	const from300To500 = statusCodes.slice(200, 401).filter((statusCode) => statusCode !== 408);
	expect(notBilled).toEqual([...from300To500, 502, 503]);
	const retried = statusCodes.filter((statusCode) => errorOf(statusCode, '').retryable);
	expect(retried).toEqual([407, 425, 429, 500, 502, 503]);
});

test.each([
	['uncertain', 502, '<html><h1>Bad Gateway</h1></html>', {}],
	['uncertain', 502, 'x', { via: '1.1 proxy' }],
	['uncertain', 502, 'x', { server: 'cloudflare' }],
	['server', 502, 'x', { server: 'segmind' }],
	['server', 502, 'x', { via: '', server: 7 }],
	['uncertain', 500, '<html>x</html>', {}],
	['uncertain', 503, 'x', { via: '1.1 proxy' }],
	['uncertain', 503, 'no healthy upstream', {}],
	['server', 503, '{"error":"x"}', { via: '1.1 proxy' }],
	['uncertain', 502, '{"error":"x"}', { via: '1.1 proxy' }],
	['uncertain', 500, '{"message":"x"}', { server: 'kong' }],
	['server', 500, '{"message":"x"}', {}],
	['network', 403, '<html>x</html>', {}],
	['network', 407, '', {}],
	['network', 413, 'x', { server: 'nginx' }],
	['endpoint', 404, '<html>x</html>', {}],
	['credential', 403, '{"error":"x"}', { server: 'nginx' }],
])('is %s when a gateway or Segmind answers with %i %s %j', (reason, statusCode, text, headers) => {
	const error = errorOf(statusCode, text, headers);
	expect(error).toMatchObject({ reason, retryable: reason === 'server' || reason === 'network' });
	expect(error.description.includes("'Delivery' set to Queued")).toBe(reason === 'uncertain');
});

test.each([
	['NSFW content', 'moderation'],
	['Content moderation: try again', 'moderation'],
	['Internal error', 'server'],
	['Server busy', 'server'],
	['Timed out after 600 s', 'server'],
	['seed must be an integer', 'request'],
	['Internal Polling Error', 'uncertain'],
])('a request that failed in the queue with "%s" is %s', (text, reason) => {
	for (const statusCode of [200, 422]) {
		const headers = { 'x-request-id': 'r-2' };
		const error = failedRequestError({ statusCode, headers, body: Buffer.from(text) }, redact, 'r-1');
		expect(error).toMatchObject({ reason, stops: 'nothing', statusCode, requestId: 'r-1' });
		expect(error.message.endsWith(`: ${text}`)).toBe(true);
		expect(error.message).toMatch(statusCode === 422 ? / \(422\): / : /^[^(]+$/);
	}
});

test('keeps what the headers say', () => {
	const headers = { 'x-remaining-credits': '9.95', 'x-request-id': 'r-key-1', 'retry-after': '7' };
	const known = { remainingCredits: 9.95, requestId: 'r-…', retryAfter: 7000 };
	const message = expect.stringMatching(/: Key …$/);
	expect(errorOf(429, 'Key key-1', headers)).toMatchObject({ ...known, message });
});

test('keeps what a response without a file says', () => {
	const usage = { cost: 0.05, remainingCredits: 9.95, requestId: 'r-1', generationTime: 2 };
	const error = { reason: 'response', statusCode: 200, description: MAY_BE_BILLED };
	const known = { remainingCredits: 9.95, requestId: 'r-1' };
	expect(noFileError('x', 200, usage)).toMatchObject({ ...error, ...known, message: 'x' });
});

test('a proxy that let no request pass is told from Segmind by that alone', () => {
	const response = { statusCode: 504, headers: {}, body: Buffer.from('{"error":"x"}'), wasSent: false };
	expect(responseError(response, redact)).toMatchObject({ reason: 'network', billed: 'no', retryable: true });
	expect(responseError({ ...response, wasSent: true }, redact)).toMatchObject({ reason: 'uncertain' });
});

test('names the gateway', () => {
	expect(errorOf(502, '<p>x</p>', { server: 'cloudflare' }).message).toContain('(502, cloudflare): x');
});
