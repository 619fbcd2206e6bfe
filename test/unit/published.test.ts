import { FormData, request } from 'undici';

import type { Attribute } from '../../nodes/Segmind/models/attribute';
import { MODELS as NODE_MODELS } from '../../nodes/Segmind/models/models';
import { toImageRequest } from '../../nodes/Segmind/jobs/imageRequest';
import { Emulator } from '../emulator/emulator';
import type { PublishedAttribute } from '../emulator/published';
import { MODELS, SAMPLE } from '../emulator/published';

const TYPES = { text: 'str', integer: 'int', decimal: 'float', choice: 'enum', boolean: 'bool' } as const;

const sorted = (values: readonly string[] | undefined) => values && [...values].sort();

/** One of the node's attributes in the words of the published table. */
function toPublished(attribute: Attribute) {
	const { type, onlyFor } = attribute;
	const limits = type === 'integer' || type === 'decimal' ? attribute : undefined;
	return {
		type: TYPES[type],
		required: type === 'text' ? true : undefined,
		default: type === 'text' ? undefined : attribute.default,
		min: limits?.min,
		max: limits?.max,
		multipleOf: type === 'integer' ? attribute.multipleOf : undefined,
		values: type === 'choice' ? sorted(attribute.choices.map(({ value }) => value)) : undefined,
		onlyFor: onlyFor && { attribute: onlyFor.wire, values: onlyFor.values },
	};
}

/** The node's models, as the published table has them. */
const nodeModels = Object.fromEntries(
	NODE_MODELS.map(({ id, price, attributes }) => [
		id,
		{ price, attributes: Object.fromEntries(attributes.map((each) => [each.wire, toPublished(each)])) },
	]),
);

/** The body that the node sends to Flux 1.1 Pro. */
const nodeBody = (parameters: Readonly<Record<string, unknown>>): object =>
	toImageRequest(NODE_MODELS[0]!, parameters, () => {
		throw new Error('the seed is given');
	}).body;

/** The sample of the page as parameters of the node. */
const PARAMETERS = {
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

it('has the published models', () => {
	expect(Object.keys(nodeModels).sort()).toEqual(Object.keys(MODELS).sort());
});

describe.each(Object.entries(MODELS))('%s', (id, { price, attributes }) => {
	it('has the published price and attributes and no others', () => {
		expect(nodeModels[id]?.price).toBe(price);
		expect(Object.keys(nodeModels[id]?.attributes ?? {}).sort()).toEqual(Object.keys(attributes).sort());
	});

	it.each(Object.entries<PublishedAttribute>(attributes))(
		'has the published %s',
		(name, { values, ...rest }) => {
			const published = { required: undefined, multipleOf: undefined, onlyFor: undefined, ...rest };
			expect(nodeModels[id]?.attributes[name]).toMatchObject(published);
			if (values !== undefined) expect(nodeModels[id]?.attributes[name]?.values).toEqual(sorted(values));
		},
	);
});

describe('the sample of the page', () => {
	it('is sent without the size that 1:1 ignores and the quality that png ignores', () => {
		const ignored = ['width', 'height', 'output_quality'];
		const sent = Object.entries(SAMPLE).filter(([name]) => !ignored.includes(name));
		expect(nodeBody(PARAMETERS)).toEqual(Object.fromEntries(sent));
	});

	it('is sent with all nine attributes if the size is custom and the format jpg', () => {
		const body = nodeBody({ ...PARAMETERS, aspectRatio: 'custom', outputFormat: 'jpg' });
		expect(body).toEqual({ ...SAMPLE, aspect_ratio: 'custom', output_format: 'jpg' });
		expect(Object.keys(body)).toHaveLength(9);
	});

	it('gives the same png as JSON, as the multipart form of the page and as the node sends it', async () => {
		const emulator = await Emulator.start();
		const form = new FormData();
		for (const [name, value] of Object.entries(SAMPLE)) form.append(name, String(value));
		const json = { 'content-type': 'application/json' };
		const responses: Array<[status: number, type: unknown, seed: unknown]> = [];
		const images = new Set<string>();
		for (const [type, sent] of [
			[json, JSON.stringify(SAMPLE)],
			[json, JSON.stringify(nodeBody(PARAMETERS))],
			[{}, form],
		] as const) {
			const { statusCode, headers, body } = await request(`${emulator.url}/v1/flux-1.1-pro`, {
				method: 'POST',
				headers: { 'x-api-key': emulator.key, ...type },
				body: sent,
			});
			responses.push([statusCode, headers['content-type'], headers['x-seed-value']]);
			images.add(Buffer.from(await body.arrayBuffer()).toString('latin1'));
		}
		await emulator.close();
		expect(responses).toEqual(Array(3).fill([200, 'image/png', '12345']));
		expect([...images].map((image) => image.slice(0, 8))).toEqual(['\x89PNG\r\n\x1a\n']);
		expect([emulator.paid, emulator.credits]).toEqual([3, 9.85]);
	});
});
