import { toInputs } from '../../../nodes/Segmind/operations/pixelFlow/inputs';

const fields = (...input: unknown[]) => ({ inputMode: 'fields', inputFields: { input } });
const json = (inputJson: unknown) => ({ inputMode: 'json', inputJson });

const VALUES = { a: '', b: null, c: 0, d: false, e: [1, { f: 'g' }], ['__proto__']: 1 };

it.each<[raw: Record<string, unknown>, inputs: object]>([
	[fields(...Object.entries(VALUES).map(([name, value]) => ({ name, value }))), VALUES],
	[fields({ name: ' image\n', value: ' a ' }), { image: ' a ' }],
	[{ ...fields(), inputFields: { input: { name: 'a', value: 1 } } }, { a: 1 }],
	[{ ...fields(), inputFields: {} }, {}],
	[{ inputMode: ' JSON', inputJson: VALUES }, VALUES],
	[json(JSON.stringify(VALUES)), VALUES],
])('makes of %j the inputs %j', (raw, inputs) => {
	expect(Object.entries(toInputs(raw))).toStrictEqual(Object.entries(inputs));
});

it.each<[raw: Record<string, unknown>, problem: string]>([
	[fields({ name: 'image' }), `'Input Fields' contains no value at "image"`],
	[fields({ name: 'a', value: 'a [object Object]' }), `'Input Fields' contains [object Object] at "a"`],
	[fields({ name: 'undefined', value: 1 }), "'Input Fields' contains only undefined as the name of a field"],
	[fields({ name: 'a', value: 1 }, { name: ' a', value: 2 }), `'Input Fields' has two inputs named "a"`],
	...[{ name: ' ' }, { name: 7 }, {}].map((input): [Record<string, unknown>, string] => [
		fields({ ...input, value: 1 }),
		"'Input Fields' has an input without a name",
	]),
	[json({ image: { url: undefined } }), `'JSON' contains no value at "image.url"`],
	[json('[]'), "'JSON' is not a JSON object"],
	[{ inputMode: 'table' }, `'Inputs' can't be "table"`],
])('refuses %j: %s', (raw, message) => {
	expect(() => toInputs(raw)).toThrow(expect.objectContaining({ reason: 'request', message }));
});
