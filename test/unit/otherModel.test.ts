import { OTHER_PRICE, toObject, toOtherRequest } from '../../nodes/Segmind/request/otherModel';
import { AVOIDED_WORDS, refusedBy } from './refused';

const NOTHING_SENT = 'Nothing was sent and nothing was billed.';

describe('a model id', () => {
	it.each(['flux-1.1-pro', 'seedream-v3-text-to-image', 'SDXL1.0-txt2img', '4x_upscaler', 'a'])(
		'%s is one',
		(id) => {
			expect(toOtherRequest(id, { prompt: 'a' }).model).toStrictEqual({
				id,
				price: OTHER_PRICE,
				attributes: [],
			});
		},
	);

	it('may have blanks around it', () => {
		expect(toOtherRequest(' kling-video\n', {}).model.id).toBe('kling-video');
	});

	it.each([
		'../get-user-credits',
		'..',
		'.',
		'.hidden',
		'a/b',
		'a\\b',
		'a/../../v2/b',
		'a%2f..%2fb',
		'%2e%2e',
		'a?x=1',
		'a#b',
		'a b',
		'a\nb',
		'a\u0000b',
		'а-b',
		'ａ',
		'https://api.segmind.com/v1/flux-pro',
		'-rf',
		'_a',
		'@evil.example',
		'a'.repeat(101),
	])('%j is none', (id) => {
		const refusal = refusedBy(() => toOtherRequest(id, { prompt: 'a' }));
		expect(refusal).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(refusal.message).toMatch(/^'Model ID' /);
		expect(refusal.advice).toContain(NOTHING_SENT);
		expect(`${refusal.message} ${refusal.advice}`).not.toMatch(AVOIDED_WORDS);
	});

	it.each([undefined, null, '', '  ', 7, true, {}, ['flux-pro']])(
		'%j is no text with something in it',
		(id) => {
			expect(refusedBy(() => toOtherRequest(id, {})).message).toMatch(/^'Model ID' is (empty|not a text)/);
		},
	);
});

describe('a body', () => {
	it.each([
		['{"prompt":"a"}', { prompt: 'a' }],
		[' {"prompt":"a"}\n', { prompt: 'a' }],
		['{}', {}],
		['{"a":{"b":[1,null,{"c":0}]},"d":false}', { a: { b: [1, null, { c: 0 }] }, d: false }],
		[
			{ prompt: 'a', seed: 0, nested: { list: [1, 2] } },
			{ prompt: 'a', seed: 0, nested: { list: [1, 2] } },
		],
	])('%j goes as it is', (value, body) => {
		expect(toOtherRequest('a', value).body).toStrictEqual(body);
	});

	it('has nothing added: no seed, no default', () => {
		expect(toOtherRequest('a', '{"prompt":"a"}')).toMatchObject({
			seedDrawn: false,
			roundings: [],
			anyMedia: true,
		});
	});

	it.each(['', '{', '{prompt: "a"}', "{'prompt': 'a'}", '{"prompt":"a",}', 'a red fox', 'undefined'])(
		'%j is refused as no JSON',
		(text) => {
			expect(refusedBy(() => toOtherRequest('a', text))).toMatchObject({
				message: "'Body' is not valid JSON",
				billed: 'no',
			});
		},
	);

	it.each(['[]', '[{"prompt":"a"}]', 'null', '7', '"a"', 'true', null, undefined, 7, true, [], [{ a: 1 }]])(
		'%j is refused as no object',
		(value) => {
			expect(refusedBy(() => toOtherRequest('a', value)).message).toBe("'Body' is not a JSON object");
		},
	);

	it('names the field that it stands in', () => {
		expect(refusedBy(() => toObject('[]', 'JSON')).message).toBe("'JSON' is not a JSON object");
	});

	it('is a copy, so that nobody changes the input of the node', () => {
		const value = { prompt: 'a' };
		expect(toObject(value, 'Body')).not.toBe(value);
	});
});
