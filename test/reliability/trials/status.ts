import type { Fault } from '../../emulator/fault';
import type { Cause } from '../meanings';
import { ordered } from '../stand';
import type { Trial } from '../trial';

/** Every form in which a status brings its words. */
const FORMS: ReadonlyArray<readonly [form: string, toFault: (words: string, status: number) => Fault]> = [
	['{error}', (error) => ({ body: { error } })],
	['{message}', (message) => ({ body: { message } })],
	['{detail}', (detail) => ({ body: { detail } })],
	['{detail: […]}', (msg) => ({ body: { detail: [{ loc: ['body', 'x'], msg, type: 'value' }] } })],
	['{error: {message}}', (message) => ({ body: { error: { message, code: 7 } } })],
	[
		'{error, error_description}',
		(words, status) => ({ body: { error: 'invalid_token', error_description: words, status_code: status } }),
	],
	[
		'HTML',
		(words) => ({
			body: `<html>\r\n<head><title>x</title></head>\r\n<body><center><h1>${words}</h1></center></body>\r\n</html>`,
		}),
	],
	['plain text', (words) => ({ body: words, headers: { 'content-type': 'text/plain' } })],
];

/** The statuses of the fact sheet with what they say; a status with several causes has several lines. */
const ANSWERS: ReadonlyArray<readonly [status: number, words: string, cause: Cause]> = [
	[400, 'Missing required field: prompt', 'request'],
	[401, 'Unauthorized. API key is invalid or may have expired...', 'credential'],
	[402, 'Insufficient credits. You have 0.0 credits.', 'credits'],
	[403, 'Model not permitted for this team', 'credential'],
	[404, 'The requested URL does not exist', 'endpoint'],
	[405, '405 Method Not Allowed', 'endpoint'],
	[406, 'Invalid content type', 'endpoint'],
	[406, 'Insufficient credits. You have 0.02 credits but this request needs 0.05 credits.', 'credits'],
	[406, 'width must be an integer between 256 and 1440', 'request'],
	[406, 'Team spend limit reached', 'credits'],
	[410, 'This model is retired', 'endpoint'],
	[422, 'seed is no integer', 'request'],
	[422, 'NSFW content detected', 'moderation'],
	[429, 'Too Many Requests', 'rateLimit'],
	[500, 'Internal Polling Error', 'server'],
	[500, 'blocked by content policy', 'moderation'],
	[502, '502 Bad Gateway', 'server'],
	[503, 'Service Unavailable', 'server'],
	[504, '504 Gateway Time-out', 'uncertain'],
];

/** What the statuses mean that come without a word, or that the fact sheet does not know. */
const WORDLESS: ReadonlyArray<readonly [status: number, cause: Cause]> = [
	[400, 'request'],
	[401, 'credential'],
	[402, 'credits'],
	[403, 'credential'],
	[404, 'endpoint'],
	[405, 'endpoint'],
	[406, 'request'],
	[410, 'endpoint'],
	[418, 'request'],
	[422, 'request'],
	[429, 'rateLimit'],
	[451, 'request'],
	[500, 'server'],
	[501, 'uncertain'],
	[502, 'server'],
	[503, 'server'],
	[504, 'uncertain'],
	[520, 'uncertain'],
	[524, 'uncertain'],
	[599, 'uncertain'],
];

/** An image may have been made behind a gateway that gave up. */
const isBilled = (status: number): boolean => status === 504;

const withWords: readonly Trial[] = ANSWERS.flatMap(([status, words, cause]) =>
	FORMS.map(([form, toFault]) => ({
		name: `${status} "${words}"`,
		group: 'status' as const,
		form,
		expected: { cause, statusCode: status, paid: isBilled(status), says: words },
		stand: ordered({ status, billed: isBilled(status), ...toFault(words, status) }),
	})),
);

const withoutWords: readonly Trial[] = WORDLESS.map(([status, cause]) => ({
	name: `${status} without a word`,
	group: 'status',
	expected: { cause, statusCode: status, paid: isBilled(status), says: `(${status})` },
	stand: ordered({ status, billed: isBilled(status) }),
}));

const redirects: readonly Trial[] = [300, 301, 302, 303, 304, 307, 308].map((status) => ({
	name: `${status} to another host`,
	group: 'status',
	expected: { cause: 'endpoint', statusCode: status, says: 'redirect' },
	stand: ordered(({ elsewhere }) => ({ status, headers: { location: `${elsewhere}/v1/flux-1.1-pro` } })),
}));

const passing: readonly Trial[] = [
	{
		name: '503 once, then the image',
		group: 'status',
		expected: { cause: 'server', lasts: 1, tells: { attempts: 2 } },
		stand: ordered({ status: 503, body: { error: 'busy' }, times: 1 }),
	},
	{
		name: '429 once, then the image',
		group: 'status',
		expected: { cause: 'rateLimit', lasts: 1, tells: { attempts: 2 } },
		stand: ordered({ status: 429, body: { error: 'slow down' }, times: 1 }),
	},
	{
		name: '503 three times, then the image: n8n’s second try gets it',
		group: 'status',
		expected: { cause: 'server', lasts: 3, statusCode: 503 },
		stand: ordered({ status: 503, body: { error: 'busy' }, times: 3 }),
	},
	{
		name: '422 once: n8n’s second try gets the image',
		group: 'status',
		expected: { cause: 'request', lasts: 1, statusCode: 422 },
		stand: ordered({ status: 422, body: { error: 'refused' }, times: 1 }),
	},
	{
		name: '402 once, then credits were added: n8n’s second try gets the image',
		group: 'status',
		expected: { cause: 'credits', lasts: 1, statusCode: 402 },
		stand: ordered({ status: 402, body: { error: 'Insufficient credits' }, times: 1 }),
	},
	{
		name: '504 once, billed: never sent again',
		group: 'status',
		expected: { cause: 'uncertain', lasts: 1, paid: true, statusCode: 504 },
		stand: ordered({ status: 504, billed: true, times: 1 }),
	},
	{
		name: '504 once, not billed: never sent again',
		group: 'status',
		expected: { cause: 'uncertain', lasts: 1, statusCode: 504 },
		stand: ordered({ status: 504, billed: false, times: 1 }),
	},
];

/** Every status of the fact sheet in every form of body, statuses without words, redirects, and what passes by. */
export const statusTrials: readonly Trial[] = [...withWords, ...withoutWords, ...redirects, ...passing];
