import type { IDataObject } from 'n8n-workflow';

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

test.each([
	{
		model: 'Flux 1.1 Pro',
		ratios: ['1:1', '16:9', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', 'Custom'],
		formats: ['JPG', 'PNG', 'WebP'],
		additional: ['Output Quality', 'Prompt Upsampling', 'Safety Tolerance', 'Seed'],
	},
	{
		model: 'Flux 1.1 Pro Ultra',
		ratios: ['1:1', '16:9', '2:3', '21:9', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '9:21'],
		formats: ['JPG', 'PNG'],
		additional: ['Raw', 'Safety Tolerance', 'Seed'],
	},
	{
		model: 'Flux Pro',
		ratios: ['1:1', '16:9', '2:3', '3:2', '4:5', '5:4', '9:16'],
		formats: ['JPG', 'PNG', 'WebP'],
		additional: ['Guidance', 'Interval', 'Output Quality', 'Safety Tolerance', 'Seed', 'Steps'],
	},
])('$model shows its own fields and choices', async ({ model, ratios, formats, additional }) => {
	const { editor } = setup;
	await open({ prompt: 'a fox' });
	await editor.choose('model', model);
	await expectLabels(...MODEL);
	const shown = await editor.choicesOf(editor.input('aspectRatio'));
	expect(shown.map((name) => name.split(' ')[0])).toEqual(ratios);
	expect(await editor.choicesOf(editor.input('outputFormat'))).toEqual(formats);
	expect(await editor.choicesOf(editor.part('collection-parameter-add').first())).toEqual(additional);
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
