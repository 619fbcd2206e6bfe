import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { optionTable } from '../../../docs/fieldTables';
import { toDefaultName } from '../../../nodes/Segmind/files/fileName';
import { checkValues, toChoice } from '../../../nodes/Segmind/jobs/checks';
import { toImageRequest, toOtherModelRequest } from '../../../nodes/Segmind/jobs/imageRequest';
import { optionFields, toBatchOptions, toJobOptions } from '../../../nodes/Segmind/jobs/options';
import { flux11Pro } from '../../../nodes/Segmind/models/flux11Pro';
import { MODELS } from '../../../nodes/Segmind/models/models';
import { properties } from '../../../nodes/Segmind/operations/operations';
import { toInputs } from '../../../nodes/Segmind/operations/pixelFlow/inputs';

const LEAST = { prompt: 'a red fox', aspectRatio: '1:1', outputFormat: 'webp' };

/** A drawing that must not happen. */
function noDraw(): number {
	throw new Error('a seed was drawn');
}

const NODE = { typeVersion: 1 };

describe('values that an expression lost', () => {
	it.each<[unknown, string]>([
		['a [object Object] b', '[object Object]'],
		['[object Undefined]', '[object Undefined]'],
		['undefined', 'only undefined'],
		[' null\n', 'only null'],
		['NaN', 'only NaN'],
		[{ prompt: undefined }, 'no value at "prompt"'],
		[{ a: { b: [{ c: '[object Object]' }] } }, '[object Object] at "a.b[0].c"'],
		[{ a: [1, undefined] }, 'no value at "a[1]"'],
		[{ a: [1, , 3] }, 'no value at "a[1]"'], // eslint-disable-line no-sparse-arrays
		[{ a: () => 1 }, 'no value at "a"'],
		[{ a: Symbol('a') }, 'no value at "a"'],
		[{ width: NaN }, 'NaN at "width"'],
		[{ width: -Infinity }, '-Infinity at "width"'],
		[{ '[object Object]': 1 }, '[object Object] as the name of a field'],
		[{ a: { undefined: 1 } }, 'only undefined as the name of a field at "a"'],
		[{ at: new Date(NaN) }, 'no value at "at"'],
	])('finds %j', (value, found) => {
		expect(() => checkValues(value, 'Body')).toThrow(`'Body' contains ${found}`);
	});

	it.each([
		'undefined behaviour, as a watercolour',
		'the object Object',
		'null island',
		'',
		0,
		false,
		null,
		{ a: null, b: '', c: [0, { d: false }], at: new Date(0) },
		{ at: { toJSON: () => '2026', lost: undefined } },
	])('takes %j', (value) => {
		expect(() => checkValues(value, 'Body')).not.toThrow();
	});

	it('names the field and the way out', () => {
		expect(() => toImageRequest(flux11Pro, { ...LEAST, prompt: 'undefined' }, noDraw)).toThrow(
			expect.objectContaining({
				reason: 'request',
				billed: 'no',
				attempts: 0,
				message: "'Prompt' contains only undefined",
				description:
					'Check the field names in its expression: it found no value. Nothing was sent and nothing was billed.',
			}),
		);
	});
});

describe('prompts', () => {
	it.each([
		[42, '42'],
		[0, '0'],
		[true, 'true'],
		[false, 'false'],
	])('sends %j as its text', (prompt, text) => {
		expect(toImageRequest(flux11Pro, { ...LEAST, prompt }, () => 1).body.prompt).toBe(text);
	});

	it.each([NaN, {}, ['fox'], null, undefined])('refuses %j', (prompt) => {
		expect(() => toImageRequest(flux11Pro, { ...LEAST, prompt }, noDraw)).toThrow(/^'Prompt' /);
	});

	it.each([{ prompt: '' }, { prompt: ' \n' }, { prompt: null }])('refuses the body %j', (body) => {
		expect(() => toOtherModelRequest('a-model', body, noDraw)).toThrow("'Body' has an empty prompt");
	});

	it('takes a body without a prompt, as of an upscaler', () => {
		const body = { image: 'https://example.com/a.png' };
		expect(toOtherModelRequest('a-model', body, noDraw)).toMatchObject({ body, seedDrawn: false });
	});
});

describe('a seed of -1', () => {
	it.each(MODELS.map(({ id }) => id).flatMap((id) => [-1, '-1', ' -1 '].map((seed) => [id, seed] as const)))(
		'is drawn for %s from %j',
		(id, seed) => {
			const model = MODELS.find((each) => each.id === id)!;
			const draw = jest.fn(() => 4242);
			const raw = { ...LEAST, outputFormat: 'jpg', seed };
			expect(toImageRequest(model, raw, draw)).toMatchObject({ body: { seed: 4242 }, seedDrawn: true });
			expect(draw.mock.calls).toEqual([[2147483647]]);
		},
	);

	it.each([-1, '-1'])('is drawn for a body with %j', (seed) => {
		const draw = jest.fn(() => 0);
		const request = toOtherModelRequest('a-model', { prompt: 'a', seed }, draw);
		expect(request).toMatchObject({ body: { prompt: 'a', seed: 0 }, seedDrawn: true });
		expect(draw.mock.calls).toEqual([[2147483647]]);
	});

	it.each([-2, 0, 1, '1', null, 516797155652])('is not what %j asks of a body', (seed) => {
		const request = toOtherModelRequest('a-model', { prompt: 'a', seed }, noDraw);
		expect(request).toMatchObject({ body: { seed }, seedDrawn: false });
	});

	it('leaves the object of the expression as it was', () => {
		const body = Object.freeze({ prompt: 'a', seed: -1 });
		expect(toOtherModelRequest('a-model', body, () => 7).body.seed).toBe(7);
		expect(body.seed).toBe(-1);
	});

	it('can be entered in the panel', () => {
		const collections = properties.filter(({ name }) => name === 'additionalFields');
		const seeds = collections
			.flatMap(({ options = [] }) => options as INodeProperties[])
			.filter(({ name }) => name === 'seed');
		expect(seeds.map(({ typeOptions }) => typeOptions?.minValue)).toEqual([-1, -1, -1]);
	});
});

describe('choices', () => {
	it.each([
		['outputFormat', 'jpeg', 'output_format', 'jpg'],
		['outputFormat', ' JPEG ', 'output_format', 'jpg'],
		['outputFormat', 'PNG', 'output_format', 'png'],
		['outputFormat', 'WebP', 'output_format', 'webp'],
		['aspectRatio', 'Custom', 'aspect_ratio', 'custom'],
	])('takes %s %j', (parameter, value, wire, sent) => {
		const raw = { ...LEAST, width: 512, height: 512, [parameter]: value };
		expect(toImageRequest(flux11Pro, raw, () => 1).body[wire]).toBe(sent);
	});

	it('applies what depends on a choice, however it is spelled', () => {
		const raw = {
			...LEAST,
			aspectRatio: 'CUSTOM',
			width: 512,
			height: 256,
			outputFormat: 'JPEG',
			outputQuality: 7,
		};
		expect(toImageRequest(flux11Pro, raw, () => 1).body).toMatchObject({
			width: 512,
			height: 256,
			output_quality: 7,
		});
	});

	it('spells an option as it is known', () => {
		expect(toJobOptions({ delivery: 'Queued', linkExpiry: '1 Day' })).toMatchObject({
			delivery: 'queued',
			linkExpiry: '1 day',
			timeout: 600,
		});
	});

	it.each(['jpe', 'gif', 'constructor', '', 7, null, ['jpg']])(
		'refuses %j and names them',
		(outputFormat) => {
			expect(() => toImageRequest(flux11Pro, { ...LEAST, outputFormat }, noDraw)).toThrow(
				expect.objectContaining({ description: expect.stringContaining('Use one of jpg, png, webp. ') }),
			);
		},
	);

	it('refuses a synonym of another list', () => {
		expect(() => toChoice('jpeg', 'Format', ['jpg', 'png'])).toThrow(/^'Format' is not one of the choices/);
	});
});

describe('inputs of a flow', () => {
	const fields = (...input: unknown[]) => ({ inputMode: 'fields', inputFields: { input } });

	it.each<[string, unknown, string]>([
		['a value that is not there', fields({ name: 'image' }), 'Input Fields\' contains no value at "image"'],
		[
			'an object in a text',
			fields({ name: 'prompt', value: 'a [object Object]' }),
			'Input Fields\' contains [object Object] at "prompt"',
		],
		[
			'a name that is not there',
			fields({ name: 'undefined', value: 1 }),
			"Input Fields' contains only undefined as the name of a field",
		],
		[
			'one name twice',
			fields({ name: 'image', value: 'a' }, { name: ' image', value: 'b' }),
			'Input Fields\' has two inputs named "image"',
		],
		['no name', fields({ name: ' ', value: 1 }), "Input Fields' has an input without a name"],
		[
			'a key that JSON would drop',
			{ inputMode: 'json', inputJson: { image: undefined } },
			'JSON\' contains no value at "image"',
		],
		['an unknown way to enter them', { inputMode: 'table' }, "Inputs' is not one of the choices"],
	])('refuse %s', (_, raw, message) => {
		expect(() => toInputs(raw as never)).toThrow(`'${message}`);
	});

	it('take empty values, lists, objects, and a single input', () => {
		const values = { a: '', b: null, c: 0, d: false, e: [1, { f: 'g' }] };
		const pairs = Object.entries(values).map(([name, value]) => ({ name, value }));
		expect(toInputs(fields(...pairs))).toEqual(values);
		expect(toInputs({ inputMode: 'fields', inputFields: { input: { name: 'a', value: 1 } } })).toEqual({
			a: 1,
		});
		expect(toInputs({ inputMode: 'fields', inputFields: {} })).toEqual({});
		expect(Object.keys(toInputs(fields({ name: '__proto__', value: 1 })))).toEqual(['__proto__']);
	});
});

describe('file names', () => {
	it.each([
		['clip.mp4', 'clip'],
		['clip.MP4.mp4', 'clip'],
		['song.wav', 'song'],
		['chair.glb', 'chair'],
		['a.mov', 'a'],
		['photo.jpeg', 'photo'],
		['v1.2', 'v1.2'],
		['mp4', 'mp4'],
	])('take %s for %s', (fileName, name) => {
		expect(toJobOptions({ fileName }).fileName).toBe(name);
	});

	it.each(['.mp4', '[object Object]', 'undefined', 'a-[object Object]'])('refuse %s', (fileName) => {
		expect(() => toJobOptions({ fileName })).toThrow(/^'File Name' /);
	});

	it.each<[string, unknown, string | null | undefined, string]>([
		['a fox', 7, '5f3a9c1e-0d2b-4e', 'a-fox-7'],
		['a fox', 0, undefined, 'a-fox-0'],
		['a fox', undefined, '5f3a9c1e-0d2b-4e', 'a-fox-5f3a9c1e'],
		['a fox', null, '../..\\a:b', 'a-fox-ab'],
		['a fox', undefined, 'é/', 'a-fox'],
		['a fox', undefined, null, 'a-fox'],
		['🦊', undefined, 'abc', 'image-abc'],
	])('of %s with seed %j and request %j are %s', (prompt, seed, requestId, name) => {
		expect(toDefaultName(prompt, seed, requestId)).toBe(name);
	});
});

describe('limits in US dollars', () => {
	it('takes a maximum cost per run, with no limit by default', () => {
		expect(toBatchOptions({}).maximumCostPerRun).toBe(0);
		expect(toBatchOptions({ maximumCostPerRun: '1.25' }).maximumCostPerRun).toBe(1.25);
		expect(() => toBatchOptions({ maximumCostPerRun: -1 })).toThrow(
			"'Maximum Cost per Run' is out of range: -1",
		);
		for (const user of ['image:generate', 'pixelFlow:run'] as const) {
			expect(optionFields(user)).toContainEqual(
				expect.objectContaining({
					name: 'maximumCostPerRun',
					displayName: 'Maximum Cost per Run',
					default: 0,
					typeOptions: { minValue: 0, numberPrecision: 2 },
				}),
			);
		}
		expect(optionFields('image:getResult').map(({ name }) => name)).not.toContain('maximumCostPerRun');
	});

	it.each(['maximumCostPerRun', 'minimumRemainingCredits'])('refuses a %s that is not found', (name) => {
		for (const lost of [undefined, null]) expect(() => toBatchOptions({ [name]: lost })).toThrow(/is empty$/);
		expect(toBatchOptions({ [name]: '' })).toMatchObject({ [name]: 0 });
	});
});

describe('Timeout', () => {
	const isProperty = (entry: object): entry is INodeProperties => 'displayName' in entry && 'type' in entry;

	/** What the editor adds for Timeout: the default of the field that is shown. */
	function added(parameters: INodeParameters): unknown[] {
		const complete = NodeHelpers.getNodeParameters(properties, parameters, true, false, NODE, null) ?? {};
		return properties
			.filter(({ name }) => name === 'options')
			.filter((property) => NodeHelpers.displayParameter(complete, property, NODE, null))
			.flatMap(({ options = [] }) => options.filter(isProperty))
			.filter(({ name }) => name === 'timeout')
			.filter((field) => NodeHelpers.displayParameterPath(complete, field, 'options', NODE, null))
			.map((field) => field.default);
	}

	const CASES: Array<[string, INodeParameters, number]> = [
		['Generate', {}, 120],
		['Generate, Direct', { options: { delivery: 'direct' } }, 120],
		['Generate, Queued', { options: { delivery: 'queued' } }, 600],
		['Generate, Submit Only', { options: { delivery: 'submitOnly' } }, 600],
		['Get Result', { resource: 'image', operation: 'getResult' }, 600],
		['PixelFlow', { resource: 'pixelFlow', operation: 'run' }, 600],
	];

	it.each(CASES)('of %s starts with the value in force', (_, parameters, seconds) => {
		expect(added(parameters)).toEqual([seconds]);
	});

	it.each(CASES)('of %s is stored as it was entered, the default included', (_, parameters) => {
		for (const timeout of [5, 120, 300, 600]) {
			const options = { ...(parameters.options as INodeParameters | undefined), timeout };
			for (const withDefaults of [true, false]) {
				const stored = NodeHelpers.getNodeParameters(
					properties,
					{ ...parameters, options },
					withDefaults,
					false,
					NODE,
					null,
				);
				expect(stored?.options).toEqual(options);
			}
		}
	});

	it('of a queued wait is 600 for an editor that takes the first field of a name', () => {
		expect(optionFields('image:generate').find(({ name }) => name === 'timeout')?.default).toBe(600);
	});

	it('is in the table of options once', () => {
		const names = optionFields().map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(optionTable(optionFields()).match(/^\| Timeout .*$/gm)).toEqual([
			expect.stringMatching(/\| `?120`? /),
		]);
	});
});
