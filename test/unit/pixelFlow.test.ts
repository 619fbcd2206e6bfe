import { toFlowPath, toOutputs } from '../../nodes/Segmind/operations/flow';
import { refusedBy } from './refused';

describe('where a flow is run', () => {
	it.each([
		['product-photo', '/workflows/v2/product-photo', 'product-photo'],
		[' product-photo\n', '/workflows/v2/product-photo', 'product-photo'],
		['6629b1c0ffee-v2', '/workflows/6629b1c0ffee-v2', '6629b1c0ffee-v2'],
		['6629b1c0ffee-V12', '/workflows/6629b1c0ffee-V12', '6629b1c0ffee-V12'],
		['workflows/v2/product-photo', '/workflows/v2/product-photo', 'product-photo'],
		['/workflows/v2/product-photo/', '/workflows/v2/product-photo', 'product-photo'],
		['/workflows/6629b1-v2', '/workflows/6629b1-v2', '6629b1-v2'],
		['https://api.segmind.com/workflows/v2/product-photo', '/workflows/v2/product-photo', 'product-photo'],
		['https://api.segmind.com/workflows/v2/portrait-v2', '/workflows/v2/portrait-v2', 'portrait-v2'],
		['https://api.segmind.com/workflows/6629b1-v2', '/workflows/6629b1-v2', '6629b1-v2'],
		['https://api.segmind.com/workflows/6629b1-v2/?a=b#c', '/workflows/6629b1-v2', '6629b1-v2'],
		['https://evil.example/x/y/product-photo', '/workflows/v2/product-photo', 'product-photo'],
		['https://me:word@evil.example:9/product-photo', '/workflows/v2/product-photo', 'product-photo'],
		['//evil.example/product-photo', '/workflows/v2/product-photo', 'product-photo'],
	])('%j is %s', (value, path, flow) => {
		expect(toFlowPath(value)).toStrictEqual({ path, flow });
	});

	it.each([
		'..',
		'../../v1/get-user-credits/..',
		'a b',
		'a?b',
		'a#b',
		'a%2fb',
		'%2e%2e',
		'https://api.segmind.com/',
		'https://api.segmind.com',
		'https://api.segmind.com/workflows/v2/a%2f..%2fb',
		'a\\..\\b',
		'-a',
		'ä',
		'a\nb',
		'a'.repeat(101),
	])('%j is nowhere', (value) => {
		expect(refusedBy(() => toFlowPath(value))).toMatchObject({
			cause: 'request',
			billed: 'no',
			message: "'Flow' is not the slug or address of a flow",
		});
	});

	it.each([undefined, null, '', ' ', 7, {}, []])('%j is no text', (value) => {
		expect(refusedBy(() => toFlowPath(value)).message).toMatch(/^'Flow' is (empty|not a text)/);
	});
});

describe('outputs by their names', () => {
	const list = [
		{ keyname: 'picture', value: 'https://a.example/1.png' },
		{ keyname: 'caption', value: 'a fox' },
		{ keyname: 'count', value: 0 },
		{ keyname: 'sure', value: false },
		{ keyname: 'more', value: { a: [1] } },
	];
	const byName = {
		picture: 'https://a.example/1.png',
		caption: 'a fox',
		count: 0,
		sure: false,
		more: { a: [1] },
	};

	it.each([
		['a JSON text', { output: JSON.stringify(list) }],
		['a list', { output: list }],
		['an object', { output: byName }],
		['an object in a text', { output: JSON.stringify(byName) }],
	])('are read from %s', (_, fields) => {
		expect(toOutputs(fields)).toStrictEqual(byName);
	});

	it.each([
		['plain text', { output: 'a fox' }, { output: 'a fox' }],
		['a link', { output: 'https://a.example/1.png' }, { output: 'https://a.example/1.png' }],
		['a number', { output: 7 }, { output: 7 }],
		['a number in a text', { output: '7' }, { output: 7 }],
		['an empty list', { output: '[]' }, {}],
		['null', { output: null }, { output: null }],
	])('are what there is for %s', (_, fields, outputs) => {
		expect(toOutputs(fields)).toEqual(outputs);
	});

	it('are none for a flow without any', () => {
		expect(toOutputs({})).toEqual({});
	});

	it.each([
		['no name', [{ value: 'a' }, { value: 'b' }], { output1: 'a', output2: 'b' }],
		['an empty name', [{ keyname: '', value: 'a' }], { output1: 'a' }],
		['a name that is no text', [{ keyname: 7, value: 'a' }], { output1: 'a' }],
		['no object', ['https://a.example/1.png', 'b'], { output1: 'https://a.example/1.png', output2: 'b' }],
		['nothing but a name', [{ keyname: 'a' }], { a: { keyname: 'a' } }],
		['a value of null', [{ keyname: 'a', value: null }], { a: null }],
	])('have names of their own where one has %s', (_, output, outputs) => {
		expect(toOutputs({ output })).toEqual(outputs);
	});

	it('are all there when two have one name', () => {
		const output = [
			{ keyname: 'picture', value: 'first' },
			{ keyname: 'picture', value: 'second' },
		];
		const told = JSON.stringify(toOutputs({ output }));
		expect(told).toContain('first');
		expect(told).toContain('second');
	});

	it('are all there when one without a name meets one of that name', () => {
		const output = [{ keyname: 'output2', value: 'first' }, { value: 'second' }];
		const told = JSON.stringify(toOutputs({ output }));
		expect(told).toContain('first');
		expect(told).toContain('second');
	});

	it('have another name than one that n8n drops when it copies an item', () => {
		const outputs = toOutputs({ output: [{ keyname: '__proto__', value: 'a' }] });
		expect(Object.keys(outputs)).toStrictEqual(['output1']);
	});
});
