import type { IDataObject } from 'n8n-workflow';

import { LIST_PATH } from '../emulator/catalog';
import { Emulator } from '../emulator/emulator';
import { until } from './process';
import { setUp } from './setup';

const setup = setUp({ browserScale: 1 });

const RUN = { resource: 'model', operation: 'run' };

/** Opens a node that runs a model, by default one that was just added. */
async function open(parameters: IDataObject = {}): Promise<void> {
	await setup.editor.openNode(await setup.save([setup.plainSegmind({ ...RUN, ...parameters })]));
}

/** Searches the list of models, and expects these. */
async function search(words: string, ...expected: readonly string[]): Promise<void> {
	const { editor } = setup;
	if (!(await editor.part('rlc-search').isVisible())) await editor.part('rlc-input').first().click();
	await editor.part('rlc-search').fill(words);
	const names = async (): Promise<string> => (await editor.part('rlc-item').allInnerTexts()).join();
	const isFound = async (): Promise<boolean> => (await names()) === expected.join();
	// The assertion below shows the difference when they are not found.
	await until('the list is filtered', isFound, 5000).catch(() => undefined);
	expect(await names()).toBe(expected.join());
}

async function pick(name: string): Promise<void> {
	await setup.editor.part('rlc-item').filter({ hasText: name }).first().click();
}

/** The labels of the inputs, between those of the form and the options. */
async function inputLabels(): Promise<string[]> {
	const labels = await setup.editor.labels();
	return labels.slice(labels.indexOf('Input Fields') + 1, labels.indexOf('Options'));
}

async function expectInputs(...expected: readonly string[]): Promise<void> {
	const areShown = async (): Promise<boolean> => (await inputLabels()).join() === expected.join();
	// The assertion below shows the difference when they are not.
	await until('the inputs are shown', areShown, 5000).catch(() => undefined);
	expect(await inputLabels()).toEqual(expected);
}

/** The fields that are marked as missing or wrong. */
const issues = () => setup.editor.part('mapping-fields-container').getByTestId('parameter-issues');

async function addInput(name: string): Promise<void> {
	const { editor } = setup;
	await editor.part('add-fields-select').getByRole('button').click();
	await editor.page.getByRole('menuitem', { name, exact: true }).click();
}

test('a model is picked from the list, its inputs appear, and it runs; another model has other inputs', async () => {
	const { editor, emulator } = setup;
	await open();
	await search('text image seedream', 'Seedream V3 (Text to Image)');
	await pick('Seedream V3');
	await expectInputs('Prompt');
	await issues().first().waitFor();
	expect(await issues().count()).toBe(1);
	await editor.input('prompt').fill('A red fox');
	await addInput('Size');
	await expectInputs('Prompt', 'Size');
	await editor.choose('size', 'big');
	expect(await issues().count()).toBe(0);
	await editor.part('node-execute-button').click();
	await editor.waitForOutput(/1 result\b.*\$0\.03.*\$9\.97/);
	await (await editor.showImage()).waitFor();
	expect(emulator.imageRequests.map(({ path, body }) => ({ path, body }))).toEqual([
		{
			path: '/v2/seedream-v3-text-to-image',
			body: { prompt: 'A red fox', size: 'big', seed: expect.any(Number) },
		},
	]);
	await search(
		'video',
		// The editor keeps the chosen one in sight.
		'Seedream V3 (Text to Image)',
		'Kling Image2Video (Image to Video)',
		'Lipsync (Video to Video)',
		'Wan Text to Video (Text to Video)',
	);
	await pick('Kling');
	await expectInputs('First Frame (Input Field or URL)');
	expect(emulator.paid).toBe(1);
	for (const { path, headers } of emulator.requests) {
		if (path === LIST_PATH) expect(headers).not.toHaveProperty('x-api-key');
	}
});

test('a model of forty inputs shows the one that it needs and offers the others; deprecated ones are not offered', async () => {
	const { editor } = setup;
	await open();
	await search('retired');
	await editor.page.getByText('No results').waitFor();
	await search('forty', 'Forty Controls (Text to Image)');
	await pick('Forty Controls');
	await expectInputs('Prompt');
	await editor.part('add-fields-select').getByRole('button').click();
	expect(await editor.page.getByRole('menuitem', { name: /^Control \d+/ }).count()).toBe(39);
});

test('a list that cannot be read says what works without it, and By ID works', async () => {
	const { editor, n8n } = setup;
	const emulator = setup.closeLater(await Emulator.start());
	emulator.inject({ on: 'list', status: 500, body: { error: 'down' }, times: -1 });
	const data = { apiKey: emulator.key, baseUrl: emulator.url };
	const segmindApi = await n8n.credential('segmindApi', data, 'Without a list');
	const parameters = { ...RUN, inputMode: 'json', inputJson: '{"prompt":"A red fox"}' };
	const node = { ...setup.plainSegmind(parameters), credentials: { segmindApi } };
	await editor.openNode(await setup.save([node]));
	await editor.part('rlc-input').first().click();
	const error = editor.part('rlc-error-container');
	await error.getByText(/answered with 500/).waitFor();
	await error.getByText(/By ID.*Using JSON/).waitFor();
	await editor.page.keyboard.press('Escape');
	await editor.part('rlc-mode-selector').click();
	await editor.part('mode-id').click();
	await editor.part('rlc-input').first().fill('https://www.segmind.com/models/seedream-v3-text-to-image');
	await editor.page.keyboard.press('Tab');
	await editor.part('parameter-issues').first().waitFor({ state: 'detached' });
	await editor.part('node-execute-button').click();
	await editor.waitForOutput(/1 result\b.*\$0\.03.*\$9\.97/);
	await editor.showImage();
	expect(emulator.paid).toBe(1);
});

test('an ID that nobody has read the inputs of shows them as well', async () => {
	await open({ modelId: { __rl: true, mode: 'id', value: 'steps-and-scale' } });
	await expectInputs('Prompt');
	await addInput('Steps (1 to 50)');
	await expectInputs('Prompt', 'Steps (1 to 50)');
	expect(await setup.editor.input('steps').inputValue()).toBe('20');
});
