import type { INode } from 'n8n-workflow';

import { MediaLibrary } from './receivers/mediaLibrary';
import { digestOf, paidPicture } from './receivers/pictures';
import { setUp } from './setup';
import { chain, jsonOf, nodeOf, outputOf, rowsOf, TRIGGER } from './workflow';

const setup = setUp({ emulator: { credits: 100 } });

const NEXT = nodeOf('Next', 'n8n-nodes-base.noOp');

test('a sheet without rows sends nothing, and the next node does not run', async () => {
	const execution = await setup.run([...setup.rows([]), NEXT]);
	expect(execution.status).toBe('success');
	expect(Object.keys(execution.data.resultData.runData)).toEqual([TRIGGER, 'List', 'Rows']);
	expect(setup.emulator.requests).toEqual([]);
});

test('the empty item of Always Output Data becomes an error, and nothing is sent', async () => {
	const rows = rowsOf().map((node) => ({ ...node, alwaysOutputData: true }));
	const execution = await setup.run([...rows, setup.segmind({}, { onError: 'continueRegularOutput' })]);
	const [item] = jsonOf(execution);
	expect(item).toMatchObject({ error: expect.stringContaining("'Prompt'"), details: { billed: 'no' } });
	expect(setup.emulator.requests).toEqual([]);
});

test.each([
	{ kept: false, field: 'note', files: { data: 'image/webp' } },
	{ kept: true, field: 'note', files: { note: 'text/plain', data: 'image/webp' } },
	{ kept: true, field: 'data', files: { data: 'image/webp' } },
])(
	'Include Input Fields $kept: an item with a file in "$field" comes out with $files',
	async ({ kept, field, files }) => {
		const toFile = { operation: 'toText', sourceProperty: 'prompt', binaryPropertyName: field, options: {} };
		const toText = { operation: 'text', binaryPropertyName: 'note', destinationKey: 'text', options: {} };
		const execution = await setup.run([
			...rowsOf('words of a note'),
			nodeOf('File', 'n8n-nodes-base.convertToFile', toFile, { typeVersion: 1.1 }),
			setup.segmind({ prompt: 'a fox', options: { includeInputFields: kept } }),
			nodeOf('Read', 'n8n-nodes-base.extractFromFile', toText, { onError: 'continueRegularOutput' }),
		]);
		const [item] = outputOf(execution);
		const types = Object.entries(item?.binary ?? {}).map(([name, { mimeType }]) => [name, mimeType]);
		expect(Object.fromEntries(types)).toEqual(files);
		const [read] = jsonOf(execution, 'Read');
		expect(read?.text).toBe('note' in files ? 'words of a note' : undefined);
	},
);

test('500 rows become 500 images, each once and in order, at most 20 at a time', async () => {
	const { emulator } = setup;
	const prompts = Array.from({ length: 500 }, (_, row) => `picture of row ${row % 250}`);
	const execution = await setup.run([...setup.rows(prompts, { options: { concurrency: 20 } }), NEXT]);
	const items = outputOf(execution, 'Next');
	expect(items.map(({ json }) => json.prompt)).toEqual(prompts);
	expect(new Set(items.map(({ json }) => json.fileName)).size).toBe(500);
	expect(new Set(items.map(({ binary }) => binary?.data?.id)).size).toBe(500);
	expect(emulator.imageRequests.map(({ body }) => body.prompt).sort()).toEqual([...prompts].sort());
	expect(emulator.maxInFlight).toBeLessThanOrEqual(20);
	expect(emulator.paid).toBe(500);
});

test('pinned data replaces a run of the node, and nothing is sent', async () => {
	const pinned = { prompt: 'a pinned fox', fileName: 'fox.webp' };
	const execution = await setup.run([setup.segmind(), NEXT], { pinData: { Segmind: [{ json: pinned }] } });
	expect(jsonOf(execution, 'Next')).toEqual([pinned]);
	expect(setup.emulator.requests).toEqual([]);
});

test.each([
	['10,000 characters', 'A fox. '.repeat(1428) + 'Snow'],
	['emoji', '🦊 in ❄️ with 👩‍👩‍👧‍👦 and 🇫🇷'],
	['right-to-left text', 'ثعلب أحمر في الثلج, שועל אדום'],
	['quotes, line breaks and backslashes', 'A "fox",\nit\'s `red`\r\n\tC:\\snow\\new /etc/passwd ../..'],
	['the syntax of expressions', '{{ $json.prompt }} ${fox} <b>fox</b> %20 &amp; $& \\u0041'],
])('a prompt with %s arrives unchanged, from a row and from the field', async (_, prompt) => {
	const typed = setup.segmind({ prompt }, { id: 'Typed', name: 'Typed' });
	const execution = await setup.run([...setup.rows([prompt]), typed]);
	expect(setup.emulator.imageRequests.map(({ body }) => body.prompt)).toEqual([prompt, prompt]);
	for (const { json, binary } of [...outputOf(execution), ...outputOf(execution, 'Typed')]) {
		expect(json.prompt).toBe(prompt);
		expect(json.fileName).toMatch(/^[\p{L}\p{M}\p{N}-]+-\d+\.webp$/u);
		expect(Buffer.byteLength(String(json.fileName))).toBeLessThan(256);
		expect(binary?.data?.fileName).toBe(json.fileName);
	}
});

test.each([
	['Cyrillic', 'лиса', /^лиса-\d+\.webp$/],
	['Thai', 'จิ้งจอก', /^จิ้งจอก-\d+\.webp$/],
])('a %s file name arrives in a header of the next node only when it is encoded', async (_, prompt, name) => {
	const library = setup.closeLater(await new MediaLibrary().start());
	const upload = (node: string, value: string): INode => {
		const header = { name: 'Content-Disposition', value: `=attachment; ${value}` };
		const headers = { sendHeaders: true, headerParameters: { parameters: [header] } };
		const body = { sendBody: true, contentType: 'binaryData', inputDataFieldName: 'data' };
		const parameters = { method: 'POST', url: `${library.origin}/${node}`, ...headers, ...body, options: {} };
		return nodeOf(node, 'n8n-nodes-base.httpRequest', parameters, { typeVersion: 4.2 });
	};
	const segmind = setup.segmind({ prompt });
	const uploads = [
		upload('Plain', 'filename="{{ $binary.data.fileName }}"'),
		upload('Encoded', "filename*=UTF-8''{{ encodeURIComponent($binary.data.fileName) }}"),
	];
	const toBoth = uploads.map(({ name: node }) => ({ node, type: 'main' as const, index: 0 }));
	const connections = { ...chain([segmind]), Segmind: { main: [toBoth] } };
	const execution = await setup.run([segmind, ...uploads], { connections });
	expect(execution.status).toBe('success');
	const [image] = jsonOf(execution);
	const [plain, encoded] = ['/Plain', '/Encoded'].map((path) => library.uploads.get(path));
	// n8n drops the letters that a header can't hold.
	expect(plain?.name).toMatch(/^-\d+\.webp$/);
	expect(encoded?.name).toMatch(name);
	expect(encoded?.name).toBe(image?.fileName);
	expect(digestOf(encoded?.bytes)).toBe(digestOf(await paidPicture(setup.emulator, image?.seed)));
});
