import { PendingError, SegmindError, SkippedError } from '../../../nodes/Segmind/api/errors';

it.each([
	['credential credits endpoint', 'no', false, true],
	['moderation request', 'no', false, false],
	['network rateLimit server', 'no', true, false],
	['response uncertain', 'unknown', false, false],
])('%s mean: billed %s, retryable %s, stops the batch %s', (reasons, billed, retryable, stopsBatch) => {
	const unknown = { statusCode: null, requestId: null, remainingCredits: null, retryAfter: null };
	for (const reason of reasons.split(' ')) {
		const error = new SegmindError(reason as SegmindError['reason'], 'm', 'd');
		expect(error).toMatchObject({ billed, retryable, stopsBatch, attempts: 0, ...unknown });
	}
});

const DETAILS = { statusCode: 503, requestId: 'r-1', remainingCredits: 0, retryAfter: 0 };

it('survives the ledger as plain data, with its attempts', () => {
	const data = { reason: 'server', message: 'Busy', description: 'Wait.', attempts: 3, ...DETAILS } as const;
	const error = new SegmindError('server', 'Busy', 'Wait.', { ...DETAILS, cause: new Error('x') });
	error.attempts = 3;
	expect([error.name, error.toData()]).toStrictEqual(['SegmindError', data]);
	expect(SegmindError.fromData(data).toData()).toStrictEqual(data);
});

it.each([new Error('No such node'), 'No such node'])(
	'wraps %p, which happens before anything is sent',
	(thrown) => {
		const error = SegmindError.from(thrown);
		expect(error).toMatchObject({ reason: 'request', message: 'No such node', cause: thrown });
		expect(error.description).toContain('Nothing was sent and nothing was billed.');
		expect(SegmindError.from(error)).toBe(error);
	},
);

it('offers a paid request to a later try, with its id and its link', () => {
	const error = new PendingError('Not ready', 'r-1', { link: 'https://a.example/1', cause: 'x' });
	expect(error).toMatchObject({ reason: 'uncertain', retryable: true, requestId: 'r-1', cause: 'x' });
	expect(error.name).toBe('PendingError');
	expect(error.description).toMatch(/request ID, r-1, .* Segmind has the file at https:\/\/a\.example\/1\.$/);
	expect(new PendingError('Not ready', 'r-1').description).toMatch(/and not paid for again\.$/);
});

it('skips a request because of another one, and says so once', () => {
	const error = new SegmindError('credits', 'Too few credits', 'Add credits.', DETAILS);
	const skipped = SkippedError.because(error);
	const known = { name: 'SkippedError', reason: 'credits', description: 'Add credits.', cause: error };
	expect(skipped).toMatchObject({ ...known, statusCode: 503, remainingCredits: 0, requestId: null });
	expect(skipped.message).toBe('Not sent because another request failed: Too few credits');
	const again = SkippedError.because(skipped);
	expect(again).not.toBe(skipped);
	expect(again.message).toBe(skipped.message);
	expect(SkippedError.because(new SegmindError('uncertain', 'Lost', 'Look.')).billed).toBe('no');
});
