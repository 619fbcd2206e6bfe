import * as checks from '../../../nodes/Segmind/jobs/checks';

const RANGE = { min: -2, max: 5 };

const LIST: Array<{ readonly names: [string, ...string[]] }> = [
	{ names: ['jpg', 'JPEG'] },
	{ names: ['png'] },
];

const CHECKS = {
	number: (value: unknown) => checks.toNumber(value, 'Field', RANGE),
	wholeNumber: (value: unknown) => checks.toWholeNumber(value, 'Field', { ...RANGE, unit: 'pixels' }),
	boolean: (value: unknown) => checks.toBoolean(value, 'Field'),
	text: (value: unknown) => checks.toText(value, 'Field', 'e.g. fox'),
	choice: (value: unknown) => checks.toChoice(value, 'Field', ['a', 'b']),
	list: (value: unknown) => checks.toEntry(value, 'Field', LIST, ({ names }) => names),
	values: (value: unknown) => checks.checkValues(value, 'Field'),
	object: (value: unknown) => checks.toObject(value, 'Field'),
};

const NESTED = { a: { b: [1, null, { c: 0 }] }, d: false };

it.each<[check: keyof typeof CHECKS, result: unknown, values: unknown[]]>([
	['number', 5, [5, '5', ' +5.\n', '.5e1', '50E-1']],
	['number', -2, [-2, '-2.0']],
	['number', 0.5, [0.5, '.5']],
	['wholeNumber', 0, [0, '0', '0.0']],
	['boolean', true, [true, 'true', ' TRUE\n']],
	['boolean', false, [false, 'false', ' False ']],
	['text', '  fox\n', ['  fox\n']],
	['text', 'undefined behaviour of the object Object', ['undefined behaviour of the object Object']],
	['choice', 'b', ['b', ' b\n', 'B']],
	['list', LIST[0], ['jpg', 'jpeg', ' JPEG ', 'Jpg']],
	['object', NESTED, [NESTED, ` ${JSON.stringify(NESTED)}\n`]],
	['object', {}, ['{}', {}]],
])('%s returns %j for %j', (check, result, values) => {
	for (const value of values) expect(CHECKS[check](value)).toStrictEqual(result);
	if (check === 'object') expect(CHECKS[check](NESTED)).not.toBe(NESTED);
});

const circular: unknown[] = [];
circular.push(circular);
const EMPTY = [undefined, null, '', ' \n'];
const [NUMBER, WHOLE] = ['Use a number from -2 to 5.', 'Use a whole number from -2 to 5 (pixels).'];
const FOXES = '🦊'.repeat(36);

it.each<[check: keyof typeof CHECKS, problem: string, advice: string, values: unknown[]]>([
	['number', 'is empty', NUMBER, EMPTY],
	['wholeNumber', 'is empty', WHOLE, EMPTY],
	['number', 'is not a number: ', NUMBER, ['1,0', '0x1', '1e999', '5px', 'x5', NaN, Infinity, true, [5], 5n]],
	['number', 'is not a number: "abc"', NUMBER, ['abc']],
	['number', 'is out of range: 5.01', NUMBER, [5.01, '5.01']],
	['wholeNumber', 'is out of range: -3', WHOLE, [-3, '-3']],
	['wholeNumber', 'is not a whole number: 0.5', WHOLE, [0.5, '.5']],
	['boolean', 'is neither true nor false: ', 'Use true or', [...EMPTY, 0, 1, 'yes', ['true'], NaN, {}]],
	[
		'text',
		'is empty',
		'Enter a text, e.g. fox; if it comes from an expression, check that this item has',
		EMPTY,
	],
	['text', 'contains only undefined', 'Check the field names in its expression', [' undefined\n']],
	['text', 'contains [object Object]', 'Point its expression at a field inside', ['a [object Object]']],
	['text', 'is not a text: 0', 'Point its expression at a field that holds text', [0]],
	['text', 'is not a text: object', 'Point its expression', [circular]],
	['text', 'is not a text: symbol', 'Point its expression', [Symbol('x')]],
	['text', `is not a text: ["${FOXES}"]`, 'Point its expression', [[FOXES]]],
	['text', `is not a text: ["${FOXES}🦊…`, 'Point its expression', [[`${FOXES}🦊`]]],
	['choice', 'is empty', 'Use one of a, b.', EMPTY],
	['choice', "can't be ", 'Use one of a, b.', ['c', 'a b', 7, ['a'], 'constructor']],
	['list', 'is empty', 'Use one of jpg, png.', EMPTY],
	['list', `can't be "jpe"`, 'Use one of jpg, png.', ['jpe']],
	['object', 'is not valid JSON', 'Check its quotes', ['', ' ', '{', '{a: 1}', '{"a":1,}', 'fox']],
	['object', 'contains [object Object]', 'Point its', ['[object Object]', '{"a": [object Object]}']],
	['object', 'contains only undefined', 'Check the field names', ['undefined']],
	['values', 'contains no value at "a.b[0]"', 'Check the field names', [{ a: { b: [undefined] } }]],
	[
		'values',
		`contains no value at "${'a'.repeat(38)}…`,
		'Check the field',
		[{ ['a'.repeat(39)]: undefined }],
	],
	['object', 'is not a JSON object', 'Enter an', [null, undefined, 7, true, [{}], 'null', '[]', '"a"', '7']],
])('%s rejects what %s, and advises: %s', (check, problem, advice, values) => {
	for (const value of values) {
		const message = expect.stringContaining(`'Field' ${problem}`);
		const error = { reason: 'request', billed: 'no', attempts: 0, message };
		expect(() => CHECKS[check](value)).toThrow(expect.objectContaining(error));
		for (const text of [advice, '. Nothing was sent and nothing was billed.']) {
			const description = expect.stringContaining(text);
			expect(() => CHECKS[check](value)).toThrow(expect.objectContaining({ description }));
		}
	}
});
