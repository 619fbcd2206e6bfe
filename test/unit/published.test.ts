import { FormData, request } from 'undici';

import type { Attribute } from '../../nodes/Segmind/model/attribute';
import { flux11Pro } from '../../nodes/Segmind/model/flux11Pro';
import { toImageRequest } from '../../nodes/Segmind/request/request';
import { Emulator } from '../emulator/emulator';

/*
 * The independent witness: what Segmind's page for Flux 1.1 Pro says, typed by hand from the page and imported from
 * nowhere, so that the node and the emulator can't agree on a misreading.
 */

/** The sample body of the page. */
const SAMPLE = {
	seed: 12345,
	width: 1024,
	height: 1024,
	prompt:
		'A photo of an astronaut with a mirrored helmet standing in a field of sunflowers. The spacesuit has a NASA logo on it. The astronaut is covered in dirt and has vines wrapped around his body. The sky is dark and cloudy.',
	aspect_ratio: '1:1',
	output_format: 'png',
	output_quality: 80,
	safety_tolerance: 2,
	prompt_upsampling: false,
};

/** The same values as n8n's parameters. */
const SAMPLE_PARAMETERS = {
	seed: SAMPLE.seed,
	width: SAMPLE.width,
	height: SAMPLE.height,
	prompt: SAMPLE.prompt,
	aspectRatio: SAMPLE.aspect_ratio,
	outputFormat: SAMPLE.output_format,
	outputQuality: SAMPLE.output_quality,
	safetyTolerance: SAMPLE.safety_tolerance,
	promptUpsampling: SAMPLE.prompt_upsampling,
};

/** The attribute table of the page. */
const TABLE: ReadonlyArray<{
	wire: string;
	type: 'int' | 'str' | 'enum' | 'bool';
	default?: number | string | boolean;
	min?: number;
	max?: number;
	multipleOf?: number;
}> = [
	{ wire: 'seed', type: 'int', default: 1 },
	{ wire: 'width', type: 'int', default: 1024, min: 256, max: 1440, multipleOf: 16 },
	{ wire: 'height', type: 'int', default: 1024, min: 256, max: 1440, multipleOf: 16 },
	{ wire: 'prompt', type: 'str' },
	{ wire: 'aspect_ratio', type: 'enum', default: '1:1' },
	{ wire: 'output_format', type: 'enum', default: 'webp' },
	{ wire: 'output_quality', type: 'int', default: 80, min: 0, max: 100 },
	{ wire: 'safety_tolerance', type: 'int', default: 2, min: 1, max: 5 },
	{ wire: 'prompt_upsampling', type: 'bool', default: true },
];

/** The page's words for types, and the model's. */
const TYPES = { int: 'integer', str: 'text', enum: 'choice', bool: 'boolean' } as const;

const PATH = '/v1/flux-1.1-pro';

const drawsNothing = (): never => {
	throw new Error('the sample has a seed, so none is to be drawn');
};

function attributeOf(wire: string): Attribute {
	const attribute = flux11Pro.attributes.find((each) => each.wire === wire);
	if (attribute === undefined) throw new Error(`the model has no ${wire}`);
	return attribute;
}

function valuesOf(wire: string): string[] {
	const attribute = attributeOf(wire);
	return attribute.type === 'choice' ? attribute.choices.map(({ value }) => value) : [];
}

describe('the node and the published page', () => {
	it('sends the sample, without the size that 1:1 settles and the quality that png has not', () => {
		const { body, seedDrawn, roundings } = toImageRequest(flux11Pro, SAMPLE_PARAMETERS, drawsNothing);
		expect(body).toStrictEqual({
			seed: 12345,
			prompt: SAMPLE.prompt,
			aspect_ratio: '1:1',
			output_format: 'png',
			safety_tolerance: 2,
			prompt_upsampling: false,
		});
		expect(seedDrawn).toBe(false);
		expect(roundings).toStrictEqual([]);
	});

	it('sends all nine attributes by their names and types for a custom size as jpg', () => {
		const { body } = toImageRequest(
			flux11Pro,
			{ ...SAMPLE_PARAMETERS, aspectRatio: 'custom', outputFormat: 'jpg' },
			drawsNothing,
		);
		expect(body).toStrictEqual({ ...SAMPLE, aspect_ratio: 'custom', output_format: 'jpg' });
		expect(Object.keys(body)).toHaveLength(9);
		expect(JSON.parse(JSON.stringify(body))).toStrictEqual({
			seed: 12345,
			width: 1024,
			height: 1024,
			prompt: SAMPLE.prompt,
			aspect_ratio: 'custom',
			output_format: 'jpg',
			output_quality: 80,
			safety_tolerance: 2,
			prompt_upsampling: false,
		});
	});

	it("is called by the page's name in the path", () => {
		expect(`/v1/${flux11Pro.id}`).toBe(PATH);
	});

	it('knows the nine attributes of the page and no others', () => {
		const wires = flux11Pro.attributes.map(({ wire }) => wire);
		expect([...wires].sort()).toStrictEqual(TABLE.map(({ wire }) => wire).sort());
	});

	it.each(TABLE)('$wire has the type, default and limits of the page', (row) => {
		const attribute = attributeOf(row.wire);
		expect(attribute.type).toBe(TYPES[row.type]);
		expect('default' in attribute ? attribute.default : undefined).toBe(row.default);
		expect('multipleOf' in attribute ? attribute.multipleOf : undefined).toBe(row.multipleOf);
		if (row.min !== undefined) expect(attribute).toMatchObject({ min: row.min, max: row.max });
	});

	it('takes size for custom only, and quality for anything but png', () => {
		const appliesFor = Object.fromEntries(
			flux11Pro.attributes.filter(({ onlyFor }) => onlyFor).map(({ wire, onlyFor }) => [wire, onlyFor]),
		);
		expect(appliesFor).toStrictEqual({
			width: { wire: 'aspect_ratio', values: ['custom'] },
			height: { wire: 'aspect_ratio', values: ['custom'] },
			output_quality: { wire: 'output_format', values: ['jpg', 'webp'] },
		});
	});

	it('offers the ten ratios of the first schema, and not the 21:9 of another model', () => {
		expect(valuesOf('aspect_ratio').sort()).toStrictEqual(
			['custom', '1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3'].sort(),
		);
		expect(valuesOf('aspect_ratio')).not.toContain('21:9');
	});

	it('offers webp, jpg and png, and never says jpeg', () => {
		expect(valuesOf('output_format').sort()).toStrictEqual(['jpg', 'png', 'webp']);
	});
});

describe('the emulator and the published page', () => {
	const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

	let emulator: Emulator;

	beforeAll(async () => {
		emulator = await Emulator.start({ credits: 10, price: 0.05 });
	});

	afterAll(async () => {
		await emulator.close();
	});

	beforeEach(() => {
		emulator.reset();
	});

	it('takes the sample body as JSON and answers with a png and the headers', async () => {
		const { statusCode, headers, body } = await request(`${emulator.url}${PATH}`, {
			method: 'POST',
			headers: { 'x-api-key': emulator.key, 'content-type': 'application/json' },
			body: JSON.stringify(SAMPLE),
		});
		const bytes = new Uint8Array(await body.arrayBuffer());
		expect(statusCode).toBe(200);
		expect(headers['content-type']).toBe('image/png');
		expect(headers['x-remaining-credits']).toBe('9.95');
		expect([...bytes.subarray(0, 8)]).toStrictEqual(PNG);
		expect(emulator.requests.at(-1)?.body).toStrictEqual(SAMPLE);
	});

	it("takes the sample body as the multipart form of the page's JavaScript, where all values are text", async () => {
		const form = new FormData();
		for (const [wire, value] of Object.entries(SAMPLE)) form.append(wire, String(value));
		const { statusCode, headers, body } = await request(`${emulator.url}${PATH}`, {
			method: 'POST',
			headers: { 'x-api-key': emulator.key },
			body: form,
		});
		const bytes = new Uint8Array(await body.arrayBuffer());
		expect(statusCode).toBe(200);
		expect(headers['content-type']).toBe('image/png');
		expect(headers['x-remaining-credits']).toBe('9.95');
		expect(headers['x-seed-value']).toBe('12345');
		expect([...bytes.subarray(0, 8)]).toStrictEqual(PNG);
		expect(emulator.requests.at(-1)?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
	});

	it('draws the same image from either encoding', async () => {
		const form = new FormData();
		for (const [wire, value] of Object.entries(SAMPLE)) form.append(wire, String(value));
		const ask = async (type: object, body: string | FormData): Promise<Buffer> => {
			const answer = await request(`${emulator.url}${PATH}`, {
				method: 'POST',
				headers: { 'x-api-key': emulator.key, ...type },
				body,
			});
			return Buffer.from(await answer.body.arrayBuffer());
		};
		const fromJson = await ask({ 'content-type': 'application/json' }, JSON.stringify(SAMPLE));
		expect((await ask({}, form)).equals(fromJson)).toBe(true);
		expect(emulator.paid).toBe(2);
	});

	it('takes the body that the node sends for the sample', async () => {
		const sent = toImageRequest(flux11Pro, SAMPLE_PARAMETERS, drawsNothing).body;
		const { statusCode, body } = await request(`${emulator.url}${PATH}`, {
			method: 'POST',
			headers: { 'x-api-key': emulator.key, 'content-type': 'application/json' },
			body: JSON.stringify(sent),
		});
		expect(statusCode).toBe(200);
		expect([...new Uint8Array(await body.arrayBuffer()).subarray(0, 8)]).toStrictEqual(PNG);
	});
});
