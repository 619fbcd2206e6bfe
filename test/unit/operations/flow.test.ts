import { linksIn, toFlowPath, toOutputs } from '../../../nodes/Segmind/operations/pixelFlow/flow';

const HOST = 'https://api.segmind.com/workflows';

it.each([
	['/workflows/v2/product-photo', [' product-photo\n', '/workflows/v2/product-photo/', '//a/product-photo']],
	['/workflows/v2/portrait-v2', [`${HOST}/v2/portrait-v2`, 'https://a.test:9/x/v2/portrait-v2']],
	['/workflows/6629b1-v2', ['6629b1-v2', '/workflows/6629b1-v2', `${HOST}/6629b1-v2//?a=b#c`]],
	['/workflows/6629b1-V12', ['6629b1-V12']],
	[`/workflows/v2/${'a'.repeat(100)}`, ['a'.repeat(100)]],
])('%s is the path of %j', (path, values) => {
	for (const value of values) expect(toFlowPath(value)).toStrictEqual({ path, flow: path.split('/').at(-1) });
});

it.each([
	...['..', '../../v1/get-user-credits/..', 'a b', 'a?b', 'a#b', 'a%2fb', '%2e%2e', 'https://a.example/'],
	...['https://a.example/a%2f..%2fb', 'a\\..\\b', '-a', 'ä', 'a\nb', 'a'.repeat(101), undefined, ' ', 7, []],
])('no flow is at %j', (value) => {
	const message = expect.stringMatching(/^'Flow' is (not the slug or address of a flow|empty|not a text)/);
	expect(() => toFlowPath(value)).toThrow(expect.objectContaining({ reason: 'request', message }));
});

const LINK = 'https://a.example/1.png';
const OTHER = 'https://a.example/2.png';
const OUTPUTS = { picture: LINK, count: 0, sure: false, more: { a: [1] } };
const listOf = (...names: unknown[]) => names.map((keyname, index) => ({ keyname, value: index }));
const LIST = Object.entries(OUTPUTS).map(([keyname, value]) => ({ keyname, value }));

it.each<[output: unknown, outputs: object]>([
	[LIST, OUTPUTS],
	[JSON.stringify(LIST), OUTPUTS],
	[OUTPUTS, OUTPUTS],
	[JSON.stringify(OUTPUTS), OUTPUTS],
	...['a fox', LINK, 7, null, undefined, {}].map((output): [unknown, object] => [output, { output }]),
	['7', { output: '7' }],
	['[]', {}],
	[[{ value: 'a' }, 'b', { keyname: 'c' }], { output1: 'a', output2: 'b', c: { keyname: 'c' } }],
	[[{ keyname: 'a', value: null }], { a: null }],
	[listOf('', 7, '__proto__', 'constructor'), { output1: 0, output2: 1, output3: 2, output4: 3 }],
	[listOf('a', 'a', 'output4', ''), { a: 0, 'a-2': 1, output4: 2, 'output4-2': 3 }],
])('the outputs in %j are %j', (output, outputs) => {
	expect(toOutputs({ output })).toStrictEqual(outputs);
});

it('finds each link to a file, with a field of its own', () => {
	const outputs = {
		...OUTPUTS,
		caption: 'a fox',
		list: [LINK, 7, OTHER, LINK],
		list1: LINK,
		one: [LINK],
		none: [],
	};
	const fields = ['picture', 'list1', 'list2', 'list1-2', 'one'];
	const links = [LINK, LINK, OTHER, LINK, LINK];
	expect(linksIn(outputs)).toStrictEqual(fields.map((field, index) => [field, links[index]]));
});
