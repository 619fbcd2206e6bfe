import type { IDataObject } from 'n8n-workflow';

import { readCatalog } from '../../../nodes/Segmind/catalog/catalog';
import { toFieldsRequest, toJsonRequest } from '../../../nodes/Segmind/operations/model/request';

const json = (body: unknown, draw: (max: number) => number = () => 777) =>
	toJsonRequest('a-model', body, draw);

it.each<[body: unknown, problem: string]>([
	['[]', 'is not a JSON object'],
	[{ prompt: '' }, 'has an empty prompt'],
	['{"prompt": " \\n"}', 'has an empty prompt'],
	[{ prompt: null }, 'has an empty prompt'],
	[{ prompt: 'a', images: [{ url: undefined }] }, 'contains no value at "images[0].url"'],
	['{"prompt": "a [object Object]"}', 'contains [object Object] at "prompt"'],
])('refuses the JSON %j: it %s', (body, problem) => {
	expect(() => json(body)).toThrow(`'JSON' ${problem}`);
});

it.each([-1, '-1', ' -1 '])('draws the seed of JSON with %j, which stays as it was', (seed) => {
	const draw = jest.fn(() => 0);
	const body = Object.freeze({ prompt: 'a', seed });
	expect(json(body, draw)).toMatchObject({ body: { prompt: 'a', seed: 0 }, seedDrawn: true });
	expect(draw.mock.calls).toStrictEqual([[2147483647]]);
});

it.each([
	...[-2, 0, 1, '1', null, '', 516797155652].map((seed) => ({ prompt: 'a', seed })),
	{ image: 'https://example.com/a.png' },
])('sends the JSON %j as it is', (body) => {
	const model = { id: 'a-model', attributes: [] };
	const rest = { seedDrawn: false, roundings: [], anyMedia: true };
	expect(json(body)).toStrictEqual({ model, body, ...rest });
});

const parameters = (seed: object) => ({ prompt: { type: 'str' }, seed });
const catalog = readCatalog([
	{ slug: 'plain', parameters: { prompt: { type: 'str' } } },
	{ slug: 'wide', parameters: parameters({ type: 'int' }) },
	{ slug: 'narrow', parameters: parameters({ type: 'int', min: 5, max: 9 }) },
	{ slug: 'minus', parameters: parameters({ type: 'int', min: -1, max: 999999999999 }) },
	{ slug: 'words', parameters: parameters({ type: 'str' }) },
	{ slug: 'flux-1.1-pro', parameters: { prompt: { type: 'str' } } },
]);

const fields = (id: string, inputs: IDataObject, draw: (max: number) => number) =>
	toFieldsRequest(id, inputs, catalog, draw);

it.each<[id: string, seed: unknown, sent: unknown, drawnTo: number | undefined]>([
	['plain', undefined, undefined, undefined],
	['wide', undefined, 2, 2147483647],
	['wide', -1, 2, 2147483647],
	['wide', 0, 0, undefined],
	['narrow', '', 7, 4],
	['narrow', '6', 6, undefined],
	['minus', null, 2, 2147483647],
	['words', undefined, undefined, undefined],
	['unknown', undefined, undefined, undefined],
	['unknown', '-1', 2, 2147483647],
])('%s with the seed %j sends %j', (id, seed, sent, drawnTo) => {
	const draw = jest.fn(() => 2);
	const { body, seedDrawn } = fields(id, { prompt: 'a', seed: seed as string }, draw);
	expect(body.seed).toBe(sent);
	expect(seedDrawn).toBe(drawnTo !== undefined);
	expect(draw.mock.calls).toStrictEqual(drawnTo === undefined ? [] : [[drawnTo]]);
});

test('a price is known where the node has a table for the model', () => {
	const ids = ['flux-1.1-pro', 'flux-kontext-pro', 'plain', 'unknown'];
	const prices = ids.map((id) => fields(id, { prompt: 'a' }, () => 0).model.price);
	expect(prices).toStrictEqual([0.05, 0.05, undefined, undefined]);
});

test('without a list the inputs are sent as entered, and lost ones are refused', () => {
	const inputs = { prompt: 'a', steps: '7', empty: '' };
	expect(toFieldsRequest('a', inputs, undefined, () => 0).body).toStrictEqual({ prompt: 'a', steps: '7' });
	expect(() => toFieldsRequest('a', { prompt: '[object Object]' }, undefined, () => 0)).toThrow(
		"'Input Fields' contains [object Object]",
	);
});
