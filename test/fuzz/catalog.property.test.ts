import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { SegmindError } from '../../nodes/Segmind/api/errors';
import type { Catalog } from '../../nodes/Segmind/catalog/catalog';
import { readCatalog } from '../../nodes/Segmind/catalog/catalog';
import { toCheckedInputs } from '../../nodes/Segmind/catalog/checkInputs';
import { toInputFields } from '../../nodes/Segmind/catalog/inputFields';
import { toModelPage } from '../../nodes/Segmind/catalog/searchModels';
import { always } from './setup';

const anything = fc.jsonValue({ maxDepth: 4 });

const text = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 30 }),
	fc.constantFrom(
		'={{ $env.KEY }}',
		' =1',
		'\u200b={{ 1 }}',
		'<b>',
		'__proto__',
		'constructor',
		'a'.repeat(5000),
	),
);

const words = fc.oneof(
	text,
	fc.constantFrom(
		'str',
		'INT',
		'float',
		'bool',
		'image',
		'array',
		'dict',
		'dropdown',
		'slider',
		'imageList',
		'7',
		'true',
	),
);

/** A value of a field that is often right, in some form. */
const loose = fc.oneof(
	words,
	fc.double(),
	fc.boolean(),
	anything,
	fc.array(fc.oneof(words, fc.integer(), anything)),
);

const fieldsOf = (...names: string[]) =>
	fc.record(Object.fromEntries(names.map((name) => [name, loose])), { requiredKeys: [] });

const parameter = fc.oneof(
	{
		weight: 4,
		arbitrary: fieldsOf(
			'type',
			'component',
			'label',
			'default',
			'min',
			'max',
			'range',
			'values',
			'options',
			'isRequired',
			'isAdvanced',
			'hidden',
			'displayOrder',
		),
	},
	anything,
);

const names = fc.oneof(fc.constantFrom('prompt', 'seed', 'size', 'image', 'images'), text);

const entry = fc
	.record({
		rest: fieldsOf('title', 'type', 'is_visible', 'is_depreciated'),
		parameters: fc.dictionary(names, parameter),
	})
	.map(({ rest, parameters }) => ({ slug: 'a-model', ...rest, parameters }));

/** The list, undefined when it is refused in words of ours. */
function read(answer: unknown): Catalog | undefined {
	try {
		return readCatalog(answer);
	} catch (error) {
		expect(error).toBeInstanceOf(SegmindError);
		return undefined;
	}
}

/** Every text in a value. */
const textsIn = (value: unknown): string[] =>
	typeof value === 'string'
		? [value]
		: typeof value === 'object' && value !== null
			? Object.values(value).flatMap(textsIn)
			: [];

always('any answer is a list of models or refused', anything, (answer) => {
	const catalog = read(answer);
	if (catalog !== undefined) expect(catalog.size).toBeGreaterThan(0);
});

always(
	'what n8n is given is short, and nothing that it would run',
	fc.array(entry, { minLength: 1 }),
	(list) => {
		const catalog = read(list);
		const shown = [...toModelPage(catalog!).results, ...toInputFields(catalog!, 'a-model').fields];
		for (const each of textsIn(shown)) {
			expect(each).not.toMatch(/^=/);
			expect(each.length).toBeLessThan(1500);
		}
		expect(toInputFields(catalog!, 'a-model').emptyFieldsNotice ?? '').not.toMatch(/[<>]/);
	},
);

const inputs = fc.dictionary(names, loose);

always('inputs are checked or refused in words', fc.tuple(entry, inputs), ([raw, given]) => {
	const model = read([raw])!.get('a-model')!;
	try {
		const body = toCheckedInputs(model, given as IDataObject);
		expect(Object.keys(given)).toEqual(expect.arrayContaining(Object.keys(body)));
	} catch (error) {
		expect(error).toBeInstanceOf(SegmindError);
		expect(error).toMatchObject({ reason: 'request', billed: 'no' });
	}
});
