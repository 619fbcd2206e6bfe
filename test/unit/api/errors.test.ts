import { PendingError, SegmindError } from '../../../nodes/Segmind/api/errors';

it.each([
	['credential endpoint', 'no', false, 'batch'],
	['credits', 'no', false, 'price'],
	['moderation request', 'no', false, 'nothing'],
	['network rateLimit server', 'no', true, 'nothing'],
	['response uncertain', 'unknown', false, 'nothing'],
])('%s mean: billed %s, retryable %s, stops %s', (reasons, billed, retryable, stops) => {
	const unknown = { statusCode: null, requestId: null, remainingCredits: null, retryAfter: null };
	for (const reason of reasons.split(' ')) {
		const error = new SegmindError(reason as SegmindError['reason'], 'm', 'd');
		expect(error).toMatchObject({ billed, retryable, stops, attempts: 0, ...unknown });
	}
});

const DETAILS = { statusCode: 503, requestId: 'r-1', remainingCredits: 0, retryAfter: 0 };

it('survives the ledger as plain data, with its attempts', () => {
	const outcome = { reason: 'server', message: 'Busy', description: 'Wait.', attempts: 3 } as const;
	const data = { ...outcome, billed: 'no', stops: 'nothing', ...DETAILS } as const;
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
