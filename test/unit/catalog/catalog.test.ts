import { readCatalog } from '../../../nodes/Segmind/catalog/catalog';
import { toCheckedInputs } from '../../../nodes/Segmind/catalog/checkInputs';
import { toInputFields } from '../../../nodes/Segmind/catalog/inputFields';
import { toModelPage } from '../../../nodes/Segmind/catalog/searchModels';
import { toKind } from '../../../nodes/Segmind/catalog/values';

const KEY = 'Inference Segmind Model Information List With Details';

const entry = { slug: 'sea-1', title: 'Sea 1', type: 'textToImage', is_visible: true, is_depreciated: false };

it.each<[name: string, answer: unknown]>([
	['under its long name', { [KEY]: [entry] }],
	['as models', { models: [entry] }],
	['as the answer itself', [entry]],
	['behind other lists', { tags: ['a'], [KEY]: [entry] }],
	[
		'among nonsense',
		{ [KEY]: [null, 7, 'a', [], {}, { slug: 7 }, { slug: '../..' }, { slug: 'a b' }, entry] },
	],
])('finds the list %s', (_, answer) => {
	const model = { id: 'sea-1', name: 'Sea 1', kind: 'Text to Image', offered: true, parameters: undefined };
	expect([...readCatalog(answer).values()]).toStrictEqual([model]);
});

it.each<[name: string, answer: unknown]>([
	['a page', '<html>'],
	['nothing', null],
	['an empty list', { [KEY]: [] }],
	['a list without ids', { [KEY]: [{ title: 'Sea' }] }],
	['10,000 models', Array.from({ length: 10_000 }, (_, index) => ({ slug: `m-${index}` }))],
])('refuses %s, and says what works without the list', (_, answer) => {
	const description = expect.stringMatching(/By ID.*Using JSON/);
	expect(() => readCatalog(answer)).toThrow(
		expect.objectContaining({ reason: 'server', billed: 'no', description }),
	);
});

it.each([
	['textToImage', 'Text to Image'],
	['imageTOImage', 'Image to Image'],
	['TEXTTOVIDEO', 'Text to Video'],
	['image_to_3d', 'Image to 3D'],
	['upscaleImage', 'Upscale Image'],
	['LLM', 'LLM'],
	['', ''],
	[undefined, ''],
	[7, ''],
])('the kind %j is "%s"', (type, kind) => {
	expect(toKind(type)).toBe(kind);
});

const named = (...names: string[]) =>
	readCatalog(names.map((title, index) => ({ ...entry, slug: `m-${index}`, title })));

describe('the list in the editor', () => {
	const list = readCatalog([
		{ ...entry, slug: 'seedream-v3', title: 'Seedream V3' },
		{ ...entry, slug: 'kling-2', title: 'Kling 2', type: 'imageTOVideo' },
		{ ...entry, slug: 'flux-1.1-pro', title: 'Flux 1.1 Pro' },
		{ ...entry, slug: 'old', is_depreciated: true },
		{ ...entry, slug: 'older', is_depreciated: 'True' },
		{ ...entry, slug: 'secret', is_visible: false },
	]);

	it.each<[filter: string | undefined, ids: string[]]>([
		[undefined, ['flux-1.1-pro', 'kling-2', 'seedream-v3']],
		['', ['flux-1.1-pro', 'kling-2', 'seedream-v3']],
		['SEEDREAM', ['seedream-v3']],
		['kling-2', ['kling-2']],
		['video', ['kling-2']],
		['image to video', ['kling-2']],
		['to flux', ['flux-1.1-pro']],
		['old', []],
		['secret', []],
	])('has for "%s" %j', (filter, ids) => {
		expect(toModelPage(list, filter).results.map(({ value }) => value)).toStrictEqual(ids);
	});

	test('says of what kind a model is and, where known, what it costs', () => {
		expect(toModelPage(list).results.slice(0, 2)).toStrictEqual([
			{
				name: 'Flux 1.1 Pro (Text to Image, about $0.05)',
				value: 'flux-1.1-pro',
				description: 'Text to Image, about $0.05',
				url: 'https://www.segmind.com/models/flux-1.1-pro',
			},
			{
				name: 'Kling 2 (Image to Video)',
				value: 'kling-2',
				description: 'Image to Video',
				url: 'https://www.segmind.com/models/kling-2',
			},
		]);
	});

	test('comes in pages, which hold each model once', () => {
		const many = named(...Array.from({ length: 250 }, (_, index) => `Model ${index}`));
		const seen: unknown[] = [];
		let token: string | undefined;
		do {
			const page = toModelPage(many, 'model', token);
			seen.push(...page.results.map(({ value }) => value));
			token = page.paginationToken;
		} while (token !== undefined);
		expect(seen).toHaveLength(250);
		expect(new Set(seen).size).toBe(250);
		expect(toModelPage(many, '', 'nonsense').results).toHaveLength(100);
	});
});

const PARAMETERS = {
	prompt: { type: 'str', isRequired: true, default: 'A fox' },
	size: { type: 'str', component: 'dropdown', values: ['1K', '2K'], default: '2K' },
	steps: { type: 'int', min: 1, max: 50, default: '20' },
	strength: { type: 'float', min: 0 },
	tile: { type: 'bool' },
	image: { type: 'image', isAdvanced: true },
	images: { type: 'array', component: 'image' },
	video: { type: 'str', component: 'videoUpload', isAdvanced: true },
	loras: { type: 'list' },
	extra: { type: 'dict' },
	seed: { type: 'int', default: 1 },
	secret: { type: 'str', hidden: true, isRequired: true },
};

const [model] = readCatalog([{ ...entry, parameters: PARAMETERS }]).values();

test('the fields of a model: required ones are shown, the others offered, hidden ones left out', () => {
	const catalog = readCatalog([{ ...entry, parameters: PARAMETERS }]);
	const { fields } = toInputFields(catalog, 'sea-1');
	expect(fields.filter(({ required, removed }) => required !== !(removed ?? false))).toStrictEqual([]);
	expect(
		fields.map(({ id, displayName, type, defaultValue }) => [id, displayName, type, defaultValue]),
	).toStrictEqual([
		['prompt', 'Prompt', 'string', undefined],
		['size', 'Size', 'options', '2K'],
		['steps', 'Steps (1 to 50)', 'number', 20],
		['strength', 'Strength (0 or more)', 'number', undefined],
		['tile', 'Tile', 'boolean', undefined],
		['images', 'Images (Input Fields or URLs)', 'string', undefined],
		['loras', 'Loras', 'array', undefined],
		['extra', 'Extra', 'object', undefined],
		['seed', 'Seed', 'number', undefined],
		['image', 'Image (Input Field or URL)', 'string', undefined],
		['video', 'Video (URL)', 'string', undefined],
	]);
	expect(fields[1]?.options).toStrictEqual([
		{ name: '1K', value: '1K' },
		{ name: '2K', value: '2K' },
	]);
});

it.each<[name: string, id: string, notice: RegExp]>([
	['that is not in the list', 'sea-2', /no model sea-2.*Using JSON/],
	['without parameters', 'sea-1', /Sea 1 b .*Using JSON/],
])('a model %s has a notice, without markup', (_, id, notice) => {
	const catalog = readCatalog([{ ...entry, title: 'Sea 1<b>' }]);
	expect(toInputFields(catalog, id)).toStrictEqual({
		fields: [],
		emptyFieldsNotice: expect.stringMatching(notice),
	});
});

const LINK = 'https://a.example/1.png';
const OTHER = 'http://a.example/2.png';

it.each<[name: string, inputs: object, body: object]>([
	[
		'typed values',
		{ prompt: 'a', steps: 5, tile: false, seed: 0 },
		{ prompt: 'a', steps: 5, tile: false, seed: 0 },
	],
	[
		'values as text',
		{ prompt: 7, steps: ' 5 ', tile: 'FALSE', strength: '.5' },
		{ prompt: '7', steps: 5, tile: false, strength: 0.5 },
	],
	['a choice in another spelling', { prompt: 'a', size: ' 1k ' }, { prompt: 'a', size: '1K' }],
	['nothing for an empty value', { prompt: 'a', size: '', steps: null, tile: undefined }, { prompt: 'a' }],
	['a link', { prompt: 'a', image: ` ${LINK} ` }, { prompt: 'a', image: LINK }],
	[
		'links in a text',
		{ prompt: 'a', images: `${LINK}, ${OTHER}\n${LINK}` },
		{ prompt: 'a', images: [LINK, OTHER, LINK] },
	],
	['a video', { prompt: 'a', video: LINK }, { prompt: 'a', video: LINK }],
	[
		'names of input fields',
		{ prompt: 'a', image: ' data ', images: 'data,mask' },
		{ prompt: 'a', image: 'data', images: ['data', 'mask'] },
	],
	['links in a list', { prompt: 'a', images: [LINK] }, { prompt: 'a', images: [LINK] }],
	[
		'links in JSON',
		{ prompt: 'a', images: JSON.stringify([LINK, OTHER]) },
		{ prompt: 'a', images: [LINK, OTHER] },
	],
	[
		'JSON',
		{ prompt: 'a', loras: '[{"a":1}]', extra: '{"b":2}' },
		{ prompt: 'a', loras: [{ a: 1 }], extra: { b: 2 } },
	],
	[
		'a list and an object',
		{ prompt: 'a', loras: [1], extra: { b: 2 } },
		{ prompt: 'a', loras: [1], extra: { b: 2 } },
	],
	['a hidden parameter', { prompt: 'a', secret: 'b' }, { prompt: 'a', secret: 'b' }],
])('inputs: takes %s', (_, inputs, body) => {
	expect(toCheckedInputs(model!, inputs as never)).toStrictEqual(body);
});

it.each<[name: string, inputs: object, message: string]>([
	['a required input left out', {}, "'Prompt' is empty, and Sea 1 needs it"],
	['a required input that is blank', { prompt: ' ' }, "'Prompt' is empty"],
	['an option that is not in the list', { prompt: 'a', size: '3K' }, `'Size' can't be "3K"`],
	['a number out of range', { prompt: 'a', steps: 51 }, "'Steps' is out of range: 51"],
	['a number below its only limit', { prompt: 'a', strength: -1 }, "'Strength' is out of range: -1"],
	['half a step', { prompt: 'a', steps: 1.5 }, "'Steps' is not a whole number"],
	['a number that is none', { prompt: 'a', steps: 'many' }, "'Steps' is not a number"],
	['a boolean that is none', { prompt: 'a', tile: 'maybe' }, "'Tile' is neither true nor false"],
	['bytes for a video', { prompt: 'a', video: 'AAAA' }, "'Video' is not the address of a file"],
	['text for a list', { prompt: 'a', loras: 'b' }, "'Loras' is not a JSON list"],
	['a list for an object', { prompt: 'a', extra: [] }, "'Extra' is not a JSON object"],
	['an object for a text', { prompt: { a: 1 } }, "'Prompt' is not a text"],
	['a lost value', { prompt: 'a [object Object]' }, `'Inputs' contains [object Object] at "prompt"`],
	[
		'an input of another model',
		{ prompt: 'a', sise: '1K' },
		`'Inputs' has "sise", which Sea 1 does not take`,
	],
])('inputs: refuses %s', (_, inputs, message) => {
	expect(() => toCheckedInputs(model!, inputs as never)).toThrow(
		expect.objectContaining({ reason: 'request', message: expect.stringContaining(message) }),
	);
});

test('a model without readable parameters gets its inputs as they are', () => {
	const [bare] = readCatalog([entry]).values();
	expect(toCheckedInputs(bare!, { anything: 1 })).toStrictEqual({ anything: 1 });
});
