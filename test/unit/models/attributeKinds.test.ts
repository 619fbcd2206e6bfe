import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { readArguments, usage } from '../../../demo/arguments';
import { parameterTable } from '../../../docs/fieldTables';
import { toImageRequest } from '../../../nodes/Segmind/jobs/imageRequest';
import { additionalFields, modelField, topFields } from '../../../nodes/Segmind/models/fields';
import type { Model } from '../../../nodes/Segmind/models/attribute';
import { MODELS } from '../../../nodes/Segmind/models/models';
import { extendedFlux, inventedModel } from './invented';

const [, ultra, pro] = MODELS;
const ALL: readonly [Model, ...Model[]] = [extendedFlux, ultra!, pro!, inventedModel];

const NODE = {
	id: '1',
	name: 'Segmind',
	type: 'segmind',
	typeVersion: 1,
	position: [0, 0] as [number, number],
};

const FORM = [modelField(ALL), ...topFields(ALL), ...ALL.map(additionalFields)];

const shownFor = (values: INodeParameters): INodeProperties[] =>
	FORM.filter((field) =>
		NodeHelpers.displayParameter({ model: extendedFlux.id, ...values }, field, NODE, null),
	);

/** What n8n says before it runs a node with these saved values. */
function issuesOf(saved: INodeParameters): string[] {
	const values = NodeHelpers.getNodeParameters(FORM, saved, true, false, NODE, null) ?? {};
	const node = { ...NODE, parameters: values };
	return Object.values(NodeHelpers.getNodeParametersIssues(FORM, node, null)?.parameters ?? {}).flat();
}

const bodyOf = (raw: Readonly<Record<string, unknown>>) =>
	toImageRequest(
		inventedModel,
		{ outputFormat: 'png', prompt: 'a', title: 't', firstImage: 'data', ...raw },
		() => 7,
	).body;

describe('an attribute that was added to the table of a model', () => {
	it.each(ALL.map(({ id }) => id))('shows the fields of %s in the order of its table', (id) => {
		const { attributes } = ALL.find((model) => model.id === id)!;
		const shown = shownFor({ model: id, aspectRatio: 'custom' }).map(({ name }) => name);
		const sizes = attributes.filter(({ place }) => place === 'top').map(({ parameter }) => parameter);
		expect(shown).toStrictEqual(['model', ...sizes, 'additionalFields']);
	});

	it('leaves saved workflows as they were, with and without additional fields', () => {
		expect(issuesOf({ prompt: 'a fox' })).toStrictEqual([]);
		expect(issuesOf({ prompt: 'a fox', additionalFields: { seed: 3 } })).toStrictEqual([]);
		expect(issuesOf({ prompt: 'a fox', additionalFields: { styleText: '', maskImage: '' } })).toStrictEqual(
			[],
		);
	});

	it('is required by n8n at the top only, and only where it has no default', () => {
		expect(issuesOf({ model: 'invented-1' })).toStrictEqual([
			'Parameter "Title" is required.',
			'Parameter "Prompt" is required.',
		]);
		expect(issuesOf({ model: 'invented-1', prompt: 'a', title: 'b' })).toStrictEqual([]);
	});

	it('has a field of its kind', () => {
		const fields = shownFor({ model: 'invented-1' });
		const collected = fields.at(-1)?.options as INodeProperties[];
		const kindOf = ({ name, type, typeOptions, default: value }: INodeProperties) => [
			name,
			type,
			typeOptions,
			value,
		];
		expect(fields.slice(1, -1).map(kindOf)).toStrictEqual([
			['title', 'string', undefined, ''],
			['outputFormat', 'options', undefined, 'webp'],
			['prompt', 'string', { rows: 4 }, ''],
			['negativePrompt', 'string', { rows: 4 }, ''],
			['firstImage', 'string', undefined, 'data'],
			['imageUrls', 'string', undefined, ''],
		]);
		expect(collected.map(({ name }) => name)).toStrictEqual([
			'loop',
			'maskImage',
			'mood',
			'strength',
			'styleText',
			'tiles',
		]);
	});

	it('is kept by n8n while it applies, beside the additional field that it depends on', () => {
		const valuesOf = (mood: string): INodeParameters =>
			NodeHelpers.getNodeParameters(
				FORM,
				{ model: 'invented-1', additionalFields: { mood, strength: 0.7 } },
				...([false, false, NODE, null] as const),
			) ?? {};
		expect(valuesOf('wild').additionalFields).toStrictEqual({ mood: 'wild', strength: 0.7 });
		expect(valuesOf('calm').additionalFields).toStrictEqual({ mood: 'calm' });
	});

	it('is sent when it is set, in its own type', () => {
		expect(bodyOf({})).toStrictEqual({ title: 't', output_format: 'png', prompt: 'a', first_image: 'data' });
		const set = {
			...{
				negativePrompt: 'text',
				firstImage: ' https://a.test/b.png ',
				imageUrls: 'data, https://a.test/c,d.png',
			},
			...{ mood: ' WILD', maskImage: 'mask', styleText: 3, strength: '0.25', tiles: '2', loop: 'true' },
		};
		expect(bodyOf(set)).toStrictEqual({
			...{ title: 't', output_format: 'png', prompt: 'a', first_image: 'https://a.test/b.png' },
			...{ negative_prompt: 'text', image_urls: ['data', 'https://a.test/c,d.png'] },
			...{ mood: 'wild', mask_image: 'mask', style_text: '3', strength: 0.25, tiles: 2, loop: true },
		});
	});

	it.each<[raw: Readonly<Record<string, unknown>>, message: string]>([
		[{ title: ' ' }, "'Title' is empty"],
		[{ firstImage: '' }, "'First Image' is empty"],
		[{ negativePrompt: {} }, "'Negative Prompt' is not a text: {}"],
		[{ imageUrls: 'a,b,c,d' }, "'Image Urls' has 4 pictures"],
		[{ imageUrls: ['a', 5] }, "'Image Urls' is not a text: 5"],
		[{ mood: 'sad' }, "'Mood' can't be"],
		[{ mood: 'wild', strength: 2 }, "'Strength' is out of range: 2"],
		[{ tiles: 1.5 }, "'Tiles' is not a whole number: 1.5"],
		[{ loop: 'maybe' }, "'Loop' is neither true nor false"],
	])('refuses %j', (raw, message) => {
		expect(() => bodyOf(raw)).toThrow(message);
	});

	it('is a row of the documentation', () => {
		const rows = parameterTable(inventedModel).split('\n');
		const cells = (label: string) =>
			rows
				.find((row) => row.startsWith(`| ${label} `))
				?.split('|')
				.slice(2, -1)
				.map((cell) => cell.trim());
		expect(cells('Negative Prompt')).toStrictEqual([
			'`negativePrompt`',
			'`negative_prompt`',
			'text',
			'none',
			'',
			'when set',
		]);
		expect(cells('First Image')?.slice(-3)).toStrictEqual(['`data`, required', '', 'always']);
		expect(cells('Image Urls')?.slice(-3)).toStrictEqual(['none', 'up to 3', 'when set']);
		expect(cells('Mask Image')?.at(-1)).toBe('when added');
		expect(rows).toHaveLength(inventedModel.attributes.length + 2);
	});

	it('is a flag of the demo', () => {
		const args = ['a', '--negative-prompt', 'text', '--mask-image', 'mask', '--mood', 'wild'];
		expect(readArguments(args, inventedModel)).toStrictEqual({
			prompts: ['a'],
			parameters: { negativePrompt: 'text', additionalFields: { maskImage: 'mask', mood: 'wild' } },
		});
		const flags = usage(inventedModel).match(/--[\w-]+(?= )/g);
		expect(flags).toStrictEqual([
			'--attribute',
			...inventedModel.attributes
				.filter(({ wire }) => wire !== 'prompt')
				.map(({ wire }) => `--${wire.replaceAll('_', '-')}`),
		]);
	});
});
