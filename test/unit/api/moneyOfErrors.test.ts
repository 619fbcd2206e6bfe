import {
	NOT_BILLED,
	PendingError,
	SegmindError,
	SkippedError,
	uncertainError,
} from '../../../nodes/Segmind/api/errors';
import { failedRequestError, responseError } from '../../../nodes/Segmind/api/responseErrors';

const unchanged = (text: string): string => text;

const responseOf = (statusCode: number, text: string, headers: Record<string, unknown> = {}) => ({
	statusCode,
	headers,
	body: Buffer.from(text.startsWith('<') ? text : JSON.stringify({ error: text })),
});

describe('a response', () => {
	test.each([
		[301, '', 'endpoint', 'batch'],
		[401, 'Unauthorized', 'credential', 'batch'],
		[402, 'Insufficient credits', 'credits', 'price'],
		[402, 'Team spend limit reached', 'credits', 'batch'],
		[403, 'Not permitted', 'credential', 'endpoint'],
		[404, 'Not found', 'endpoint', 'endpoint'],
		[405, '<html></html>', 'endpoint', 'batch'],
		[406, 'Invalid content type', 'endpoint', 'batch'],
		[406, 'Team spend limit reached', 'credits', 'batch'],
		[406, 'Insufficient credits', 'credits', 'price'],
		[406, 'seed is out of range', 'request', 'nothing'],
		[410, 'Gone', 'endpoint', 'endpoint'],
		[422, 'Violates responsible AI rules', 'moderation', 'nothing'],
		[429, 'Too many requests', 'rateLimit', 'nothing'],
		[500, 'busy', 'server', 'nothing'],
		[504, '', 'uncertain', 'nothing'],
		[200, '', 'response', 'nothing'],
	])('%i %s is %s and stops what fares alike: %s', (statusCode, text, reason, stops) => {
		expect(responseError(responseOf(statusCode, text), unchanged)).toMatchObject({ reason, stops });
	});

	test.each([
		[500, 'Internal Polling Error', {}],
		[503, 'Internal Polling Error', {}],
		[408, 'Request Timeout', {}],
		[502, '<html><h1>Bad Gateway</h1></html>', {}],
		[502, 'x', { via: '1.1 proxy' }],
		[502, 'x', { server: 'cloudflare' }],
		[504, 'x', {}],
	])('%i %s %j may have been billed, and the advice names Queued', (statusCode, text, headers) => {
		const error = responseError(responseOf(statusCode, text, headers), unchanged);
		expect(error).toMatchObject({ reason: 'uncertain', billed: 'unknown', retryable: false });
		expect(error.description).toContain("'Delivery' set to Queued");
	});

	test.each([
		[502, 'busy', {}],
		[502, 'busy', { server: 'segmind' }],
		[502, 'busy', { via: '', server: 7 }],
		[500, '<html>busy</html>', {}],
		[503, 'busy', { via: '1.1 proxy' }],
	])('%i %s %j was not billed', (statusCode, text, headers) => {
		const error = responseError(responseOf(statusCode, text, headers), unchanged);
		expect(error).toMatchObject({ reason: 'server', billed: 'no', retryable: true });
	});

	test('of a content filter names no field, since not every model has it', () => {
		const error = responseError(responseOf(400, 'blocked'), unchanged);
		expect(error.description).toBe('Reword the prompt. Nothing was billed.');
	});
});

describe('a request that failed in the queue', () => {
	test.each([
		['NSFW content', 'moderation'],
		['Content moderation: try again', 'moderation'],
		['Internal error', 'server'],
		['Server busy', 'server'],
		['Timed out after 600 s', 'server'],
		['seed must be an integer', 'request'],
		['Internal Polling Error', 'uncertain'],
	])('with "%s" is %s', (text, reason) => {
		const error = failedRequestError(responseOf(422, text), unchanged, 'r1');
		expect(error).toMatchObject({ reason, statusCode: 422, requestId: 'r1', stops: 'nothing' });
		expect(error.message).toContain(`(422): ${text}`);
		const within200 = failedRequestError(responseOf(200, text), unchanged, 'r1');
		expect(within200).toMatchObject({ reason, statusCode: 200 });
		expect(within200.message).not.toMatch(/\(\d+\)/);
	});
});

describe('an error', () => {
	test('of a free operation can say that nothing was billed', () => {
		expect(new SegmindError('uncertain', 'a', 'b', { billed: 'no' }).billed).toBe('no');
		const pending = new PendingError('a', 'r1');
		expect(pending.billed).toBe('unknown');
		pending.billed = 'no';
		expect(pending.billed).toBe('no');
	});

	test('keeps what it means for money when the ledger stores it', () => {
		const error = new SegmindError('uncertain', 'a', 'b', { billed: 'no', stops: 'price', statusCode: 0 });
		error.attempts = 2;
		const stored: ReturnType<SegmindError['toData']> = JSON.parse(JSON.stringify(error.toData()));
		expect(SegmindError.fromData(stored)).toMatchObject({
			billed: 'no',
			stops: 'price',
			statusCode: 0,
			attempts: 2,
		});
	});
});

describe('a pending request', () => {
	test.each([
		[401, 'credential', 'batch'],
		[402, 'credits', 'price'],
		[403, 'credential', 'endpoint'],
		[405, 'endpoint', 'batch'],
	])('that is refused with %i says %s and stops: %s', (statusCode, reason, stops) => {
		const cause = responseError(responseOf(statusCode, 'no'), unchanged);
		const error = PendingError.because(cause, 'r1');
		expect(error).toMatchObject({ reason, stops, statusCode, cause, requestId: 'r1' });
		expect(error).toMatchObject({ billed: 'unknown', retryable: false, message: cause.message });
		expect(error.description).toBe(
			`${cause.description.replace(NOT_BILLED, '')}Retry within the hour: it is fetched by its request ID, r1, and not paid for again.`,
		);
	});

	test('is uncertain and may be retried where nothing else is known', () => {
		const error = new PendingError('a', 'r1', { link: 'https://a.example/b.png' });
		expect(error).toMatchObject({ reason: 'uncertain', stops: 'nothing', retryable: true, statusCode: null });
		expect(error.description).toMatch(/^Retry .* Segmind has the file at https:\/\/a\.example\/b\.png\.$/);
	});
});

describe('a skipped request', () => {
	test.each([
		[uncertainError('broken'), 'nothing', true],
		[new PendingError('pending', 'r1'), 'nothing', true],
		[new SegmindError('response', 'odd', 'b'), 'nothing', true],
		[new SegmindError('credits', 'empty', 'b'), 'price', false],
	])('was not billed, whatever stopped it: %s', (cause, stops, retryable) => {
		const error = SkippedError.because(cause);
		expect(error).toMatchObject({ billed: 'no', reason: cause.reason, stops, retryable, cause });
		expect(error.message).toBe(`Not sent because another request failed: ${cause.message}`);
		expect(error.description).toMatch(/^(b )?Nothing was billed\.$/);
		expect(error.requestId).toBeNull();
	});

	test('is an error of its own for each job, so that none has the attempts of another', () => {
		const first = new SkippedError('credits', 'Too little left', 'Add credits.');
		const second = SkippedError.because(first);
		first.attempts = 3;
		expect(second).toMatchObject({ attempts: 0, message: 'Too little left', billed: 'no' });
	});
});
