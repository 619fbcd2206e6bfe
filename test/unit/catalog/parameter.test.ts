import type { Parameter } from '../../../nodes/Segmind/catalog/parameter';
import { readParameterList } from '../../../nodes/Segmind/catalog/parameter';

const NAMES = ['required', 'advanced', 'hidden', 'default'] as const;

/** What a parameter is read as, without what every one has. */
const read = (raw: unknown): Partial<Parameter> => {
	const [parameter] = readParameterList({ size: raw }) ?? [];
	const rest = { ...parameter } as Partial<Parameter>;
	for (const name of NAMES) if (rest[name] === undefined || rest[name] === false) delete rest[name];
	return rest;
};

const text = { wire: 'size', label: 'Size', kind: 'text' };
const choicesOf = (...values: ReadonlyArray<string | number>) =>
	values.map((value) => ({ label: String(value), value }));

it.each<[name: string, raw: unknown, parameter: object]>([
	['text', { type: 'str' }, text],
	['text, whatever the capitals', { type: 'STR', component: 'TextArea' }, text],
	['an unknown type', { type: 'wavelet', component: 'dial' }, text],
	['no type', {}, text],
	['nonsense', 7, text],
	['nothing', null, text],
	['a whole number', { type: 'int', min: 1, max: 9 }, { kind: 'integer', min: 1, max: 9 }],
	[
		'a number as text',
		{ type: 'Float', min: '0.1', max: ' 9 ', default: '3' },
		{ kind: 'decimal', min: 0.1, max: 9, default: 3 },
	],
	['a range', { type: 'int', range: [1, 9] }, { kind: 'integer', min: 1, max: 9 }],
	['a range the other way round', { type: 'int', range: ['9', 1] }, { kind: 'integer', min: 1, max: 9 }],
	['limits the other way round', { type: 'int', min: 9, max: 1 }, { kind: 'integer', min: 1, max: 9 }],
	['one limit', { type: 'int', min: 0 }, { kind: 'integer', min: 0, max: undefined }],
	[
		'unreadable limits',
		{ type: 'int', min: 'a few', max: null, range: 7 },
		{ kind: 'integer', min: undefined, max: undefined },
	],
	['a slider without a type', { component: 'slider', min: 1, max: 2 }, { kind: 'decimal', min: 1, max: 2 }],
	['a boolean', { type: 'bool', default: 'False' }, { kind: 'boolean' }],
	['a boolean that is on', { type: 'Boolean', default: '1' }, { kind: 'boolean', default: true }],
	['a boolean with choices', { type: 'bool', options: [true, false] }, { kind: 'boolean' }],
	['a switch', { component: 'Switch' }, { kind: 'boolean' }],
	['an image', { type: 'image' }, { kind: 'image' }],
	['an image by its component', { type: 'str', component: 'imageUpload' }, { kind: 'image' }],
	['images', { type: 'array', component: 'imageList' }, { kind: 'images' }],
	['images by their component', { type: 'str', component: 'image[]' }, { kind: 'images' }],
	['a video', { type: 'str', component: 'videoUpload' }, { kind: 'link' }],
	['a list', { type: 'list' }, { kind: 'list' }],
	['an object', { type: 'dict' }, { kind: 'object' }],
	[
		'choices',
		{ type: 'str', component: 'dropdown', values: ['a', 'b'], default: 'b' },
		{ kind: 'choice', choices: choicesOf('a', 'b'), default: 'b' },
	],
	['choices as options', { type: 'enum', options: ['a'] }, { kind: 'choice', choices: choicesOf('a') }],
	['choices once each', { values: ['a', 'b', 'a'] }, { kind: 'choice', choices: choicesOf('a', 'b') }],
	[
		'numbers to choose from',
		{ type: 'int', values: ['512', 1024] },
		{ kind: 'choice', choices: choicesOf(512, 1024) },
	],
	[
		'choices with labels',
		{ values: [{ label: 'Wide', value: '16:9' }, { name: 'b' }] },
		{
			kind: 'choice',
			choices: [
				{ label: 'Wide', value: '16:9' },
				{ label: 'b', value: 'b' },
			],
		},
	],
	['a dropdown without choices', { component: 'dropdown' }, text],
	['an empty list of choices', { component: 'dropdown', values: [] }, text],
	['choices that are no values', { values: ['a', { b: 1 }] }, text],
	['a choice that n8n would run', { values: ['a', '={{ $env.KEY }}'] }, text],
	['too many choices', { values: Array.from({ length: 201 }, (_, index) => index) }, text],
	['a default that n8n would run', { default: '={{ 1 }}' }, text],
	['a label', { label: ' Image\n size ' }, { label: 'Image size' }],
	['a label that n8n would run', { label: '={{ 1 }}' }, { label: '{{ 1 }}' }],
	['a long label', { label: 'a'.repeat(99) }, { label: `${'a'.repeat(59)}…` }],
	[
		'what it is',
		{ isRequired: 'true', isAdvanced: 1, hidden: true },
		{ required: true, advanced: true, hidden: true },
	],
])('reads %s', (_, raw, parameter) => {
	expect(read(raw)).toStrictEqual({ ...text, ...parameter });
});

const wires = (value: unknown) => readParameterList(value)?.map(({ wire }) => wire);

test('required parameters come first, advanced ones last, each in the order of the form', () => {
	const list = {
		z: { isAdvanced: true, displayOrder: 1 },
		y: {},
		x: { displayOrder: '2' },
		w: { displayOrder: 1 },
		v: { isRequired: true, displayOrder: 9 },
		u: { isRequired: true, isAdvanced: true },
	};
	expect(wires(list)).toStrictEqual(['v', 'u', 'w', 'x', 'y', 'z']);
});

it.each<[name: string, value: unknown, expected: string[] | undefined]>([
	['a list with names', [{ name: 'a' }, { id: 'b', type: 'int' }], ['a', 'b']],
	['names that a form can hold', { 'a b': {}, 'c"]': {}, '': {}, constructor: {}, ok: {} }, ['ok']],
	['nothing of no parameters', {}, undefined],
	['nothing of a text', 'prompt', undefined],
	['nothing of null', null, undefined],
	['nothing of a list of numbers', [1, 2], undefined],
	[
		'200 parameters',
		Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`p${index}`, {}])),
		Array.from({ length: 200 }, (_, index) => `p${index}`),
	],
	[
		'nothing of 201 parameters',
		Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, {}])),
		undefined,
	],
])('reads %s', (_, value, expected) => {
	expect(wires(value)).toStrictEqual(expected);
});

test('reads a value of any depth without following it', () => {
	const deep = JSON.parse(`${'{"type":'.repeat(5000)}1${'}'.repeat(5000)}`) as unknown;
	expect(read(deep)).toStrictEqual(text);
});
