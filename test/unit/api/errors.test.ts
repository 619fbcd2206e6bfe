import {
	NOT_BILLED,
	PendingError,
	SegmindError,
	SkippedError,
	uncertainError,
} from '../../../nodes/Segmind/api/errors';

type Reason = SegmindError['reason'];

test.each<[reasons: string, billed: string, retryable: boolean, stops: string]>([
	['credential endpoint', 'no', false, 'batch'],
	['credits', 'no', false, 'price'],
	['moderation request', 'no', false, 'nothing'],
	['network rateLimit server', 'no', true, 'nothing'],
	['response uncertain', 'unknown', false, 'nothing'],
])('%s mean: billed %s, retryable %s, stops %s', (reasons, billed, retryable, stops) => {
	const unknown = { statusCode: null, requestId: null, remainingCredits: null, retryAfter: null };
	for (const reason of reasons.split(' ')) {
		const error = new SegmindError(reason as Reason, 'm', 'd');
		expect(error).toMatchObject({ billed, retryable, stops, attempts: 0, ...unknown });
	}
});

const DETAILS = { statusCode: 503, requestId: 'r-1', remainingCredits: 0, retryAfter: 0 };

test('survives the ledger as plain data, with its attempts and what it means for money', () => {
	const money = { billed: 'no', stops: 'price' } as const;
	const error = new SegmindError('uncertain', 'Busy', 'Wait.', {
		...DETAILS,
		...money,
		cause: new Error('x'),
	});
	error.attempts = 3;
	const data = {
		reason: 'uncertain',
		message: 'Busy',
		description: 'Wait.',
		attempts: 3,
		...DETAILS,
		...money,
	};
	const stored: ReturnType<SegmindError['toData']> = JSON.parse(JSON.stringify(error.toData()));
	expect([error.name, stored]).toEqual(['SegmindError', data]);
	expect(SegmindError.fromData(stored).toData()).toEqual(data);
});

test.each([new Error('No such node'), 'No such node'])(
	'wraps %p, which happens before anything is sent',
	(thrown) => {
		const error = SegmindError.from(thrown);
		expect(error).toMatchObject({ reason: 'request', message: 'No such node', cause: thrown });
		expect(error.description).toContain('Nothing was sent and nothing was billed.');
		expect(SegmindError.from(error)).toBe(error);
	},
);

describe('a pending request', () => {
	const FETCHED = 'Retry within the hour: it is fetched by its request ID, r-1, and not paid for again.';
	const link = 'https://a.example/1';

	type Details = Readonly<{ reason?: Reason; advice?: string; link?: string }>;

	test.each<[id: string | null, details: Details, description: string]>([
		['r-1', {}, FETCHED],
		['r-1', { link, advice: 'Look.' }, `Look. ${FETCHED} Segmind has the file at ${link}.`],
		['r-1', { reason: 'response' }, 'A retry does not pay for it again; its request ID is r-1.'],
		[null, {}, 'Retry: it is read again and not paid for again.'],
	])('%s with %j is left to a later try, which pays nothing', (requestId, details, description) => {
		const error = new PendingError('Not ready', requestId, { statusCode: 404, cause: 'x', ...details });
		const { reason = 'uncertain', advice = '' } = details;
		const money = { billed: 'unknown', retryable: reason === 'uncertain', stops: 'nothing' };
		const known = { statusCode: 404, requestId, cause: 'x', name: 'PendingError' };
		expect(error).toMatchObject({ reason, advice, description, ...money, ...known });
		// A free operation knows more.
		error.billed = 'no';
		expect(error.billed).toBe('no');
	});

	test.each([
		['credential', 'batch'],
		['credential', 'endpoint'],
		['credits', 'price'],
		['endpoint', 'batch'],
	] as const)('that is refused for its %s stops: %s', (reason, stops) => {
		const cause = new SegmindError(reason, 'No', `Mend it. ${NOT_BILLED}`, { ...DETAILS, stops });
		const error = PendingError.because(cause, 'r-2');
		expect(error).toMatchObject({ reason, stops, statusCode: 503, requestId: 'r-2', message: 'No', cause });
		expect(error).toMatchObject({ billed: 'unknown', retryable: false, advice: 'Mend it.' });
		expect(error.description).toBe(`Mend it. ${FETCHED.replace('r-1', 'r-2')}`);
	});
});

describe('a skipped request', () => {
	test.each([
		[uncertainError('Lost'), 'nothing', true, ''],
		[new PendingError('Not ready', 'r-1'), 'nothing', true, ''],
		[new SegmindError('response', 'Odd', 'Look.'), 'nothing', true, 'Look. '],
		[
			new SegmindError('credits', 'Too few credits', 'Add credits.', DETAILS),
			'price',
			false,
			'Add credits. ',
		],
	])('was not billed, whatever stopped it: %s', (cause, stops, retryable, advice) => {
		const error = SkippedError.because(cause);
		const { reason, statusCode, remainingCredits } = cause;
		expect(error).toMatchObject({ name: 'SkippedError', billed: 'no', reason, stops, retryable, cause });
		expect(error).toMatchObject({ statusCode, remainingCredits, requestId: null });
		expect(error.message).toBe(`Not sent because another request failed: ${cause.message}`);
		expect(error.description).toBe(`${advice}${NOT_BILLED}`);
	});

	test('says once why, and is an error of its own for each job, with its own attempts', () => {
		const first = new SkippedError('credits', 'Too little left', 'Add credits.');
		const second = SkippedError.because(first);
		first.attempts = 3;
		expect(second).toMatchObject({ attempts: 0, message: 'Too little left', billed: 'no' });
	});
});
