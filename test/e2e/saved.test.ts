import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { Segmind } from '../../nodes/Segmind/Segmind.node';
import { setUp } from './setup';
import { jsonOf, nodeOf } from './workflow';

const setup = setUp({ browserScale: 1 });

/** A value other than the default in every field. */
const ADDITIONAL_FIELDS = { outputQuality: 71, promptUpsampling: false, safetyTolerance: 4, seed: 0 };
const OPTIONS = {
	binaryPropertyOutput: 'picture',
	concurrency: 3,
	delivery: 'direct',
	fileName: 'product-42',
	idempotencyKey: 'row-7',
	includeInputFields: true,
	linkExpiry: '1 hour',
	maxRetries: 1,
	maximumCostPerRun: 5,
	minimumRemainingCredits: 0.5,
	numberOfImages: 2,
	output: 'simplified',
	requestsPerMinute: 600,
	retryUncertain: true,
	timeout: 60,
};
const MAIN_FIELDS = {
	resource: 'image',
	operation: 'generate',
	model: 'flux-1.1-pro',
	prompt: 'A red fox\nin "snow"',
	aspectRatio: 'custom',
	width: 512,
	height: 768,
	outputFormat: 'jpg',
};
const PARAMETERS = { ...MAIN_FIELDS, additionalFields: ADDITIONAL_FIELDS, options: OPTIONS };

/** Returns whether the panel shows a property for these parameters, when the node is not a tool. */
function isShown({ displayOptions: { show = {}, hide = {} } = {} }: INodeProperties): boolean {
	const values: IDataObject = { ...MAIN_FIELDS, ...OPTIONS, '@tool': false };
	const matches = ([name, accepted = []]: [string, unknown]) =>
		(accepted as unknown[]).includes(values[name.replace('/', '')]);
	return Object.entries(show).every(matches) && !Object.entries(hide).some(matches);
}

/** What the panel shows. */
const PROPERTIES = new Segmind().description.properties
	.filter(isShown)
	.filter(({ type }) => type !== 'hidden');
const COLLECTIONS = PROPERTIES.filter(({ type }) => type === 'collection');
const entriesOf = ({ options = [] }: INodeProperties): INodeProperties[] =>
	(options as INodeProperties[]).filter(isShown);
const labelsOf = (fields: readonly INodeProperties[]): string[] => fields.map((field) => field.displayName);

/** Reads a field of the panel: a switch, the value behind the chosen name, or the text. */
async function valueIn({ name, type, options = [] }: INodeProperties): Promise<unknown> {
	const input = setup.editor.input(name);
	if (type === 'boolean') return await input.isChecked();
	const text = await input.inputValue();
	if (type === 'number') return Number(text);
	if (type !== 'options') return text;
	return options
		.map((option) => ('value' in option && option.name === text ? option.value : undefined))
		.find((value) => value !== undefined);
}

async function valuesIn(fields: readonly INodeProperties[]): Promise<Record<string, unknown>> {
	const values: Record<string, unknown> = {};
	for (const field of fields) values[field.name] = await valueIn(field);
	return values;
}

test('an exported workflow, imported again, keeps every parameter and sends the same requests', async () => {
	const { emulator, n8n } = setup;
	const saved = await setup.save([setup.segmind(PARAMETERS)]);
	const { name, nodes, connections, settings } = await n8n.rest('GET', `/workflows/${saved}`);
	const exported = JSON.stringify({ name, nodes, connections, settings });
	const imported = await n8n.import(JSON.parse(exported) as object);
	expect((await n8n.savedNode(imported))?.parameters).toEqual(PARAMETERS);
	for (const workflow of [saved, imported]) {
		// By its key the second one would find what the first has paid for.
		emulator.history.clear();
		expect(jsonOf(await n8n.run(workflow)).map(({ seed }) => seed)).toEqual([0, 1]);
	}
	const bodies = emulator.imageRequests.map(({ body }) => JSON.stringify(body));
	expect(bodies.slice(2).sort()).toEqual(bodies.slice(0, 2).sort());
	expect(emulator.paid).toBe(4);
});

test('the editor shows every saved value and no issue', async () => {
	const { editor } = setup;
	await editor.openNode(await setup.save([setup.segmind(PARAMETERS)]));
	await editor.part('parameter-input-timeout').waitFor();
	const [additional = [], options = []] = COLLECTIONS.map(entriesOf);
	expect(await valuesIn(PROPERTIES.filter(({ type }) => type !== 'collection'))).toEqual(MAIN_FIELDS);
	expect(await valuesIn(additional)).toEqual(ADDITIONAL_FIELDS);
	expect(await valuesIn(options)).toEqual(OPTIONS);
	expect(await editor.part('parameter-issues').count()).toBe(0);
	expect(await editor.part('node-issues').count()).toBe(0);
});

test('the editor marks a missing prompt', async () => {
	const { editor } = setup;
	const workflow = await setup.save([nodeOf('Segmind', 'n8n-nodes-segmind.segmind')]);
	await editor.page.goto(`/workflow/${workflow}`);
	await editor.part('node-issues').hover();
	await editor.page.getByText('Parameter "Prompt" is required').waitFor();
	await editor.openNode(workflow);
	await editor.part('parameter-issues').waitFor();
});

test('the panel shows every field, and offers every entry of its collections', async () => {
	const { editor } = setup;
	await editor.openNode(await setup.save([setup.plainSegmind({ aspectRatio: 'custom' })]));
	const adders = editor.part('collection-parameter-add');
	await adders.last().waitFor();
	const labels = labelsOf(PROPERTIES);
	expect((await editor.labels()).filter((label) => labels.includes(label))).toEqual(labels);
	for (const [index, collection] of COLLECTIONS.entries()) {
		expect(await editor.choicesOf(adders.nth(index))).toEqual(labelsOf(entriesOf(collection)));
	}
});
