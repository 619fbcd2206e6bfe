import fc from 'fast-check';

/** An answer to be put on the wire. */
export interface RawAnswer {
	readonly status: number;
	readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
	readonly body: Buffer;
	/** How its end is told: by a length, by chunks, by hanging up; or wrongly. */
	readonly framing: 'length' | 'chunked' | 'hang up' | 'too long' | 'too short' | 'bad chunk' | 'no chunk';
	/** Bytes in one piece. */
	readonly step: number;
}

const CRLF = '\r\n';

function framed({ body, framing, step }: RawAnswer): { header: string; pieces: Buffer[] } {
	const pieces = Array.from({ length: Math.ceil(body.length / step) }, (_, index) =>
		body.subarray(index * step, (index + 1) * step),
	);
	const chunk = (piece: Buffer): Buffer =>
		Buffer.concat([Buffer.from(`${piece.length.toString(16)}${CRLF}`), piece, Buffer.from(CRLF)]);
	const chunked = 'transfer-encoding: chunked';
	switch (framing) {
		case 'length':
			return { header: `content-length: ${body.length}`, pieces };
		case 'too long':
			return { header: `content-length: ${body.length + 7}`, pieces };
		case 'too short':
			return { header: `content-length: ${Math.max(0, body.length - 7)}`, pieces };
		case 'hang up':
			return { header: 'connection: close', pieces };
		case 'chunked':
			return { header: chunked, pieces: [...pieces.map(chunk), Buffer.from(`0${CRLF}${CRLF}`)] };
		case 'no chunk':
			return { header: chunked, pieces: pieces.map(chunk) };
		case 'bad chunk':
			return { header: chunked, pieces: [...pieces.map(chunk), Buffer.from('xyz')] };
	}
}

/** The bytes of an answer, in the pieces that they are sent in. */
export function toWire(answer: RawAnswer): Buffer[] {
	const { header, pieces } = framed(answer);
	const lines = [
		`HTTP/1.1 ${answer.status} x`,
		...answer.headers.map(([name, value]) => `${name}: ${value}`),
		header,
	];
	return [Buffer.from(`${lines.join(CRLF)}${CRLF}${CRLF}`, 'latin1'), ...pieces];
}

/** Whether all of the body comes, and its end is told. */
export const isWhole = ({ framing }: RawAnswer): boolean =>
	framing === 'length' || framing === 'chunked' || framing === 'hang up';

/** Whether nothing is odd but the body: a success that is whole, without a header that says how to read it. */
export const isPlain = (answer: RawAnswer): boolean =>
	answer.status === 200 && isWhole(answer) && answer.headers.length === 0;

const status = fc.oneof(
	{ weight: 6, arbitrary: fc.constant(200) },
	{
		weight: 3,
		arbitrary: fc.constantFrom(400, 401, 402, 403, 404, 405, 406, 410, 422, 429, 500, 502, 503, 504),
	},
	{ weight: 2, arbitrary: fc.integer({ min: 200, max: 599 }) },
	{ weight: 1, arbitrary: fc.integer({ min: 0, max: 999 }) },
);

const value = fc.oneof(
	fc.constantFrom('', '0', '-1', 'NaN', '1e309', '0.05', 'null', '\u00ff', 'x'.repeat(9000)),
	fc.stringMatching(/^[ -~]{0,40}$/),
	fc.double().map(String),
);

const header = fc.oneof(
	fc.tuple(
		fc.constantFrom(
			...[
				'x-cost',
				'x-remaining-credits',
				'x-request-id',
				'x-generation-time',
				'retry-after',
				'date',
				'location',
			],
			...['content-type', 'x-rate-limit-reset-at-utc', 'set-cookie', 'www-authenticate', 'vary', 'etag'],
		),
		value,
	),
	fc.tuple(
		fc.constant('content-type'),
		fc.constantFrom('image/png', 'image/jpeg', 'text/html', 'application/json'),
	),
	fc.tuple(
		fc.constant('content-encoding'),
		fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'identity', 'x'),
	),
	fc.tuple(fc.constantFrom('__proto__', 'constructor', 'connection', 'upgrade', 'trailer'), value),
);

/** Any answer around such a body. */
export const answerOf = (body: fc.Arbitrary<Buffer>): fc.Arbitrary<RawAnswer> =>
	fc.record({
		status,
		headers: fc.array(header, { maxLength: 4 }),
		body,
		framing: fc.oneof(
			{ weight: 4, arbitrary: fc.constantFrom('length' as const, 'chunked' as const, 'hang up' as const) },
			{
				weight: 1,
				arbitrary: fc.constantFrom(
					'too long' as const,
					'too short' as const,
					'bad chunk' as const,
					'no chunk' as const,
				),
			},
		),
		step: fc.oneof(fc.constant(1_000_000), fc.integer({ min: 16, max: 4000 })),
	});
