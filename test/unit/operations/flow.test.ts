import type { IDataObject } from 'n8n-workflow';

import {
	isFlowOutput,
	linksIn,
	toFlowPath,
	toOutputs,
} from '../../../nodes/Segmind/operations/pixelFlow/flow';

const HOST = 'https://api.segmind.com/workflows';

it.each([
	['/workflows/v2/product-photo', [' product-photo\n', '/workflows/v2/product-photo/', '//a/product-photo']],
	['/workflows/v2/portrait-v2', [`${HOST}/v2/portrait-v2`, 'https://a.test:9/x/v2/portrait-v2']],
	['/workflows/6629b1-v2', ['6629b1-v2', '/workflows/6629b1-v2', `${HOST}/6629b1-v2//?a=b#c`]],
	['/workflows/6629b1-V12', ['6629b1-V12']],
	[`/workflows/v2/${'a'.repeat(100)}`, ['a'.repeat(100)]],
])('%s is the path of %j', (path, values) => {
	for (const value of values) expect(toFlowPath(value)).toMatchObject({ path, flow: path.split('/').at(-1) });
});

it.each([
	...['..', '../../v1/get-user-credits/..', 'a b', 'a?b', 'a#b', 'a%2fb', '%2e%2e', 'https://a.example/'],
	...['https://a.example/a%2f..%2fb', 'a\\..\\b', '-a', 'ä', 'a\nb', 'a'.repeat(101), undefined, ' ', 7, []],
])('no flow is at %j', (value) => {
	const message = expect.stringMatching(/^'Flow' is (not the slug or address of a flow|empty|not a text)/);
	expect(() => toFlowPath(value)).toThrow(expect.objectContaining({ reason: 'request', message }));
});

const LINK = 'https://a.example/1.png';
const OUTPUTS = { picture: LINK, count: 0, sure: false, more: { a: [1] } };
const listOf = (...names: unknown[]) => names.map((keyname, index) => ({ keyname, value: index }));
const LIST = Object.entries(OUTPUTS).map(([keyname, value]) => ({ keyname, value }));

it.each<[output: unknown, outputs: object]>([
	[LIST, OUTPUTS],
	[JSON.stringify(LIST), OUTPUTS],
	[OUTPUTS, OUTPUTS],
	[JSON.stringify(OUTPUTS), OUTPUTS],
	...['a fox', LINK, '7', '"a"', '{a', 7, null, undefined, {}].map((output): [unknown, object] => [
		output,
		{ output },
	]),
	['[]', {}],
	[[{ keyname: 'a', value: ' [{"b":1}]' }], { a: [{ b: 1 }] }],
	[[{ keyname: 'a', value: 'true' }], { a: 'true' }],
	[[{ value: 'a' }, 'b', { keyname: 'c' }], { output1: 'a', output2: 'b', c: { keyname: 'c' } }],
	[[{ keyname: 'a', value: null }], { a: null }],
	[listOf('', 7, '__proto__', 'constructor'), { output1: 0, output2: 1, output3: 2, output4: 3 }],
	[listOf('a', 'a', 'output4', ''), { a: 0, 'a-2': 1, output4: 2, 'output4-2': 3 }],
])('the outputs in %j are %j', (output, outputs) => {
	expect(toOutputs({ output })).toStrictEqual(outputs);
});

const [OTHER, DEEP] = ['https://a.example/2.mp4', 'https://a.example/3.glb'];
const nested = (depth: number): unknown => (depth === 0 ? DEEP : { a: nested(depth - 1) });

it.each<[outputs: object, links: object]>([
	[{ ...OUTPUTS, caption: 'a fox', page: 'https://a.example/', none: [], nothing: null }, { picture: LINK }],
	[
		{ a: [LINK], b: [LINK, 7, LINK] },
		{ a: LINK, b: LINK },
	],
	[
		{ a: [LINK, OTHER, LINK], a1: DEEP },
		{ a1: LINK, a2: OTHER, 'a1-2': DEEP },
	],
	[{ a: { b: [{ url: LINK }], c: OTHER } }, { a1: LINK, a2: OTHER }],
	[{ a: nested(8), b: nested(9) }, { a: DEEP }],
])('finds the links to files in %j, each with a field of its own', (outputs, links) => {
	expect(linksIn(outputs as IDataObject)).toStrictEqual(Object.entries(links));
});

it.each<[output: unknown, isFlow: boolean]>([
	[LIST, true],
	[JSON.stringify(LIST), true],
	[OUTPUTS, false],
	[[LINK], false],
	[[...LIST, LINK], false],
	['[]', false],
	[LINK, false],
	[undefined, false],
])('whether %j are outputs of a flow: %s', (output, isFlow) => {
	expect(isFlowOutput({ output })).toBe(isFlow);
});
