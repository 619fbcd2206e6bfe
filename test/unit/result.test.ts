import { fieldsIn, fieldsOf, toldByMetrics, toResult } from '../../nodes/Segmind/queue/result';

const LINK = 'https://images.segmind.com/1.webp';
const BYTES = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 256));
const BASE64 = BYTES.toString('base64');

describe('a link', () => {
	it.each([
		['alone', { output: LINK }],
		['with blanks around it', { output: ` ${LINK}\n` }],
		['in a list', { output: [LINK] }],
		['in a list of objects', { output: [{ url: LINK }] }],
		['in an object', { output: { url: LINK } }],
		['in an object, as image', { output: { image: LINK } }],
		['in an object, as image_url', { output: { image_url: LINK } }],
		['in an output of an output', { output: { output: [LINK] } }],
		['as an image object', { image: { url: LINK } }],
		['among images', { images: [{ url: LINK, content_type: 'image/webp', file_size: 3 }] }],
		['among images, as text', { images: [LINK] }],
		['among images, where output is null', { output: null, images: [{ url: LINK }] }],
		['among images, where output is empty', { output: '', images: [{ url: LINK }] }],
		['among images, where output is a list of nothing', { output: [], images: [{ url: LINK }] }],
		['among images, where output is an object of nothing', { output: {}, images: [{ url: LINK }] }],
		['among images, where output is a word', { output: 'done', images: [{ url: LINK }] }],
		['among images, where output is a path', { output: 'outputs/1.webp', images: [{ url: LINK }] }],
		['after a word', { output: ['a red fox', LINK] }],
		['in image, where images is empty', { images: [], image: LINK }],
	])('is found %s', (_, fields) => {
		expect(toResult(fields)).toStrictEqual({ link: LINK, bytes: undefined });
	});

	it('is the first of several', () => {
		expect(toResult({ output: [LINK, `${LINK}2`] })?.link).toBe(LINK);
	});

	it('keeps its own letters', () => {
		expect(toResult({ output: 'HTTPS://Images.Segmind.com/A' })?.link).toBe('HTTPS://Images.Segmind.com/A');
	});
});

describe('a file inside the answer', () => {
	it.each([
		['a data URI', `data:image/webp;base64,${BASE64}`],
		['a data URI with a parameter', `data:image/webp;name=a.webp;base64,${BASE64}`],
		['a data URI without a type', `data:;base64,${BASE64}`],
		['a data URI in capitals', `DATA:IMAGE/WEBP;BASE64,${BASE64}`],
		['base64', BASE64],
		['base64 with a line feed after it', `${BASE64}\n`],
		['base64 in lines', BASE64.replace(/(.{76})/g, '$1\n')],
		['base64 without its end', BASE64.replace(/=+$/, '')],
		['base64 for addresses', BYTES.toString('base64url')],
	])('is read from %s', (_, output) => {
		const result = toResult({ output });
		expect(result?.link).toBeUndefined();
		expect(result?.bytes?.equals(BYTES)).toBe(true);
	});

	it('may be as large as an answer can be', () => {
		const output = 'A'.repeat(60 * 1024 * 1024);
		expect(toResult({ output })?.bytes?.length).toBe((output.length / 4) * 3);
	});

	it('is looked for in any place that a link could be', () => {
		expect(toResult({ images: [{ url: `data:image/png;base64,${BASE64}` }] })?.bytes).toHaveLength(3000);
		expect(toResult({ image: BASE64 })?.bytes).toHaveLength(3000);
	});
});

describe('nothing', () => {
	it.each([
		[{}],
		[{ output: null }],
		[{ output: '' }],
		[{ output: '   ' }],
		[{ output: 0 }],
		[{ output: true }],
		[{ output: [] }],
		[{ output: [null, {}, []] }],
		[{ output: 'a red fox' }],
		[{ output: 'AAAA' }],
		[{ output: 'file:///etc/passwd' }],
		[{ output: 'javascript:alert(1)' }],
		[{ images: [] }],
		[{ images: null }],
		[{ status: 'COMPLETED', metrics: { cost: 1 } }],
		[{ prompt: LINK }],
	])('is found in %j', (fields) => {
		expect(toResult(fields)).toBeNull();
	});

	it('is found where objects go on and on', () => {
		let output: unknown = LINK;
		for (let depth = 0; depth < 10_000; depth += 1) output = { output };
		expect(toResult({ output })).toBeNull();
	});
});

describe('fields', () => {
	it.each(['', 'null', '[]', '"text"', '7', '<html></html>', '{"a":', '\u0000'])('%j has none', (body) => {
		expect(fieldsIn(Buffer.from(body))).toStrictEqual({});
	});

	it('are those of an object alone', () => {
		expect(fieldsIn(Buffer.from('{"a":0,"b":null}'))).toStrictEqual({ a: 0, b: null });
		expect(fieldsOf([1])).toStrictEqual({});
		expect(fieldsOf(null)).toStrictEqual({});
	});

	it('are read from JSON that a byte order mark stands before', () => {
		expect(fieldsIn(Buffer.from('\ufeff{"status":"COMPLETED"}'))).toStrictEqual({ status: 'COMPLETED' });
	});
});

describe('metrics', () => {
	it('tell cost, balance and time', () => {
		const metrics = { inference_time: 3.2, queue_time: 1, total_time: 4.2, cost: 0.05, remaining_credits: 0 };
		expect(toldByMetrics({ metrics }, 'r')).toStrictEqual({
			cost: 0.05,
			remainingCredits: 0,
			requestId: 'r',
			generationTime: 3.2,
		});
	});

	it('may come as text, and without an inference time', () => {
		const metrics = { total_time: '4.2', cost: '0', remaining_credits: '' };
		expect(toldByMetrics({ metrics }, 'r')).toStrictEqual({
			cost: 0,
			remainingCredits: null,
			requestId: 'r',
			generationTime: 4.2,
		});
	});

	it.each([[undefined], [null], ['x'], [[]], [{ cost: 'free', remaining_credits: null, total_time: NaN }]])(
		'that are %j tell null, and never 0',
		(metrics) => {
			expect(toldByMetrics({ metrics }, 'r')).toStrictEqual({
				cost: null,
				remainingCredits: null,
				requestId: 'r',
				generationTime: null,
			});
		},
	);
});
