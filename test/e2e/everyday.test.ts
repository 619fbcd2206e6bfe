import type { INode } from 'n8n-workflow';

import { Stand } from './stand';
import { chain, listOf, nodeOf, outputOf, segmind, TRIGGER } from './workflow';

let stand: Stand;

beforeAll(async () => {
	stand = await Stand.start({}, { credits: 100 });
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

const NEXT = nodeOf('Next', 'n8n-nodes-base.noOp', {});

test('a sheet without rows sends nothing, and the next node does not run', async () => {
	const { credential, emulator, n8n } = stand;
	const nodes = [...listOf(), segmind(credential), NEXT];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind', 'Next')));
	expect(execution.status).toBe('success');
	expect(Object.keys(execution.data.resultData.runData)).toEqual([TRIGGER, 'List', 'Rows']);
	expect(emulator.requests).toEqual([]);
});

test('an empty item, as Always Output Data makes one, is refused before anything is sent', async () => {
	const { credential, emulator, n8n } = stand;
	const rows = listOf().map((node) => ({ ...node, alwaysOutputData: true }));
	const nodes = [...rows, segmind(credential, {}, { onError: 'continueRegularOutput' })];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind')));
	expect(outputOf(execution)[0]?.json).toMatchObject({ error: "'Prompt' is empty" });
	expect(emulator.requests).toEqual([]);
});

test.each([
	{ kept: false, field: 'note', files: { data: 'image/webp' } },
	{ kept: true, field: 'note', files: { note: 'text/plain', data: 'image/webp' } },
	{ kept: true, field: 'data', files: { data: 'image/webp' } },
])(
	'of an input file in "$field" and the image, with Include Input Fields $kept, $files are there',
	async ({ kept, field, files }) => {
		const { credential, n8n } = stand;
		const file = nodeOf(
			'File',
			'n8n-nodes-base.convertToFile',
			{ operation: 'toText', sourceProperty: 'prompt', binaryPropertyName: field, options: {} },
			{ typeVersion: 1.1 },
		);
		const read = nodeOf(
			'Read',
			'n8n-nodes-base.extractFromFile',
			{ operation: 'text', binaryPropertyName: 'note', destinationKey: 'text', options: {} },
			{ typeVersion: 1, onError: 'continueRegularOutput' },
		);
		const image = segmind(credential, { prompt: 'a fox', options: { includeInputFields: kept } });
		const execution = await n8n.run(
			await n8n.workflow(
				[...listOf('words of a note'), file, image, read],
				chain('List', 'Rows', 'File', 'Segmind', 'Read'),
			),
		);
		const [item] = outputOf(execution);
		const types = Object.entries(item?.binary ?? {}).map(([name, { mimeType }]) => [name, mimeType]);
		expect(Object.fromEntries(types)).toEqual(files);
		const text = outputOf(execution, 'Read')[0]?.json.text;
		expect(text).toBe('note' in files ? 'words of a note' : undefined);
	},
);

test('500 rows become 500 images, each once and in order, 20 at once', async () => {
	const { credential, emulator, n8n } = stand;
	const prompts = Array.from({ length: 500 }, (_, row) => `picture of row ${row % 250}`);
	const nodes = [...listOf(...prompts), segmind(credential, { options: { concurrency: 20 } }), NEXT];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind', 'Next')));
	const items = outputOf(execution, 'Next');
	expect(items.map(({ json }) => json.prompt)).toEqual(prompts);
	expect(new Set(items.map(({ json }) => json.fileName)).size).toBe(500);
	expect(new Set(items.map(({ binary }) => binary?.data?.id)).size).toBe(500);
	expect(emulator.imageRequests.map(({ body }) => body.prompt).sort()).toEqual([...prompts].sort());
	expect(emulator.maxInFlight).toBeLessThanOrEqual(20);
	expect(emulator.paid).toBe(500);
});

test('pinned data stands in for the node, and nothing is sent', async () => {
	const { credential, emulator, n8n } = stand;
	const pinned = { prompt: 'a pinned fox', fileName: 'fox.webp' };
	const workflow = await n8n.import({
		name: 'Pinned',
		nodes: [nodeOf(TRIGGER, 'n8n-nodes-base.manualTrigger', {}), segmind(credential), NEXT],
		connections: chain('Segmind', 'Next'),
		settings: { executionOrder: 'v1' },
		pinData: { Segmind: [{ json: pinned }] },
	});
	const execution = await n8n.run(workflow);
	expect(outputOf(execution, 'Next').map(({ json }) => json)).toEqual([pinned]);
	expect(emulator.requests).toEqual([]);
});

const PROMPTS: Readonly<Record<string, string>> = {
	'10,000 characters': 'A fox. '.repeat(1428) + 'Snow',
	emoji: '🦊 in ❄️ with 👩‍👩‍👧‍👦 and 🇫🇷',
	'right-to-left text': 'ثعلب أحمر في الثلج, שועל אדום',
	'quotes, lines and backslashes': 'A "fox",\nit\'s `red`\r\n\tC:\\snow\\new /etc/passwd ../..',
	'signs of expressions': '{{ $json.prompt }} ${fox} <b>fox</b> %20 &amp; $& \\u0041',
};

test.each(Object.entries(PROMPTS))(
	'a prompt with %s arrives as entered, from a row and from the field',
	async (_, prompt) => {
		const { credential, emulator, n8n } = stand;
		const typed: INode = segmind(credential, { prompt }, { id: 'Typed', name: 'Typed' });
		const nodes = [...listOf(prompt), segmind(credential), typed];
		const execution = await n8n.run(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind', 'Typed')));
		expect(emulator.imageRequests.map(({ body }) => body.prompt)).toEqual([prompt, prompt]);
		for (const { json, binary } of [...outputOf(execution), ...outputOf(execution, 'Typed')]) {
			expect(json.prompt).toBe(prompt);
			expect(json.fileName).toMatch(/^[\p{L}\p{M}\p{N}-]+-\d+\.webp$/u);
			expect(Buffer.byteLength(String(json.fileName))).toBeLessThan(256);
			expect(binary?.data?.fileName).toBe(json.fileName);
		}
	},
);
