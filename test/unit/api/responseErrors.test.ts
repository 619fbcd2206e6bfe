import { MAY_BE_BILLED } from '../../../nodes/Segmind/api/errors';
import type { ApiResponse } from '../../../nodes/Segmind/api/response';
import { noFileError, responseError } from '../../../nodes/Segmind/api/responseErrors';
import { redactor } from '../../../nodes/Segmind/api/text';

const errorOf = (statusCode: number, text: string, headers: ApiResponse['headers'] = {}) =>
	responseError({ statusCode, headers, body: Buffer.from(text) }, redactor('key-1'));

/**
 * What is published of the API, and what a response means for money, typed by hand: the reason, a part of the advice,
 * and the responses, each a status and its text.
 */
const TABLE = `
response, usage page: 101 | 200 queued | 204 | 299 | 600
endpoint, 'Base URL': 300 | 302 Found | 399 | 404 The requested URL does not exist | 405 Method Not Allowed
endpoint, proxy: 406 Invalid content type | 406 Invalid Content-Type | 406 invalid contenttype
endpoint, update of this node: 410 This model is retired
credential, Paste a key: 401 Missing Authorization or x-api-key in header | 401 | 401 blocked
credential, Paste a key: 401 Unauthorized. API key is invalid or may have expired...
credential, owner of the Segmind team: 403 Model not permitted for this team
credits, Add credits: 402 Insufficient credits. You have 0.0 credits. | 406 Balance too low | 406 Not enough funds
credits, Add credits: 406 You have 0.02 credits but this request needs 0.05 | 406 Insufficient
credits, Raise the limit: 406 Team spend limit reached | 406 Spending is over its limit
credits, Raise the limit: 406 The limit of credits for your team is reached
moderation, Reword the prompt: 400 Prompt violates the content policy | 406 Rejected by the content filter
moderation, Reword the prompt: 406 Blocked by safety system | 422 content-policy | 422 NSFW content detected
moderation, Reword the prompt: 422 The prompt was flagged | 500 Request Moderated
request, Change the value: 400 | 400 Missing required field: prompt | 400 safety_tolerance must be between 1 and 5
request, Change the value: 406 | 406 width must be an integer between 256 and 1440 | 406 Steamy upspending has no limits
request, Change the value: 422 | 422 safety tolerance must be an integer | 422 safetytolerance is unblocked | 499
rateLimit, Try again later: 429 Too Many Requests | 429
server, Try again later: 500 | 502 Bad Gateway | 503 Blocked
uncertain, usage page: 408 | 500 Internal Polling Error | 501 | 504 Gateway Time-out | 599
`;

const ROWS = Array.from(TABLE.matchAll(/^(\w+), (.+?): (?=\d)(.+)$/gm)).flatMap(
	([, reason, advice, responses]) =>
		(responses ?? '').split(' | ').map((response) => [response, reason, advice ?? ''] as const),
);

it.each(ROWS)('%s means %s and advises: %s', (response, reason, advice) => {
	const statusCode = Number.parseInt(response, 10);
	const text = response.slice(4);
	const error = errorOf(statusCode, text);
	const mayBeBilled = reason === 'response' || reason === 'uncertain';
	expect(error).toMatchObject({ reason, statusCode, billed: mayBeBilled ? 'unknown' : 'no' });
	expect(error.message).toMatch(/^(The|This|Segmind) [\w', ]{15,} \(\d{3}\)/);
	expect(error.message.endsWith(` (${statusCode})${text === '' ? '' : `: ${text}`}`)).toBe(true);
	expect(error.description).toContain(advice);
	expect(error.description.endsWith('. Nothing was billed.')).toBe(!mayBeBilled);
	expect(error.description.startsWith(MAY_BE_BILLED)).toBe(mayBeBilled);
});

it('says that nothing was billed for 300 to 500 except 408, 502 and 503 alone, and never retries what may be', () => {
	const statusCodes = Array.from({ length: 500 }, (_, index) => 100 + index);
	const notBilled = statusCodes.filter((statusCode) => errorOf(statusCode, '').billed === 'no');
	expect(notBilled).toStrictEqual(
		statusCodes.filter(
			(code) => (code >= 300 && code <= 500 && code !== 408) || code === 502 || code === 503,
		),
	);
	const retried = statusCodes.filter((statusCode) => errorOf(statusCode, '').retryable);
	expect(retried).toStrictEqual([429, 500, 502, 503]);
});

it('keeps what the headers say', () => {
	const headers = { 'x-remaining-credits': '9.95', 'x-request-id': 'r-key-1', 'retry-after': '7' };
	const known = { remainingCredits: 9.95, requestId: 'r-…', retryAfter: 7000 };
	const message = expect.stringMatching(/: Key …$/);
	expect(errorOf(429, 'Key key-1', headers)).toMatchObject({ ...known, message });
});

it('keeps what a response without a file says', () => {
	const usage = { cost: 0.05, remainingCredits: 9.95, requestId: 'r-1', generationTime: 2 };
	const error = { reason: 'response', statusCode: 200, description: MAY_BE_BILLED };
	const known = { remainingCredits: 9.95, requestId: 'r-1' };
	expect(noFileError('x', 200, usage)).toMatchObject({ ...error, ...known, message: 'x' });
});
