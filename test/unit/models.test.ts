import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { request } from 'undici';

import { formOf } from '../../nodes/Segmind/form/form';
import type { Attribute } from '../../nodes/Segmind/model/attribute';
import { DEFAULT_MODEL, MODELS } from '../../nodes/Segmind/model/models';
import { toImageRequest } from '../../nodes/Segmind/request/request';
import { Emulator } from '../emulator/emulator';
import { refusedBy } from './refused';

/*
 * The independent witness: what is published of the sister models, typed by hand and imported from nowhere, so that the
 * node and the emulator can't agree on a misreading.
 */

interface Row {
	readonly wire: string;
	readonly type: Attribute['type'];
	readonly default?: number | string | boolean;
	readonly values?: readonly string[];
	readonly min?: number;
	readonly max?: number;
}

const ULTRA: readonly Row[] = [
	{ wire: 'prompt', type: 'text' },
	{ wire: 'seed', type: 'integer' },
	{ wire: 'raw', type: 'boolean', default: false },
	{
		wire: 'aspect_ratio',
		type: 'choice',
		default: '1:1',
		values: ['21:9', '16:9', '3:2', '4:3', '5:4', '1:1', '4:5', '3:4', '2:3', '9:16', '9:21'],
	},
	{ wire: 'output_format', type: 'choice', default: 'jpg', values: ['jpg', 'png'] },
	{ wire: 'safety_tolerance', type: 'integer', default: 2 },
];

const PRO: readonly Row[] = [
	{ wire: 'prompt', type: 'text' },
	{ wire: 'guidance', type: 'decimal', default: 3, min: 2, max: 5 },
	{ wire: 'steps', type: 'integer', default: 25, min: 1, max: 50 },
	{ wire: 'interval', type: 'decimal', default: 2, min: 1, max: 4 },
	{ wire: 'safety_tolerance', type: 'integer', default: 2 },
	{ wire: 'aspect_ratio', type: 'choice' },
	{ wire: 'seed', type: 'integer' },
	{ wire: 'output_format', type: 'choice', default: 'webp' },
	{ wire: 'output_quality', type: 'integer', default: 80 },
];

const PUBLISHED = [
	{ id: 'flux-1.1-pro-ultra', price: 0.075, table: ULTRA },
	{ id: 'flux-pro', price: 0.067, table: PRO },
];

function modelOf(id: string) {
	const model = MODELS.find((each) => each.id === id);
	if (model === undefined) throw new Error(`there is no ${id}`);
	return model;
}

describe.each(PUBLISHED)('$id as it is published', ({ id, price, table }) => {
	it('has its price, its attributes and no others', () => {
		const { attributes, price: told } = modelOf(id);
		expect(told).toBe(price);
		expect(attributes.map(({ wire }) => wire).sort()).toStrictEqual(table.map(({ wire }) => wire).sort());
	});

	it.each([...table])('$wire has the type, default, values and limits that are published', (row) => {
		const attribute = modelOf(id).attributes.find(({ wire }) => wire === row.wire);
		expect(attribute?.type).toBe(row.type);
		if (row.default !== undefined) expect(attribute).toMatchObject({ default: row.default });
		if (row.min !== undefined) expect(attribute).toMatchObject({ min: row.min, max: row.max });
		if (row.values !== undefined && attribute?.type === 'choice') {
			expect(attribute.choices.map(({ value }) => value).sort()).toStrictEqual([...row.values].sort());
		}
	});

	it('says where each limit comes from', () => {
		for (const { source } of modelOf(id).attributes) expect(source).toMatch(/\S{3}/);
	});
});

describe('what is sent', () => {
	const entered = {
		prompt: 'a fox',
		aspectRatio: '16:9',
		outputFormat: 'png',
		seed: '7',
		raw: 'true',
		safetyTolerance: 5,
		guidance: '3.5',
		steps: 20,
		interval: 1.5,
		outputQuality: 90,
		promptUpsampling: false,
		width: 512,
		height: 512,
	};
	const drawsNothing = (): never => {
		throw new Error('there is a seed');
	};

	it.each([
		[
			'flux-1.1-pro-ultra',
			{
				prompt: 'a fox',
				aspect_ratio: '16:9',
				output_format: 'png',
				raw: true,
				safety_tolerance: 5,
				seed: 7,
			},
		],
		[
			'flux-pro',
			{
				prompt: 'a fox',
				aspect_ratio: '16:9',
				output_format: 'png',
				guidance: 3.5,
				interval: 1.5,
				safety_tolerance: 5,
				seed: 7,
				steps: 20,
			},
		],
	])('%s gets its own attributes and nothing of another model', (id, body) => {
		expect(toImageRequest(modelOf(id), entered, drawsNothing).body).toStrictEqual(body);
	});

	it.each([
		['flux-1.1-pro-ultra', { aspectRatio: 'custom' }],
		['flux-1.1-pro-ultra', { outputFormat: 'webp' }],
		['flux-1.1-pro-ultra', { raw: 'yes' }],
		['flux-1.1-pro', { aspectRatio: '21:9' }],
		['flux-pro', { aspectRatio: '21:9' }],
		['flux-pro', { guidance: 1.99 }],
		['flux-pro', { guidance: 5.01 }],
		['flux-pro', { guidance: Number.NaN }],
		['flux-pro', { steps: 0 }],
		['flux-pro', { steps: 51 }],
		['flux-pro', { steps: 20.5 }],
		['flux-pro', { interval: 0.9 }],
		['flux-pro', { interval: 4.1 }],
	])('%s takes no %j', (id, wrong) => {
		const refusal = refusedBy(() => toImageRequest(modelOf(id), { ...entered, ...wrong }, drawsNothing));
		expect(refusal).toMatchObject({ cause: 'request', billed: 'no' });
	});

	it.each(MODELS.map(({ id }) => id))('the emulator takes what is sent for %s', async (id) => {
		const emulator = await Emulator.start();
		try {
			const { body } = toImageRequest(modelOf(id), entered, drawsNothing);
			const { statusCode, headers } = await request(`${emulator.url}/v1/${id}`, {
				method: 'POST',
				reset: true,
				headers: { 'x-api-key': emulator.key, 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			expect([statusCode, headers['content-type']]).toStrictEqual([200, 'image/png']);
			expect(Number(headers['x-cost'])).toBe(modelOf(id).price);
		} finally {
			await emulator.close();
		}
	});
});

describe("what is shown, as n8n's own code decides", () => {
	const form = formOf(MODELS);
	const NODE = { typeVersion: 1 };
	const GENERATE = { resource: 'image', operation: 'generate' };

	function shownFor(values: INodeParameters): INodeProperties[] {
		const complete = NodeHelpers.getNodeParameters(form, values, true, false, NODE, null) ?? {};
		return form.filter((property) => NodeHelpers.displayParameter(complete, property, NODE, null));
	}

	const namesOf = (properties: readonly INodeProperties[]): string[] => properties.map(({ name }) => name);
	const COMMON = ['resource', 'operation', 'model', 'options'];

	it.each([
		[
			'flux-1.1-pro',
			['prompt', 'aspectRatio', 'outputFormat', 'additionalFields'],
			['outputQuality', 'promptUpsampling', 'safetyTolerance', 'seed'],
		],
		[
			'flux-1.1-pro-ultra',
			['prompt', 'aspectRatio', 'outputFormat', 'additionalFields'],
			['raw', 'safetyTolerance', 'seed'],
		],
		[
			'flux-pro',
			['prompt', 'aspectRatio', 'outputFormat', 'additionalFields'],
			['guidance', 'interval', 'outputQuality', 'safetyTolerance', 'seed', 'steps'],
		],
		['other', ['modelId', 'modelBody'], []],
	])('%s shows its own fields, each once', (model, top, additional) => {
		const shown = shownFor({ ...GENERATE, model });
		expect(namesOf(shown).sort()).toStrictEqual([...COMMON, ...top].sort());
		const collection = shown.find(({ name }) => name === 'additionalFields');
		const fields = (collection?.options ?? []).map(({ name }) => name);
		expect(fields.sort()).toStrictEqual(additional);
	});

	it('shows a workflow that was saved before there was a choice just what it showed', () => {
		const saved = { ...GENERATE, prompt: 'a fox', aspectRatio: 'custom', width: 512, height: 512 };
		expect(namesOf(shownFor(saved)).sort()).toStrictEqual(
			namesOf(shownFor({ ...saved, model: 'flux-1.1-pro' })).sort(),
		);
		expect(namesOf(shownFor(saved))).toEqual(expect.arrayContaining(['width', 'height']));
		expect(DEFAULT_MODEL.id).toBe('flux-1.1-pro');
	});

	it.each(['flux-1.1-pro-ultra', 'flux-pro', 'other'])('hides width and height for %s', (model) => {
		const names = namesOf(shownFor({ ...GENERATE, model, aspectRatio: 'custom' }));
		expect(names).not.toContain('width');
		expect(names).not.toContain('height');
	});

	it.each(MODELS.map(({ id, attributes }) => [id, attributes] as const))(
		'%s offers the values of its own table, and starts with its own defaults',
		(model, attributes) => {
			const shown = shownFor({ ...GENERATE, model });
			for (const attribute of attributes) {
				if (attribute.type !== 'choice') continue;
				const field = shown.find(({ name }) => name === attribute.parameter);
				const values = (field?.options ?? []).map((option) => ('value' in option ? option.value : undefined));
				expect(values).toStrictEqual(attribute.choices.map(({ value }) => value));
				expect(field?.default).toBe(attribute.default);
			}
		},
	);

	it.each([
		['getResult', { resource: 'image', operation: 'getResult' }, ['requestId', 'options']],
		[
			'a flow with fields',
			{ resource: 'pixelFlow', operation: 'run' },
			['flow', 'inputMode', 'inputFields', 'downloadFiles', 'options'],
		],
		[
			'a flow with JSON',
			{ resource: 'pixelFlow', operation: 'run', inputMode: 'json' },
			['flow', 'inputMode', 'inputJson', 'downloadFiles', 'options'],
		],
	])('%s shows its own fields, and no model', (_, values, fields) => {
		expect(namesOf(shownFor(values)).sort()).toStrictEqual(['resource', 'operation', ...fields].sort());
	});
});
