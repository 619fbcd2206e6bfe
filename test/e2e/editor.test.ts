import type { Browser, Locator, Page } from 'playwright-core';
import { chromium, selectors } from 'playwright-core';

import { Emulator } from '../emulator/emulator';
import type { N8n } from './n8n';
import { chain, nodeOf, OWNER } from './n8n';
import { places, startN8n } from './start';

let emulator: Emulator;
let n8n: N8n;
let browser: Browser;
let page: Page;

const CHROMIUM_ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const part = (id: string): Locator => page.getByTestId(id);

beforeAll(async () => {
	selectors.setTestIdAttribute('data-test-id');
	emulator = await Emulator.start();
	n8n = await startN8n();
	browser = await chromium.launch({ executablePath: places.CHROMIUM, args: CHROMIUM_ARGUMENTS });
	page = await browser.newPage({ baseURL: n8n.url, viewport: { width: 1400, height: 1000 } });
	page.setDefaultTimeout(20_000);
	await page.goto('/signin');
	await page.fill('input[name="emailOrLdapLoginId"]', OWNER.email);
	await page.fill('input[name="password"]', OWNER.password);
	await part('form-submit-button').click();
	await page.waitForURL((url) => !url.pathname.includes('signin'));
});
beforeEach(() => emulator.reset());
// A page that is closed at once keeps the editor's lock on its workflow for a while.
afterEach(async () => await page.goto('about:blank'));
afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
	await emulator?.close();
});

async function openNode(workflow: string): Promise<void> {
	await page.goto(`/workflow/${workflow}`);
	await page.locator('[data-test-id="canvas-node"][data-node-name="Segmind"]').dblclick();
	await part('node-parameters').waitFor();
}

async function workflowWith(prompt: string): Promise<string> {
	const credential = await n8n.credential({ apiKey: emulator.key, baseUrl: emulator.url });
	return await n8n.workflow(
		[nodeOf('Segmind', 'n8n-nodes-segmind.segmind', { prompt }, { credentials: { segmindApi: credential } })],
		chain('Segmind'),
	);
}

test('the credential is tested where it is entered, and a refused key is told in plain words', async () => {
	await page.goto('/home/credentials/create');
	await part('new-credential-type-select').locator('input').fill('segmind');
	await page.locator('[data-test-id="new-credential-type-select-option"]:visible').first().click();
	await part('new-credential-type-button').click();
	const config = part('node-credentials-config-container');
	const save = async (key: string, baseUrl: string): Promise<void> => {
		await part('parameter-input-apiKey').locator('input').fill(key);
		await part('parameter-input-baseUrl').locator('input').fill(baseUrl);
		await part('credential-save-button').click();
	};
	await save('not-a-key', emulator.url);
	await config.getByText('Couldn’t connect').waitFor();
	await page.getByText('More details').click();
	await config.getByText('Paste a key from the API keys page').waitFor();
	await save(emulator.key, emulator.url);
	await config.getByText('Connection tested successfully').waitFor();
	expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/get-user-credits', '/v1/get-user-credits']);
});

test('the node makes a picture that the panel shows, with hints about the money', async () => {
	await openNode(await workflowWith('A red fox'));
	await part('node-execute-button').click();
	const output = part('output-panel');
	await output.getByText('1 image for $0.05, $9.95 left').first().waitFor();
	await output.getByTestId('radio-button-binary').click();
	await part('ndv-view-binary-data').click();
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
	await openNode(await workflowWith('A red fox'));
	expect(await part('parameter-input-width').count()).toBe(0);
	await part('parameter-input-aspectRatio').locator('input').click();
	await page.locator('.el-select-dropdown__item:visible').filter({ hasText: 'Custom' }).click();
	await part('parameter-input-width').waitFor();
	expect(await part('parameter-input-height').count()).toBe(1);
});

test('a refusal shows what happened and what to do', async () => {
	emulator.order({ status: 422, body: { error: 'Blocked by the content filter' } });
	await openNode(await workflowWith('A red fox'));
	await part('node-execute-button').click();
	const output = part('output-panel');
	await output.getByText('The content filter did not let the request pass (422)').first().waitFor();
	await output.getByText("raise 'Safety Tolerance'").first().waitFor();
});

test.each(['segmind', 'flux', 'text to image', 'ai image'])(
	'the node panel finds it by "%s"',
	async (words) => {
		await page.goto(`/workflow/${await workflowWith('A red fox')}`);
		await part('node-creator-plus-button').first().click();
		await part('node-creator-search-bar').fill(words);
		await page
			.locator('[data-test-id="item-iterator-item"]:visible')
			.filter({ hasText: 'Make images from text with Flux 1.1 Pro' })
			.first()
			.waitFor();
	},
);
