import type { IDataObject, INode, INodeProperties } from 'n8n-workflow';

import { formOf } from '../../nodes/Segmind/form/form';
import { flux11Pro } from '../../nodes/Segmind/model/flux11Pro';
import { Editor } from './editor';
import { Stand } from './stand';
import { chain, nodeOf, outputOf, segmind } from './workflow';

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

/** Something else than the default in every field of the form. */
const ADDITIONAL = { outputQuality: 71, promptUpsampling: false, safetyTolerance: 4, seed: 0 };
const OPTIONS = {
	binaryPropertyOutput: 'picture',
	concurrency: 3,
	delivery: 'direct',
	fileName: 'product-42',
	includeInputFields: true,
	linkExpiry: '1 hour',
	maxRetries: 1,
	minimumRemainingCredits: 0.5,
	numberOfImages: 2,
	requestsPerMinute: 600,
	retryUncertain: true,
	timeout: 60,
};
const TOP = {
	resource: 'image',
	operation: 'generate',
	model: flux11Pro.id,
	prompt: 'A red fox\nin "snow"',
	aspectRatio: 'custom',
	width: 512,
	height: 768,
	outputFormat: 'jpg',
};
const FILLED = { ...TOP, additionalFields: ADDITIONAL, options: OPTIONS };

/** The fields of image: generate, without those of a tool; its collections come last. */
const FIELDS = formOf([flux11Pro]).filter(({ displayOptions: { show = {} } = {} }) => {
	const isFor = (name: string, value: string): boolean => show[name]?.includes(value) ?? true;
	const isShown =
		isFor('resource', 'image') && isFor('operation', 'generate') && isFor('model', flux11Pro.id);
	return isShown && show['@tool'] === undefined;
});
const COLLECTIONS = FIELDS.filter(({ type }) => type === 'collection');
const entriesOf = ({ options = [] }: INodeProperties): INodeProperties[] => options as INodeProperties[];

const namesOf = (fields: readonly INodeProperties[]): string[] => fields.map((field) => field.displayName);

/** What the panel shows in a field: a switch, the name of a choice, or what was typed. */
async function shownIn({ name, type, options = [] }: INodeProperties): Promise<unknown> {
	const input = editor.part(`parameter-input-${name}`).locator('input, textarea').first();
	if (type === 'boolean') return await input.isChecked();
	const text = await input.inputValue();
	if (type === 'number') return Number(text);
	if (type !== 'options') return text;
	return options
		.map((option) => ('value' in option && option.name === text ? option.value : undefined))
		.find((value) => value !== undefined);
}

async function shownInAll(fields: readonly INodeProperties[]): Promise<IDataObject> {
	const shown: IDataObject = {};
	for (const field of fields) shown[field.name] = (await shownIn(field)) as IDataObject[string];
	return shown;
}

async function savedNode(workflow: string): Promise<INode | undefined> {
	const { nodes } = await stand.n8n.rest<{ nodes: INode[] }>('GET', `/workflows/${workflow}`);
	return nodes.find(({ name }) => name === 'Segmind');
}

test('an exported workflow, imported again, keeps every parameter and asks for the same images', async () => {
	const { credential, emulator, n8n } = stand;
	const saved = await n8n.workflow([segmind(credential, FILLED)], chain('Segmind'));
	const { name, nodes, connections, settings } = await n8n.rest('GET', `/workflows/${saved}`);
	const exported = JSON.stringify({ name, nodes, connections, settings });
	const imported = await n8n.import(JSON.parse(exported) as object);
	expect((await savedNode(imported))?.parameters).toEqual(FILLED);
	for (const workflow of [saved, imported]) {
		expect(outputOf(await n8n.run(workflow)).map(({ json }) => json.seed)).toEqual([0, 1]);
	}
	const bodies = emulator.imageRequests.map(({ body }) => JSON.stringify(body));
	expect(bodies.slice(2).sort()).toEqual(bodies.slice(0, 2).sort());
	expect(emulator.paid).toBe(4);
});

test('the editor shows every saved value, and marks nothing', async () => {
	const { credential, n8n } = stand;
	await editor.openNode(await n8n.workflow([segmind(credential, FILLED)], chain('Segmind')));
	await editor.part('parameter-input-timeout').waitFor();
	const [additional, options] = COLLECTIONS.map(entriesOf);
	expect(await shownInAll(FIELDS.filter(({ type }) => type !== 'collection'))).toEqual(TOP);
	expect(await shownInAll(additional ?? [])).toEqual(ADDITIONAL);
	expect(await shownInAll(options ?? [])).toEqual(OPTIONS);
	expect(await editor.part('parameter-issues').count()).toBe(0);
	expect(await editor.part('node-issues').count()).toBe(0);
});

test('the editor marks a prompt that is missing', async () => {
	const bare = nodeOf('Segmind', 'n8n-nodes-segmind.segmind', {});
	const workflow = await stand.n8n.workflow([bare], chain('Segmind'));
	await editor.page.goto(`/workflow/${workflow}`);
	await editor.part('node-issues').hover();
	await editor.page.getByText('Parameter "Prompt" is required').waitFor();
	await editor.openNode(workflow);
	await editor.part('parameter-issues').waitFor();
});

test('the panel has every field of the form, and offers every entry of its collections', async () => {
	const custom = nodeOf('Segmind', 'n8n-nodes-segmind.segmind', { aspectRatio: 'custom' });
	await editor.openNode(await stand.n8n.workflow([custom], chain('Segmind')));
	const adders = editor.part('collection-parameter-add');
	await adders.last().waitFor();
	const labels = editor.part('node-parameters').getByTestId('input-label');
	const shown = (await labels.allInnerTexts()).map((text) => text.split('\n')[0]);
	expect(shown.filter((text) => namesOf(FIELDS).includes(String(text)))).toEqual(namesOf(FIELDS));
	for (const [index, collection] of COLLECTIONS.entries()) {
		await adders.nth(index).click();
		const offered = editor.page.locator('.el-select-dropdown__item:visible');
		await offered.first().waitFor();
		expect(await offered.allInnerTexts()).toEqual(namesOf(entriesOf(collection)));
		await editor.page.keyboard.press('Escape');
		await offered.first().waitFor({ state: 'hidden' });
	}
});
