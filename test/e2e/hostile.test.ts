import { Editor } from './editor';
import { Stand } from './stand';
import { chain, segmind } from './workflow';

let stand: Stand;
let editor: Editor;

beforeAll(async () => {
	stand = await Stand.start();
	editor = await Editor.open(stand.n8n);
});
afterAll(async () => {
	await editor?.leave();
	await editor?.close();
	await stand?.close();
});

/** Markup that would leave a trace on the page if it were more than text. */
const MARKUP =
	'<img src=x onerror="window.taken = 1"><script>window.taken = 1</script><a href="javascript:window.taken=1">here</a>';

test('markup in the words of Segmind and in a prompt is text in the editor, and runs nothing', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ status: 422, body: { error: `Blocked by the filter ${MARKUP}` } });
	await editor.openNode(
		await n8n.workflow([segmind(credential, { prompt: `a fox ${MARKUP}` })], chain('Segmind')),
	);
	await editor.part('node-execute-button').click();
	const output = editor.part('output-panel');
	await output.getByText('The content filter did not let the request pass (422)').first().waitFor();
	await output.getByText("raise 'Safety Tolerance'").first().waitFor();
	await output.getByText('Blocked by the filter').first().waitFor();
	expect(await output.locator('img[src="x"], script, a[href^="javascript:"]').count()).toBe(0);
	expect(await editor.page.evaluate('window.taken')).toBeUndefined();
});
