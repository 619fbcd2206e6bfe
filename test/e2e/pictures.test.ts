/* eslint-disable @n8n/community-nodes/no-restricted-imports -- finds the examples on the disk */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { boxOfCanvas, expectTidyNotes } from './canvas';
import type { Box } from './editor';
import { readExample } from './example';
import { expectKept } from './keptPicture';
import type { Credential } from './n8n';
import { setUp } from './setup';
import { MODERATED } from './workflow';

const FOX = 'A red fox asleep in fresh snow, soft morning light';

const EXAMPLES = readdirSync('examples').filter((file) => file.endsWith('.json'));

const setup = setUp({ browserScale: 2 });
let credentials: Readonly<Record<string, Credential>>;

beforeAll(async () => {
	const { credential, n8n } = setup;
	const secret = randomUUID();
	credentials = {
		segmindApi: credential,
		httpHeaderAuth: await n8n.credential('httpHeaderAuth', { name: 'Authorization', value: secret }),
		httpBasicAuth: await n8n.credential('httpBasicAuth', { user: 'editor', password: secret }),
		openAiApi: await n8n.credential('openAiApi', { apiKey: secret }),
		s3: await n8n.credential('s3', { endpoint: 'https://s3.example', secretAccessKey: secret }),
		sftp: await n8n.credential('sftp', { host: 'sftp.example', password: secret }),
		telegramApi: await n8n.credential('telegramApi', { accessToken: secret }),
	};
});

/** Expects no marks of missing or wrong fields. */
async function expectNoIssues(): Promise<void> {
	const { editor } = setup;
	for (const mark of ['node-issues', 'node-setup-required', 'parameter-issues']) {
		expect([mark, await editor.part(mark).count()]).toEqual([mark, 0]);
	}
}

/** Expects the kept picture to fit a screenshot of this part of the page. */
async function expectScreenshot(file: string, clip: () => Promise<Box>): Promise<void> {
	await expectKept(file, await setup.editor.screenshot(clip));
}

test.each(EXAMPLES)('%s has tidy notes and no issues on the canvas, and its picture fits', async (file) => {
	const { editor, n8n } = setup;
	const name = file.replace('.json', '');
	await editor.page.setViewportSize({ width: 2560, height: 1400 });
	await editor.openCanvas(await n8n.import(await readExample(name, credentials)));
	const picture = await editor.screenshot(async () => await boxOfCanvas(editor));
	await expectNoIssues();
	await expectTidyNotes(editor);
	await expectKept(join('examples', 'pictures', `${name}.webp`), picture);
});

/** The form, from its tabs to its last field. */
async function boxOfForm(): Promise<Box> {
	const { editor } = setup;
	const { x, width } = await editor.boxOf('node-parameters');
	const top = (await editor.boxOf('node-execute-button')).y - 6;
	const last = await editor.boxOf('collection-parameter-add');
	return { x, y: top, width, height: last.y + last.height + 24 - top };
}

/** The visible part of the form, and the output panel. */
async function boxOfFormAndOutput(): Promise<Box> {
	const { x, y } = await boxOfForm();
	const panel = await setup.editor.boxOf('ndv');
	return { x, y, width: panel.x + panel.width - x, height: panel.y + panel.height - y };
}

test('the panel with its parameters', async () => {
	const { editor } = setup;
	await editor.page.setViewportSize({ width: 1400, height: 960 });
	await editor.openNode(await setup.save([setup.segmind({ prompt: FOX, aspectRatio: '16:9' })]));
	await editor.hideSurroundings();
	await expectNoIssues();
	await expectScreenshot('docs/panel.webp', boxOfForm);
});

/** Opens the node behind a row with a prompt, and runs it. */
async function runRow(): Promise<void> {
	const { editor } = setup;
	await editor.page.setViewportSize({ width: 1560, height: 634 });
	const parameters = { aspectRatio: '16:9', additionalFields: { seed: 1337642576 } };
	await editor.openNode(await setup.save(setup.rows([FOX], parameters)));
	await editor.hideSurroundings();
	await editor.part('node-execute-button').click();
}

test('the output panel with an image', async () => {
	const { editor } = setup;
	await runRow();
	await editor.waitForOutput(/1 image\b.*\$0\.05.*\$9\.95/);
	await editor.showImage();
	await expectNoIssues();
	await expectScreenshot('docs/result.webp', boxOfFormAndOutput);
});

test('the output panel with an error', async () => {
	const { editor, emulator } = setup;
	emulator.inject(MODERATED);
	await runRow();
	await editor.waitForOutput("'Safety Tolerance'");
	await editor.output.getByText('From Segmind').click();
	await expectScreenshot('docs/error.webp', boxOfFormAndOutput);
});

test('the credential after its test', async () => {
	const { credential, editor } = setup;
	await editor.page.setViewportSize({ width: 1200, height: 760 });
	await editor.page.goto(`/home/credentials/${credential.id}`);
	await editor.hideSurroundings();
	const config = editor.part('node-credentials-config-container');
	await config.getByText('Connection tested successfully').waitFor();
	await expectNoIssues();
	await expectScreenshot('docs/credential.webp', async () => await editor.boxOf('editCredential-modal'));
});
