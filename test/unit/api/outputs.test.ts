import { findOutputs } from '../../../nodes/Segmind/api/outputs';
import { readSeed, toSeed } from '../../../nodes/Segmind/api/response';

const A = 'https://a.example/1.png';
const B = 'https://a.example/2.png';
const C = 'http://a.example/3.mp4?sig=x%20y#z';

const linksOf = (answer: unknown, sent = {}): unknown[] =>
	findOutputs(answer, sent).map((output) => ('link' in output ? output.link : output.bytes.length));

const base64 = Buffer.from(Array.from({ length: 99 }, (_, index) => (index * 37) % 256)).toString('base64');

describe('outputs', () => {
	test.each<[string, unknown, unknown[]]>([
		['a link', { output: A }, [A]],
		['a link with blanks around it', { output: `\n ${A} ` }, [A]],
		['a list', { output: [A, B, C] }, [A, B, C]],
		['a list of lists', { output: [[A], [B, [C]]] }, [A, B, C]],
		['objects', { images: [{ url: A, content_type: 'image/png' }, { url: B }] }, [A, B]],
		['the same twice', { output: A, images: [{ url: A }, { url: B }], image: B }, [A, B]],
		['video', { status: 'Success', video: A }, [A]],
		['output.video.url', { output: { video: { url: A } } }, [A]],
		['image_url', { image_url: A }, [A]],
		['url', { url: A }, [A]],
		['data', { data: [{ url: A, b64_json: null }, { b64_json: base64 }] }, [A, 99]],
		['model_mesh', { model_mesh: { url: A }, rendered: B }, [A]],
		['output.model_mesh', { output: { model_mesh: { url: A }, textures: [{ url: B }] } }, [A, B]],
		['audio', { audio: base64 }, [99]],
		['masks', { preview_mask: A, masks: [B, C] }, [A, B, C]],
		['JSON text', { output: JSON.stringify([{ keyname: 'a', value: A }, { value: [B] }]) }, [A, B]],
		['JSON text in JSON text', { output: JSON.stringify(JSON.stringify({ url: A })) }, [A]],
		['base64 in lines', { image: base64.replace(/(.{76})/g, '$1\n') }, [99]],
		['the answer itself', A, [A]],
		['the answer as a list', [A, { url: B }], [A, B]],
		['a field that nobody knows', { artifact: { a: [{ where: A }] }, other: B }, [A, B]],
	])('are found in %s', (_, answer, expected) => {
		expect(linksOf(answer)).toEqual(expected);
	});

	test.each<[string, unknown]>([
		['a text with a link in it', { output: `See ${A}` }],
		['a link with words after it', { output: `${A} is yours` }],
		['Markdown', { output: `![fox](${A})` }],
		['another scheme', { output: 'ftp://a.example/1.png' }],
		['no address', { output: 'https://' }],
		['a hash', { output: '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0' }],
		['a path', { output: 'uploads/users/some-long-folder/another-long-folder/and/yet/another/name' }],
		['words', { output: `a red fox ${'and another '.repeat(20)}` }],
		['base64 in a field that nobody knows', { token: base64 }],
		['numbers and null', { output: [1, null, true, {}], images: null }],
		['nothing', {}],
		['an empty text', ''],
		['null', null],
	])('are not taken from %s', (_, answer) => {
		expect(findOutputs(answer, {})).toEqual([]);
	});

	test.each([
		'status_url',
		'response_url',
		'poll_url',
		'cancel_url',
		'webhook_url',
		'webhook',
		'statusUrl',
		'callback_url',
		'polling_url',
	])('are not addresses of the API: %s', (name) => {
		expect(linksOf({ [name]: A, urls: { get: B, cancel: B }, artifact: C })).toEqual([C]);
		expect(linksOf({ output: { [name]: A, url: C } })).toEqual([C]);
	});

	test('are not what was sent', () => {
		const sent = { image: A, extra: { list: [B] }, data: `data:image/png;base64,${base64}`, plain: base64 };
		expect(linksOf({ image: A, output: C, data: [B, sent.data, base64] }, sent)).toEqual([C]);
		expect(linksOf({ input: sent, artifact: C }, sent)).toEqual([C]);
		expect(linksOf({ input: sent }, sent)).toEqual([]);
	});

	test('have the type that a data URI states', () => {
		const bytes = Buffer.from([0, 1, 2]);
		const of = (type: string) =>
			findOutputs({ output: `data:${type};base64,${bytes.toString('base64')}` }, {});
		expect(of('audio/mpeg')).toEqual([{ bytes, contentType: 'audio/mpeg' }]);
		expect(of('audio/ogg;codecs=opus')).toEqual([{ bytes, contentType: 'audio/ogg' }]);
		expect(of('')).toEqual([{ bytes, contentType: '' }]);
	});

	test('are at most 100, and not below eight levels', () => {
		const many = Array.from({ length: 150 }, (_, index) => `https://a.example/${index}.png`);
		expect(linksOf({ output: many })).toEqual(many.slice(0, 100));
		const nested = (levels: number): unknown => (levels === 0 ? A : [nested(levels - 1)]);
		expect(linksOf({ artifact: nested(7) })).toEqual([A]);
		expect(linksOf({ artifact: nested(8) })).toEqual([]);
		expect(linksOf({ artifact: nested(5000) })).toEqual([]);
	});

	test('may be large', () => {
		const text = 'aB3/'.repeat(5_000_000);
		expect(linksOf({ output: text })).toEqual([15_000_000]);
	});
});

describe('a seed', () => {
	test.each<[unknown, number | null]>([
		['0', 0],
		['42', 42],
		[7, 7],
		['516797155652', 516797155652],
		['-1', null],
		['1.5', null],
		['', null],
		['x', null],
		[undefined, null],
		[null, null],
		[['1'], null],
	])('%j is read as %j', (value, expected) => {
		expect(toSeed(value)).toBe(expected);
		expect(readSeed({ headers: { 'x-seed-value': value } })).toBe(expected);
	});
});
