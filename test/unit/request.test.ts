import fc from 'fast-check';

import type { Attribute } from '../../nodes/Segmind/model/attribute';
import { flux11Pro } from '../../nodes/Segmind/model/flux11Pro';
import { Refusal } from '../../nodes/Segmind/segmind/refusal';
import type { Entered, ImageRequest } from '../../nodes/Segmind/request/request';
import { toImageRequest } from '../../nodes/Segmind/request/request';
import { checkBody } from '../emulator/check';
import { AVOIDED_WORDS, outcomeOf, refusedBy } from './refused';

/** The least that makes an image. */
const LEAST = { prompt: 'a red fox', aspectRatio: '1:1', outputFormat: 'webp' };

/** The least that makes every attribute apply. */
const CUSTOM = { ...LEAST, aspectRatio: 'custom', width: 1024, height: 768, outputFormat: 'jpg' };

const DRAWN = 777;

function requestFor(entered: Entered): ImageRequest {
	return toImageRequest(flux11Pro, entered, () => DRAWN);
}

const bodyFor = (entered: Entered): ImageRequest['body'] => requestFor(entered).body;

const attributesOf = <Type extends Attribute['type']>(
	type: Type,
): Array<Extract<Attribute, { type: Type }>> =>
	flux11Pro.attributes.filter(
		(attribute): attribute is Extract<Attribute, { type: Type }> => attribute.type === type,
	);

const additional = flux11Pro.attributes.filter(({ place }) => place === 'additional');

/** A value that no checker could mistake for another, for each of the types. */
const GOOD: Readonly<Record<string, string | number | boolean>> = {
	prompt: 'a red fox',
	aspect_ratio: 'custom',
	width: 512,
	height: 640,
	output_format: 'jpg',
	output_quality: 55,
	prompt_upsampling: false,
	safety_tolerance: 4,
	seed: 99,
};

/** An object that holds itself, as JSON can't. */
function circular(): object {
	const object: { self?: object } = {};
	object.self = object;
	return object;
}

describe('every attribute of the model', () => {
	it.each(flux11Pro.attributes)('$parameter arrives as $wire', ({ parameter, wire }) => {
		const value = GOOD[wire];
		expect(value).toBeDefined();
		expect(bodyFor({ ...CUSTOM, [parameter]: value })[wire]).toBe(value);
	});

	it.each(attributesOf('integer'))('$parameter takes its bounds, and digits for them', (attribute) => {
		const { parameter, wire, min, max } = attribute;
		for (const bound of [min, max]) {
			expect(bodyFor({ ...CUSTOM, [parameter]: bound })[wire]).toBe(bound);
			expect(bodyFor({ ...CUSTOM, [parameter]: ` ${bound} ` })[wire]).toBe(bound);
		}
	});

	it.each(attributesOf('integer'))('$parameter refuses what is out of its bounds', (attribute) => {
		const { parameter, label, min, max } = attribute;
		for (const outside of [min - 1, max + 1]) {
			const refusal = refusedBy(() => requestFor({ ...CUSTOM, [parameter]: outside }));
			expect(refusal.message).toBe(`'${label}' is out of range: ${outside}`);
			expect(refusal.advice).toContain(`from ${min} to ${max}`);
		}
	});

	it.each(attributesOf('integer'))('$parameter refuses what is no number', ({ parameter, label }) => {
		for (const value of [NaN, Infinity, -Infinity, '1e999', 'abc', '12px', true, {}, [], [300]]) {
			const refusal = refusedBy(() => requestFor({ ...CUSTOM, [parameter]: value }));
			expect(refusal.message.startsWith(`'${label}' is not a number: `)).toBe(true);
			expect(refusal.advice).toContain('Use a whole number from ');
		}
	});

	it.each(attributesOf('integer'))('$parameter refuses a fraction within its bounds', (attribute) => {
		const { parameter, label, min } = attribute;
		for (const fraction of [min + 0.5, String(min + 0.5)]) {
			const refusal = refusedBy(() => requestFor({ ...CUSTOM, [parameter]: fraction }));
			expect(refusal.message).toBe(`'${label}' is not a whole number: ${min + 0.5}`);
			expect(refusal.advice).toContain('Use a whole number from ');
		}
	});

	it.each(attributesOf('choice'))(
		'$parameter takes each of its values, also with spaces around',
		(attribute) => {
			const { parameter, wire, choices } = attribute;
			for (const { value } of choices) {
				expect(bodyFor({ ...CUSTOM, [parameter]: value })[wire]).toBe(value);
				expect(bodyFor({ ...CUSTOM, [parameter]: ` ${value}\n` })[wire]).toBe(value);
			}
		},
	);

	it.each(attributesOf('choice'))('$parameter lists all its values when it refuses one', (attribute) => {
		const { parameter, label, choices } = attribute;
		for (const value of ['jpeg', '21:9', 'PNG', 7, true, {}, '', null, undefined]) {
			const { message, advice } = refusedBy(() => requestFor({ ...CUSTOM, [parameter]: value }));
			expect(message).toMatch(new RegExp(`^'${label}' is `));
			expect(advice).toMatch(/^Use one of /);
			for (const choice of choices) expect(advice).toContain(choice.value);
		}
	});

	it.each(attributesOf('boolean'))('$parameter takes the words for yes and no', ({ parameter, wire }) => {
		const yes = [true, 'true', 'TRUE', ' True '];
		const no = [false, 'false', 'FALSE', ' False '];
		expect(yes.map((value) => bodyFor({ ...LEAST, [parameter]: value })[wire])).toStrictEqual(
			yes.map(() => true),
		);
		expect(no.map((value) => bodyFor({ ...LEAST, [parameter]: value })[wire])).toStrictEqual(
			no.map(() => false),
		);
	});

	it.each(attributesOf('boolean'))('$parameter refuses any other word', ({ parameter, label }) => {
		for (const value of [0, 1, 'yes', 'no', '1', '0', {}, [], NaN]) {
			const { message, advice } = refusedBy(() => requestFor({ ...LEAST, [parameter]: value }));
			expect(message).toMatch(new RegExp(`^'${label}' is neither true nor false: `));
			expect(advice).toMatch(/^Use true or false\./);
		}
	});

	it.each(additional.filter(({ wire }) => wire !== 'seed'))(
		'$parameter is left to the API when it is empty',
		({ parameter, wire }) => {
			for (const empty of ['', '  ', '\n', null, undefined]) {
				expect(bodyFor({ ...CUSTOM, [parameter]: empty })).not.toHaveProperty(wire);
			}
			expect(bodyFor(CUSTOM)).not.toHaveProperty(wire);
		},
	);

	it.each(flux11Pro.attributes.filter(({ place }) => place === 'top'))(
		'$parameter can not be left empty',
		({ parameter, label }) => {
			for (const empty of ['', '  ', null, undefined]) {
				const { message } = refusedBy(() => requestFor({ ...CUSTOM, [parameter]: empty }));
				expect(message).toBe(`'${label}' is empty`);
			}
		},
	);
});

describe('values', () => {
	it('turns the texts of expressions into numbers and yes or no', () => {
		expect(
			bodyFor({
				...CUSTOM,
				width: '1024',
				height: '256',
				outputQuality: '90',
				promptUpsampling: 'TRUE',
				safetyTolerance: '5',
				seed: '12345',
			}),
		).toStrictEqual({
			prompt: 'a red fox',
			aspect_ratio: 'custom',
			width: 1024,
			height: 256,
			output_format: 'jpg',
			output_quality: 90,
			prompt_upsampling: true,
			safety_tolerance: 5,
			seed: 12345,
		});
	});

	it('keeps a quality of 0 and an upsampling that is false', () => {
		expect(bodyFor({ ...LEAST, outputQuality: 0, promptUpsampling: false, seed: 0 })).toStrictEqual({
			...{ prompt: 'a red fox', aspect_ratio: '1:1', output_format: 'webp' },
			output_quality: 0,
			prompt_upsampling: false,
			seed: 0,
		});
	});

	it.each(['  two spaces around  ', 'line\nline', 'صورة قطة', '🦊', '0', 'false', 'null'])(
		'sends the prompt %j as it was entered',
		(prompt) => {
			expect(bodyFor({ ...LEAST, prompt }).prompt).toBe(prompt);
		},
	);

	it('sends no size for a named ratio, whatever the hidden fields hold', () => {
		const { body, roundings } = requestFor({ ...LEAST, width: 'abc', height: 1 });
		expect(body).not.toHaveProperty('width');
		expect(body).not.toHaveProperty('height');
		expect(roundings).toStrictEqual([]);
	});

	it('sends no quality for png, whatever the hidden field holds', () => {
		expect(bodyFor({ ...LEAST, outputFormat: 'png', outputQuality: 500 })).not.toHaveProperty(
			'output_quality',
		);
	});

	it('sends nothing that the model does not know', () => {
		const body = bodyFor({ ...LEAST, seed: 1, negativePrompt: 'x', constructor: 'y', output_quality: 3 });
		expect(body).toStrictEqual({
			prompt: 'a red fox',
			aspect_ratio: '1:1',
			output_format: 'webp',
			seed: 1,
		});
	});

	it('leaves what was entered as it was', () => {
		const entered = Object.freeze({ ...CUSTOM, width: 1000, seed: '' });
		expect(bodyFor(entered)).toMatchObject({ width: 1008, seed: DRAWN });
		expect(entered).toStrictEqual({ ...CUSTOM, width: 1000, seed: '' });
	});
});

describe('seeds', () => {
	it.each(['', '   ', null, undefined])(
		'draws a seed of 31 bits where %j is entered, and says so',
		(seed) => {
			const asked: number[] = [];
			const { body, seedDrawn } = toImageRequest(flux11Pro, { ...LEAST, seed }, (max) => {
				asked.push(max);
				return 4242;
			});
			expect(asked).toStrictEqual([2147483647]);
			expect(body.seed).toBe(4242);
			expect(seedDrawn).toBe(true);
		},
	);

	it('sends a drawn 0, too', () => {
		const { body, seedDrawn } = toImageRequest(flux11Pro, LEAST, () => 0);
		expect(body.seed).toBe(0);
		expect(seedDrawn).toBe(true);
	});

	it.each([
		[0, 0],
		['0', 0],
		[1, 1],
		['4294967295', 4294967295],
	])('a seed of %j is sent, not drawn', (seed, sent) => {
		const { body, seedDrawn } = toImageRequest(flux11Pro, { ...LEAST, seed }, () => {
			throw new Error('a seed was given');
		});
		expect(body.seed).toBe(sent);
		expect(seedDrawn).toBe(false);
	});
});

describe('sizes', () => {
	it.each([
		[256, 256],
		[257, 256],
		[263, 256],
		[265, 272],
		[271, 272],
		[1000, 1008],
		[999, 992],
		[1023, 1024],
		[1025, 1024],
		[1431, 1424],
		[1433, 1440],
		[1439, 1440],
		[1440, 1440],
		['1000', 1008],
	])('a width of %j pixels is sent as %j', (width, sent) => {
		expect(bodyFor({ ...CUSTOM, width }).width).toBe(sent);
		expect(bodyFor({ ...CUSTOM, height: width }).height).toBe(sent);
	});

	it.each([
		[264, 272],
		[1000 - 8, 992],
		[1016, 1024],
		[1432, 1440],
	])('halfway between two steps, %j goes up to %j', (width, sent) => {
		expect(bodyFor({ ...CUSTOM, width }).width).toBe(sent);
	});

	it('tells of each size that was rounded, and of no other', () => {
		expect(requestFor({ ...CUSTOM, width: 1000, height: '777' }).roundings).toStrictEqual([
			{ label: 'Width', entered: 1000, sent: 1008, step: 16 },
			{ label: 'Height', entered: 777, sent: 784, step: 16 },
		]);
		expect(requestFor({ ...CUSTOM, width: 1440, height: 1001 }).roundings).toStrictEqual([
			{ label: 'Height', entered: 1001, sent: 1008, step: 16 },
		]);
		expect(requestFor({ ...CUSTOM, width: 512, height: 256 }).roundings).toStrictEqual([]);
	});

	it('rounds neither the seed nor the quality', () => {
		const { body, roundings } = requestFor({ ...CUSTOM, seed: 17, outputQuality: 81 });
		expect(body).toMatchObject({ seed: 17, output_quality: 81 });
		expect(roundings).toStrictEqual([]);
	});
});

describe('values that are refused before anything is spent', () => {
	const REFUSED: ReadonlyArray<[field: string, entered: Entered, happened: string, wayOut: string]> = [
		['Prompt', { prompt: '' }, 'is empty', 'Enter a text'],
		['Prompt', { prompt: ' \n\t ' }, 'is empty', 'Enter a text'],
		['Prompt', { prompt: undefined }, 'is empty', 'Enter a text'],
		['Prompt', { prompt: 42 }, 'is not a text: 42', 'holds text'],
		['Prompt', { prompt: 0 }, 'is not a text: 0', 'holds text'],
		['Prompt', { prompt: false }, 'is not a text: false', 'holds text'],
		['Prompt', { prompt: { text: 'fox' } }, 'is not a text: {"text":"fox"}', 'holds text'],
		['Prompt', { prompt: ['fox'] }, 'is not a text: ["fox"]', 'holds text'],
		[
			'Aspect Ratio',
			{ aspectRatio: '21:9' },
			'"21:9"',
			'1:1, 16:9, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, custom',
		],
		['Output Format', { outputFormat: 'jpeg' }, '"jpeg"', 'jpg, png, webp'],
		['Width', { width: 255 }, 'is out of range: 255', 'from 256 to 1440 (pixels)'],
		['Height', { height: 1441 }, 'is out of range: 1441', 'from 256 to 1440 (pixels)'],
		['Width', { width: 300.5 }, 'is not a whole number: 300.5', 'from 256 to 1440 (pixels)'],
		['Seed', { seed: 1.5 }, 'is not a whole number: 1.5', 'from 0 to 4294967295'],
		['Width', { width: NaN }, 'is not a number', 'from 256 to 1440 (pixels)'],
		['Width', { width: '' }, 'is empty', 'from 256 to 1440 (pixels)'],
		['Height', { height: Infinity }, 'is not a number', 'from 256 to 1440 (pixels)'],
		['Seed', { seed: '1e999' }, '"1e999"', 'from 0 to 4294967295'],
		['Seed', { seed: 'abc' }, 'is not a number: "abc"', 'from 0 to 4294967295'],
		['Seed', { seed: '0x10' }, 'is not a number: "0x10"', 'from 0 to 4294967295'],
		['Seed', { seed: 10n }, 'is not a number: bigint', 'from 0 to 4294967295'],
		['Prompt', { prompt: circular() }, 'is not a text: object', 'holds text'],
		['Prompt Upsampling', { promptUpsampling: ['TRUE'] }, '["TRUE"]', 'Use true or false'],
		['Prompt Upsampling', { promptUpsampling: Object.create(null) }, '{}', 'Use true or false'],
		['Aspect Ratio', { aspectRatio: 'a\nb' }, '"a\\nb"', '1:1, 16:9'],
		['Seed', { seed: -1 }, 'is out of range: -1', 'from 0 to 4294967295'],
		['Seed', { seed: 4294967296 }, 'is out of range: 4294967296', 'from 0 to 4294967295'],
		['Safety Tolerance', { safetyTolerance: 0 }, 'is out of range: 0', 'from 1 to 5'],
		['Safety Tolerance', { safetyTolerance: 6 }, 'is out of range: 6', 'from 1 to 5'],
		['Output Quality', { outputQuality: 101 }, 'is out of range: 101', 'from 0 to 100'],
		['Output Quality', { outputQuality: -1 }, 'is out of range: -1', 'from 0 to 100'],
		['Prompt Upsampling', { promptUpsampling: 'maybe' }, '"maybe"', 'Use true or false'],
	];

	it.each(REFUSED)("'%s' is refused for %j and names the way out", (field, entered, happened, wayOut) => {
		const refusal = refusedBy(() => requestFor({ ...CUSTOM, ...entered }));
		expect(refusal.message.startsWith(`'${field}' `)).toBe(true);
		expect(refusal.message).toContain(happened);
		expect(refusal.advice).toContain(wayOut);
		expect(refusal.advice).toMatch(/\. Nothing was sent and nothing was billed\.$/);
		expect(refusal).toMatchObject({
			cause: 'request',
			billed: 'no',
			retryable: false,
			shared: false,
			attempts: 0,
			statusCode: null,
			requestId: null,
			remainingCredits: null,
		});
		expect(`${refusal.message} ${refusal.advice}`).not.toMatch(AVOIDED_WORDS);
	});

	it('shows no more of a long value than the eye takes in', () => {
		const { message } = refusedBy(() => requestFor({ ...CUSTOM, prompt: { text: 'x'.repeat(5000) } }));
		expect(message).toContain('{"text":"xxx');
		expect(message.length).toBeLessThan(80);
		expect(message).toMatch(/…$/);
		const short = refusedBy(() => requestFor({ ...CUSTOM, prompt: ['y'.repeat(45)] }));
		expect(short.message).toMatch(/: \["y{30,40}…$/);
		const whole = refusedBy(() => requestFor({ ...CUSTOM, prompt: ['y'.repeat(30)] }));
		expect(whole.message).toBe(`'Prompt' is not a text: ["${'y'.repeat(30)}"]`);
	});

	it('draws no seed for a request that is refused', () => {
		const draw = (): never => {
			throw new Error('a seed was drawn for nothing');
		};
		expect(refusedBy(() => toImageRequest(flux11Pro, { ...LEAST, prompt: '' }, draw)).cause).toBe('request');
	});
});

describe('whatever expressions come to', () => {
	/** Anything that JSON can hold, which is what items are made of, and the numbers that it can't. */
	const junk = fc.oneof(
		fc.jsonValue(),
		fc.double(),
		fc.integer(),
		fc.constantFrom(undefined, null, '', ' ', '0', '-0', '1e999', 'NaN', '0x10', '1,024', 'true', -0, NaN),
	);

	const orJunk = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
		fc.oneof({ weight: 6, arbitrary: valid }, { weight: 1, arbitrary: junk });

	const digitsOf = (numbers: fc.Arbitrary<number>): fc.Arbitrary<unknown> =>
		fc.oneof(numbers, numbers.map(String));

	const entered: fc.Arbitrary<Entered> = fc.record(
		{
			prompt: orJunk(fc.string({ unit: 'binary', minLength: 1 })),
			aspectRatio: orJunk(fc.constantFrom('1:1', '16:9', '9:16', 'custom', 'custom', 'custom')),
			width: orJunk(digitsOf(fc.integer({ min: 250, max: 1450 }))),
			height: orJunk(digitsOf(fc.integer({ min: 250, max: 1450 }))),
			outputFormat: orJunk(fc.constantFrom('jpg', 'png', 'webp')),
			outputQuality: orJunk(digitsOf(fc.integer({ min: -1, max: 101 }))),
			promptUpsampling: orJunk(fc.constantFrom(true, false, 'true', 'FALSE')),
			safetyTolerance: orJunk(digitsOf(fc.integer({ min: 1, max: 5 }))),
			seed: orJunk(digitsOf(fc.integer({ min: 0, max: 4294967295 }))),
		},
		{ requiredKeys: ['prompt', 'aspectRatio', 'outputFormat'] },
	);

	it('refuses it, or sends a body that Segmind takes', () => {
		let accepted = 0;
		let refused = 0;
		fc.assert(
			fc.property(entered, fc.integer({ min: 0, max: 2147483647 }), (parameters, drawn) => {
				const outcome = outcomeOf(() => toImageRequest(flux11Pro, parameters, () => drawn));
				if (outcome instanceof Refusal) {
					expect(outcome.cause).toBe('request');
					expect(outcome.message).toMatch(/^'[A-Z][A-Za-z ]+' is /);
					expect(outcome.advice).not.toMatch(AVOIDED_WORDS);
					refused += 1;
					return;
				}
				const onTheWire: Record<string, unknown> = JSON.parse(JSON.stringify(outcome.body));
				const taken = checkBody(flux11Pro, onTheWire, false);
				expect(taken).toMatchObject(onTheWire);
				expect(taken).not.toHaveProperty('status');
				accepted += 1;
			}),
			{ numRuns: 300, seed: 20260917 },
		);
		expect(accepted).toBeGreaterThan(30);
		expect(refused).toBeGreaterThan(30);
	});
});
