import { setUp } from './setup';
import { jsonOf, nodeOf, outputOf, rowsOf, TRIGGER } from './workflow';

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
