/* eslint-disable @n8n/community-nodes/no-restricted-imports -- finds the examples on the disk */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { boxOfCanvas, expectTidyNotes } from './canvas';
import type { Box } from './editor';
import { Editor } from './editor';
import { readExample } from './example';
import { expectKept } from './keptPicture';
import type { Credential } from './n8n';
import { Stand } from './stand';
import { chain, listOf, segmind } from './workflow';

const FOX = 'A red fox asleep in fresh snow, soft morning light';

const EXAMPLES = readdirSync('examples').filter((file) => file.endsWith('.json'));

let stand: Stand;
let editor: Editor;
let credentials: Readonly<Record<string, Credential>>;

beforeAll(async () => {
	stand = await Stand.start();
	const { n8n } = stand;
	const secret = randomUUID();
	credentials = {
		segmindApi: stand.credential,
		httpHeaderAuth: await n8n.credential('httpHeaderAuth', { name: 'Authorization', value: secret }),
		openAiApi: await n8n.credential('openAiApi', { apiKey: secret }),
		s3: await n8n.credential('s3', { endpoint: 'https://s3.example', secretAccessKey: secret }),
		sftp: await n8n.credential('sftp', { host: 'sftp.example', password: secret }),
		telegramApi: await n8n.credential('telegramApi', { accessToken: secret }),
	};
	editor = await Editor.open(n8n, 2);
});
beforeEach(() => stand.emulator.reset());
afterEach(async () => await editor.leave());
afterAll(async () => {
	await editor?.close();
	await stand?.close();
});

/** Marks of fields that are missing or wrong. */
async function expectNoIssues(): Promise<void> {
	for (const mark of ['node-issues', 'node-setup-required', 'parameter-issues']) {
		expect([mark, await editor.part(mark).count()]).toEqual([mark, 0]);
	}
}

test.each(EXAMPLES)('%s is whole on the canvas, and its picture is there', async (file) => {
	const name = file.replace('.json', '');
	await editor.page.setViewportSize({ width: 2560, height: 1400 });
	await editor.openCanvas(await stand.n8n.import(await readExample(name, credentials)));
	const picture = await editor.pictureOf(async () => await boxOfCanvas(editor));
	await expectNoIssues();
	await expectTidyNotes(editor);
	await expectKept(join('examples', 'pictures', `${name}.webp`), picture);
});

/** The form, from its tabs down to its last field. */
async function boxOfForm(): Promise<Box> {
	const { x, width } = await editor.boxOf('node-parameters');
	const top = (await editor.boxOf('node-execute-button')).y - 6;
	const last = await editor.boxOf('collection-parameter-add');
	return { x, y: top, width, height: last.y + last.height + 24 - top };
}

/** The form as far as it is in view, and the output beside it. */
async function boxOfFormAndOutput(): Promise<Box> {
	const { x, y } = await boxOfForm();
	const panel = await editor.boxOf('ndv');
	return { x, y, width: panel.x + panel.width - x, height: panel.y + panel.height - y };
}

test('the panel is filled in', async () => {
	const { credential, n8n } = stand;
	await editor.page.setViewportSize({ width: 1400, height: 960 });
	const node = segmind(credential, { prompt: FOX, aspectRatio: '16:9' });
	await editor.openNode(await n8n.workflow([node], chain('Segmind')));
	await editor.clearSurroundings();
	await expectNoIssues();
	await expectKept('docs/panel.webp', await editor.pictureOf(boxOfForm));
});

/** Opens the node behind a row with a prompt, and runs it. */
async function runRow(): Promise<void> {
	const { credential, n8n } = stand;
	await editor.page.setViewportSize({ width: 1560, height: 634 });
	const node = segmind(credential, { aspectRatio: '16:9', additionalFields: { seed: 1337642576 } });
	await editor.openNode(await n8n.workflow([...listOf(FOX), node], chain('List', 'Rows', 'Segmind')));
	await editor.clearSurroundings();
	await editor.part('node-execute-button').click();
}

test('the result is a picture', async () => {
	await runRow();
	const output = editor.part('output-panel');
	await output.getByText('1 image for $0.05, $9.95 left').first().waitFor();
	await output.getByTestId('radio-button-binary').click();
	await editor.part('ndv-view-binary-data').click();
	await output.locator('img').last().waitFor();
	await expectNoIssues();
	await expectKept('docs/result.webp', await editor.pictureOf(boxOfFormAndOutput));
});

test('a refusal says what happened and what to do', async () => {
	stand.emulator.order({ status: 422, body: { error: 'Blocked by the content filter' } });
	await runRow();
	const output = editor.part('output-panel');
	await output.getByText("raise 'Safety Tolerance'").first().waitFor();
	await output.getByText('From Segmind').click();
	await expectKept('docs/refusal.webp', await editor.pictureOf(boxOfFormAndOutput));
});

test('the credential is tested', async () => {
	await editor.page.setViewportSize({ width: 1200, height: 760 });
	await editor.page.goto(`/home/credentials/${stand.credential.id}`);
	await editor.clearSurroundings();
	await editor
		.part('node-credentials-config-container')
		.getByText('Connection tested successfully')
		.waitFor();
	await expectNoIssues();
	await expectKept(
		'docs/credential.webp',
		await editor.pictureOf(async () => await editor.boxOf('editCredential-modal')),
	);
});
