import { findOutputs } from '../../../nodes/Segmind/api/outputs';

const A = 'https://a.example/1.png';
const B = 'https://a.example/2.png';
const C = 'http://a.example/3.mp4?sig=x%20y#z';

const linksOf = (answer: unknown, sent = {}): unknown[] =>
	findOutputs(answer, sent).map((output) => ('link' in output ? output.link : output.bytes.length));

const BYTES = Buffer.from(Array.from({ length: 99 }, (_, index) => (index * 37) % 256));
const base64 = BYTES.toString('base64');
const long = 'aB3'.repeat(33);

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
		['a link among words', { output: ['fox', { url: 7, image: `\t${A}` }, 'x'] }, [A]],
		['a known field after an empty one', { output: [], images: null, results: {}, image: A }, [A]],
		['a link in upper case', { output: 'HTTPS://A.example/1.PNG' }, ['HTTPS://A.example/1.PNG']],
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
		['a path on this machine', { output: 'file:///etc/passwd' }],
		['base64 that is too short', { output: long.slice(0, 63) }],
		['base64 after a word', { output: `A ${long}` }],
		['base64 with another sign', { output: `${long}!` }],
		['a data URI after a word', { output: `x data:;base64,${base64}` }],
		['a data URI that is not base64', { output: `data:,base64,${base64}` }],
		['a data URI with a long type', { output: `data:${long.repeat(3)};base64,${base64}` }],
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
		...['status_url', 'response_url', 'poll_url', 'polling_url', 'cancel_url', 'callback_url'],
		...['webhook_url', 'webhook', 'statusUrl'],
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

	test.each<[form: string, text: string, stated: { contentType?: string }]>([
		['base64', base64, {}],
		['base64 in lines', base64.replace(/(.{76})/g, '$1\n'), {}],
		['base64 and a line end', `${base64}\n`, {}],
		['base64 without padding', base64.replace(/=+$/, ''), {}],
		['base64 for URLs', BYTES.toString('base64url'), {}],
		['a data URI', `data:audio/mpeg;base64,${base64}`, { contentType: 'audio/mpeg' }],
		['one with a parameter', `data:audio/ogg;codecs=opus;base64,${base64}`, { contentType: 'audio/ogg' }],
		['one in upper case', `DATA:IMAGE/WEBP;name=a.webp;BASE64,${base64}`, { contentType: 'IMAGE/WEBP' }],
		['one without a type', `data:;base64,${base64}`, { contentType: '' }],
	])('are the bytes of %s', (_, text, stated) => {
		const output = { bytes: BYTES, ...stated };
		expect(findOutputs({ output: text }, {})).toStrictEqual([output]);
		expect(findOutputs({ images: [{ url: text }] }, {})).toStrictEqual([output]);
	});

	test('are the bytes of a data URI, however few', () => {
		const output = { bytes: Buffer.of(0, 1, 2), contentType: 'audio/mpeg' };
		expect(findOutputs({ output: 'data:audio/mpeg;base64,AAEC' }, {})).toEqual([output]);
		expect(linksOf({ output: long.slice(0, 64) })).toEqual([48]);
	});

	test('are at most 100, and not below eight levels', () => {
		const many = Array.from({ length: 150 }, (_, index) => `https://a.example/${index}.png`);
		expect(linksOf({ output: many })).toEqual(many.slice(0, 100));
		const nested = (levels: number): unknown => (levels === 0 ? A : [nested(levels - 1)]);
		expect(linksOf({ artifact: nested(7) })).toEqual([A]);
		expect(linksOf({ artifact: nested(8) })).toEqual([]);
		expect(linksOf({ artifact: nested(5000) })).toEqual([]);
	});

	test('may be as large as a response can be', () => {
		expect(linksOf({ output: 'aB3/'.repeat(20 << 20) })).toEqual([60 << 20]);
	});
});
