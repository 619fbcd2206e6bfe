import { setUp } from './setup';
import { MODERATED } from './workflow';

const setup = setUp({ browserScale: 1 });

const save = async (prompt: string): Promise<string> =>
	await setup.save([setup.segmind({ prompt, aspectRatio: '1:1' })]);

/** Opens the node and runs it. */
async function runNode(prompt: string): Promise<void> {
	await setup.editor.openNode(await save(prompt));
	await setup.editor.part('node-execute-button').click();
}

test('the credential is tested where it is entered, and a wrong key is explained', async () => {
	const { editor, emulator } = setup;
	await editor.page.goto('/home/credentials/create');
	await editor.part('new-credential-type-select').locator('input').fill('segmind');
	await editor.page.locator('[data-test-id="new-credential-type-select-option"]:visible').first().click();
	await editor.part('new-credential-type-button').click();
	const config = editor.part('node-credentials-config-container');
	const save = async (key: string): Promise<void> => {
		await editor.input('apiKey').fill(key);
		await editor.input('baseUrl').fill(emulator.url);
		await editor.part('credential-save-button').click();
	};
	await save('not-a-key');
	await config.getByText('Couldn’t connect').waitFor();
	await editor.page.getByText('More details').click();
	await config.getByText(/API keys? page/i).waitFor();
	await save(emulator.key);
	await config.getByText('Connection tested successfully').waitFor();
	expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/get-user-credits', '/v1/get-user-credits']);
});

test('the output panel shows the image, and a hint with the cost and the remaining credits', async () => {
	await runNode('A red fox');
	await setup.editor.waitForOutput(/1 image\b.*\$0\.05.*\$9\.95/);
	const image = await setup.editor.showImage();
	const width = await image.evaluate(async (element) => {
		// The browser's types are not those of Node.
		const picture = element as unknown as { decode(): Promise<void>; readonly naturalWidth: number };
		await picture.decode();
		return picture.naturalWidth;
	});
	expect(width).toBe(1024);
});

test('Width and Height are shown for Custom only', async () => {
	const { editor } = setup;
	await editor.openNode(await save('A red fox'));
	expect(await editor.part('parameter-input-width').count()).toBe(0);
	await editor.choose('aspectRatio', 'Custom');
	await editor.part('parameter-input-width').waitFor();
	expect(await editor.part('parameter-input-height').count()).toBe(1);
});

/** Markup that would change the page if it were more than text. */
const MARKUP =
	'<img src=x onerror="window.taken = 1"><script>window.taken = 1</script><a href="javascript:window.taken=1">here</a>';

test.each([
	['shows what happened and what to do', ''],
	['shows markup from Segmind and from a prompt as text, and runs none of it', MARKUP],
])('an error %s', async (_, markup) => {
	const { editor, emulator } = setup;
	emulator.inject({ ...MODERATED, body: { error: `Blocked by the content filter ${markup}` } });
	await runNode(`a fox ${markup}`);
	await editor.waitForOutput(/\(422\)/);
	await editor.waitForOutput("'Safety Tolerance'");
	await editor.waitForOutput('Blocked by the content filter');
	expect(await editor.output.locator('img[src="x"], script, a[href^="javascript:"]').count()).toBe(0);
	expect(await editor.page.evaluate('window.taken')).toBeUndefined();
});

test.each(['segmind', 'flux', 'text to image', 'ai image'])(
	'the node panel finds the node by "%s"',
	async (words) => {
		const { editor } = setup;
		await editor.page.goto(`/workflow/${await save('A red fox')}`);
		await editor.part('node-creator-plus-button').first().click();
		await editor.part('node-creator-search-bar').fill(words);
		const found = editor.page.locator('[data-test-id="item-iterator-item"]:visible');
		await found.filter({ hasText: 'Segmind' }).first().waitFor();
	},
);
