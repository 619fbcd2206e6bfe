import { Editor } from './editor';
import { Stand } from './stand';
import { chain, segmind } from './workflow';

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

async function workflowWith(prompt: string): Promise<string> {
	const { credential, n8n } = stand;
	return await n8n.workflow([segmind(credential, { prompt, aspectRatio: '1:1' })], chain('Segmind'));
}

test('the credential is tested where it is entered, and a refused key is told in plain words', async () => {
	await editor.page.goto('/home/credentials/create');
	await editor.part('new-credential-type-select').locator('input').fill('segmind');
	await editor.page.locator('[data-test-id="new-credential-type-select-option"]:visible').first().click();
	await editor.part('new-credential-type-button').click();
	const config = editor.part('node-credentials-config-container');
	const save = async (key: string, baseUrl: string): Promise<void> => {
		await editor.part('parameter-input-apiKey').locator('input').fill(key);
		await editor.part('parameter-input-baseUrl').locator('input').fill(baseUrl);
		await editor.part('credential-save-button').click();
	};
	await save('not-a-key', stand.emulator.url);
	await config.getByText('Couldn’t connect').waitFor();
	await editor.page.getByText('More details').click();
	await config.getByText('Paste a key from the API keys page').waitFor();
	await save(stand.emulator.key, stand.emulator.url);
	await config.getByText('Connection tested successfully').waitFor();
	expect(stand.emulator.requests.map(({ path }) => path)).toEqual([
		'/v1/get-user-credits',
		'/v1/get-user-credits',
	]);
});

test('the node makes a picture that the panel shows, with hints about the money', async () => {
	await editor.openNode(await workflowWith('A red fox'));
	await editor.part('node-execute-button').click();
	const output = editor.part('output-panel');
	await output.getByText('1 image for $0.05, $9.95 left').first().waitFor();
	await output.getByTestId('radio-button-binary').click();
	await editor.part('ndv-view-binary-data').click();
	const picture = output.locator('img').last();
	await picture.waitFor();
	const width = await picture.evaluate(async (element) => {
		// The browser's types are not those of Node.
		const image = element as unknown as { decode(): Promise<void>; readonly naturalWidth: number };
		await image.decode();
		return image.naturalWidth;
	});
	expect(width).toBe(1024);
});

test('Width and Height are there for Custom only', async () => {
	await editor.openNode(await workflowWith('A red fox'));
	expect(await editor.part('parameter-input-width').count()).toBe(0);
	await editor.part('parameter-input-aspectRatio').locator('input').click();
	await editor.page.locator('.el-select-dropdown__item:visible').filter({ hasText: 'Custom' }).click();
	await editor.part('parameter-input-width').waitFor();
	expect(await editor.part('parameter-input-height').count()).toBe(1);
});

test('a refusal shows what happened and what to do', async () => {
	stand.emulator.order({ status: 422, body: { error: 'Blocked by the content filter' } });
	await editor.openNode(await workflowWith('A red fox'));
	await editor.part('node-execute-button').click();
	const output = editor.part('output-panel');
	await output.getByText('The content filter did not let the request pass (422)').first().waitFor();
	await output.getByText("raise 'Safety Tolerance'").first().waitFor();
});

test.each(['segmind', 'flux', 'text to image', 'ai image'])(
	'the node panel finds it by "%s"',
	async (words) => {
		await editor.page.goto(`/workflow/${await workflowWith('A red fox')}`);
		await editor.part('node-creator-plus-button').first().click();
		await editor.part('node-creator-search-bar').fill(words);
		await editor.page
			.locator('[data-test-id="item-iterator-item"]:visible')
			.filter({ hasText: 'Make images from text with Flux 1.1 Pro' })
			.first()
			.waitFor();
	},
);
