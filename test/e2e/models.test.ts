import type { IDataObject, INode } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { Editor } from './editor';
import { Stand } from './stand';
import { chain, nodeOf, outputOf } from './workflow';

let stand: Stand;
let editor: Editor;

beforeAll(async () => {
	stand = await Stand.start();
	editor = await Editor.open(stand.n8n);
});
beforeEach(() => stand.emulator.reset());
afterEach(async () => await editor.leave());
afterAll(async () => {
	await editor?.close();
	await stand?.close();
});

const CHOICES = '.el-select-dropdown__item:visible';

/** Opens a node without a word about its model, as it was saved before there was a choice. */
async function open(parameters: IDataObject): Promise<string> {
	const { credential, n8n } = stand;
	const credentials = { segmindApi: { ...credential } };
	const node = nodeOf('Segmind', 'n8n-nodes-segmind.segmind', parameters, { credentials });
	const workflow = await n8n.workflow([node], chain('Segmind'));
	await editor.openNode(workflow);
	return workflow;
}

/** The fields that the panel shows, down to the last, which is Options everywhere. */
async function labels(): Promise<string[]> {
	const texts = await editor.part('node-parameters').getByTestId('input-label').allInnerTexts();
	const names = texts.map((text) => text.split('\n')[0] ?? '');
	return names.slice(0, names.indexOf('Options') + 1);
}

async function expectFields(...expected: readonly string[]): Promise<void> {
	const isShown = async (): Promise<boolean> => (await labels()).join() === expected.join();
	for (const limit = Date.now() + 5000; Date.now() < limit && !(await isShown()); await sleep(50));
	expect(await labels()).toEqual(expected);
}

const inputOf = (parameter: string) => editor.part(`parameter-input-${parameter}`).locator('input').first();

async function choose(parameter: string, name: string): Promise<void> {
	await inputOf(parameter).click();
	await editor.page.locator(CHOICES).filter({ hasText: name }).first().click();
	await editor.page.locator(CHOICES).first().waitFor({ state: 'hidden' });
}

/** The names that a list offers once it is opened. */
async function offered(open: Promise<void>): Promise<string[]> {
	await open;
	const names = editor.page.locator(CHOICES);
	await names.first().waitFor();
	const texts = await names.allInnerTexts();
	await editor.page.keyboard.press('Escape');
	await names.first().waitFor({ state: 'hidden' });
	return texts.map((text) => text.split('\n')[0] ?? '');
}

const choicesOf = async (parameter: string): Promise<string[]> => await offered(inputOf(parameter).click());

const addable = async (): Promise<string[]> =>
	await offered(editor.part('collection-parameter-add').first().click());

const IMAGE = ['Resource', 'Operation', 'Model'];
const MODEL = [...IMAGE, 'Prompt', 'Aspect Ratio', 'Output Format', 'Additional Fields', 'Options'];

describe('each model shows its own fields and choices', () => {
	test.each([
		{
			model: 'Flux 1.1 Pro',
			shapes: ['1:1', '16:9', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', 'Custom'],
			formats: ['JPG', 'PNG', 'WebP'],
			additional: ['Output Quality', 'Prompt Upsampling', 'Safety Tolerance', 'Seed'],
		},
		{
			model: 'Flux 1.1 Pro Ultra',
			shapes: ['1:1', '16:9', '2:3', '21:9', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '9:21'],
			formats: ['JPG', 'PNG'],
			additional: ['Raw', 'Safety Tolerance', 'Seed'],
		},
		{
			model: 'Flux Pro',
			shapes: ['1:1', '16:9', '2:3', '3:2', '4:5', '5:4', '9:16'],
			formats: ['JPG', 'PNG', 'WebP'],
			additional: ['Guidance', 'Interval', 'Output Quality', 'Safety Tolerance', 'Seed', 'Steps'],
		},
	])('$model', async ({ model, shapes, formats, additional }) => {
		await open({ prompt: 'a fox' });
		await choose('model', model);
		await expectFields(...MODEL);
		expect((await choicesOf('aspectRatio')).map((name) => name.split(' ')[0])).toEqual(shapes);
		expect(await choicesOf('outputFormat')).toEqual(formats);
		expect(await addable()).toEqual(additional);
	});
});

test('Other takes an id and a body, and nothing of the models', async () => {
	await open({ prompt: 'a fox' });
	await choose('model', 'Other');
	await expectFields(...IMAGE, 'Model ID', 'Body', 'Options');
});

test('Get Result takes a request id, and PixelFlow a flow with its inputs', async () => {
	await open({ prompt: 'a fox' });
	await choose('operation', 'Get Result');
	await expectFields('Resource', 'Operation', 'Request ID', 'Options');
	await choose('resource', 'PixelFlow');
	const flow = ['Resource', 'Operation', 'Flow', 'Inputs'];
	await expectFields(...flow, 'Input Fields', 'Download Files', 'Options');
	await choose('inputMode', 'Using JSON');
	await expectFields(...flow, 'JSON', 'Download Files', 'Options');
});

test('a workflow that was saved before there was a choice opens and runs as it did', async () => {
	const { emulator, n8n } = stand;
	const saved = {
		resource: 'image',
		operation: 'generate',
		prompt: 'A red fox',
		aspectRatio: 'custom',
		width: 256,
		height: 512,
		outputFormat: 'jpg',
		additionalFields: { outputQuality: 71, seed: 7 },
		options: { fileName: 'fox' },
	};
	const workflow = await open(saved);
	const custom = MODEL.toSpliced(5, 0, 'Width', 'Height');
	await expectFields(...custom.toSpliced(-1, 0, 'Output Quality', 'Seed'));
	expect(await inputOf('model').inputValue()).toBe('Flux 1.1 Pro');
	expect(await editor.part('parameter-issues').count()).toBe(0);
	const [item] = outputOf(await n8n.run(workflow));
	expect(item?.json).toMatchObject({ model: 'flux-1.1-pro', seed: 7, height: 512, fileName: 'fox.jpg' });
	expect(emulator.imageRequests.map(({ path, body }) => [path, body])).toEqual([
		[
			'/v1/flux-1.1-pro',
			{
				prompt: 'A red fox',
				aspect_ratio: 'custom',
				width: 256,
				height: 512,
				output_format: 'jpg',
				output_quality: 71,
				seed: 7,
			},
		],
	]);
	const { nodes } = await n8n.rest<{ nodes: INode[] }>('GET', `/workflows/${workflow}`);
	expect(nodes.find(({ name }) => name === 'Segmind')?.parameters).toEqual(saved);
	expect(emulator.paid).toBe(1);
});
