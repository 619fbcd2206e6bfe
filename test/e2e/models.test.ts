import type { IDataObject } from 'n8n-workflow';

import { MODELS } from '../../nodes/Segmind/models/models';
import { until } from './process';
import { setUp } from './setup';
import { jsonOf } from './workflow';

const setup = setUp({ browserScale: 1 });

/** Opens a node that names no model, like those saved before there was a choice. */
async function open(parameters: IDataObject): Promise<string> {
	const workflow = await setup.save([setup.plainSegmind(parameters)]);
	await setup.editor.openNode(workflow);
	return workflow;
}

/** The labels in the panel as far as Options, which come last everywhere. */
async function labels(): Promise<string[]> {
	const all = await setup.editor.labels();
	return all.slice(0, all.indexOf('Options') + 1);
}

async function expectLabels(...expected: readonly string[]): Promise<void> {
	const areShown = async (): Promise<boolean> => (await labels()).join() === expected.join();
	// The assertion below shows the difference when they are not.
	await until('the panel shows the labels', areShown, 5000).catch(() => undefined);
	expect(await labels()).toEqual(expected);
}

const IMAGE = ['Resource', 'Operation', 'Model'];
const MODEL = [...IMAGE, 'Prompt', 'Aspect Ratio', 'Output Format', 'Additional Fields', 'Options'];

test.each(MODELS)('$displayName shows its own fields and choices', async ({ displayName, attributes }) => {
	const { editor } = setup;
	await open({ prompt: 'a fox' });
	await editor.choose('model', displayName);
	await expectLabels(...MODEL);
	const choicesOf = (parameter: string) =>
		attributes.flatMap((each) => (each.parameter === parameter && 'choices' in each ? each.choices : []));
	for (const parameter of ['aspectRatio', 'outputFormat']) {
		const shown = await editor.choicesOf(editor.input(parameter));
		expect(shown).toEqual(choicesOf(parameter).map(({ label }) => expect.stringContaining(label) as string));
	}
	const additional = attributes.filter(({ place }) => place === 'additional').map(({ label }) => label);
	expect(await editor.choicesOf(editor.part('collection-parameter-add').first())).toEqual(additional.sort());
});

test('Get Result shows a request ID, and PixelFlow a flow with its inputs', async () => {
	const { editor } = setup;
	await open({ prompt: 'a fox' });
	await editor.choose('operation', 'Get Result');
	await expectLabels('Resource', 'Operation', 'Request ID', 'Options');
	await editor.choose('resource', 'PixelFlow');
	const flow = ['Resource', 'Operation', 'Flow', 'Inputs'];
	await expectLabels(...flow, 'Input Fields', 'Download Files', 'Options');
	await editor.choose('inputMode', 'Using JSON');
	await expectLabels(...flow, 'JSON', 'Download Files', 'Options');
});

test('a workflow saved before there was a choice of models opens and runs as before', async () => {
	const { editor, emulator, n8n } = setup;
	const size = { width: 256, height: 512 };
	const saved = {
		resource: 'image',
		operation: 'generate',
		prompt: 'A red fox',
		aspectRatio: 'custom',
		...size,
		outputFormat: 'jpg',
		additionalFields: { outputQuality: 71, seed: 7 },
		options: { fileName: 'fox' },
	};
	const workflow = await open(saved);
	const custom = MODEL.toSpliced(5, 0, 'Width', 'Height');
	await expectLabels(...custom.toSpliced(-1, 0, 'Output Quality', 'Seed'));
	expect(await editor.input('model').inputValue()).toBe('Flux 1.1 Pro');
	expect(await editor.part('parameter-issues').count()).toBe(0);
	const [image] = jsonOf(await n8n.run(workflow));
	expect(image).toMatchObject({ model: 'flux-1.1-pro', seed: 7, height: 512, fileName: 'fox.jpg' });
	const body = {
		prompt: 'A red fox',
		aspect_ratio: 'custom',
		...size,
		output_format: 'jpg',
		output_quality: 71,
		seed: 7,
	};
	expect(emulator.imageRequests.map((request) => [request.path, request.body])).toEqual([
		['/v1/flux-1.1-pro', body],
	]);
	expect((await n8n.savedNode(workflow))?.parameters).toEqual(saved);
	expect(emulator.paid).toBe(1);
});
