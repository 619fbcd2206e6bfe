import type { IDataObject, INode } from 'n8n-workflow';
import sharp from 'sharp';

import { until } from './process';
import { setUp } from './setup';
import { jsonOf, outputOf, rowsOf } from './workflow';

const setup = setUp({ browserScale: 1 });

const named = (name: string, node: INode): INode => ({ ...node, name, id: name });

/** Generate makes a picture, and Edit changes it. */
const generateThenEdit = (parameters: IDataObject): INode[] => [
	...rowsOf('a red fox'),
	named('Generate', setup.segmind({ outputFormat: 'png' })),
	setup.plainSegmind({ resource: 'image', operation: 'edit', prompt: 'Give it a hat', ...parameters }),
];

test.each([
	['the file that Generate stored', {}, 1],
	['the link of a queued image', { inputImage: '={{ $json.imageUrl }}' }, 0],
])('Edit changes %s', async (_, parameters, uploads) => {
	const nodes = generateThenEdit(parameters);
	const queued = nodes.map((node) =>
		node.name === 'Generate'
			? { ...node, parameters: { ...node.parameters, options: { delivery: 'queued' } } }
			: node,
	);
	const execution = await setup.run(queued);
	expect(execution.status).toBe('success');
	const [edited] = outputOf(execution);
	expect(edited?.json).toMatchObject({ model: 'flux-kontext-pro', width: 256, height: 256, format: 'png' });
	const [before] = outputOf(execution, 'Generate');
	const bytes = await setup.storedFile(edited!);
	expect((await sharp(bytes).metadata()).width).toBe(256);
	expect(bytes.equals(await setup.storedFile(before!))).toBe(false);
	expect(setup.emulator.uploadRequests).toHaveLength(uploads);
	expect(setup.emulator.paid).toBe(2);
});

test('Upload returns an address, and the next node edits what is there', async () => {
	const { emulator } = setup;
	const upload = named('Upload', setup.plainSegmind({ resource: 'file', operation: 'upload' }));
	const [rows, split, generate, edit] = generateThenEdit({ inputImage: '={{ $json.url }}' });
	const execution = await setup.run([rows!, split!, generate!, upload, edit!]);
	expect(jsonOf(execution, 'Upload')).toEqual([
		{
			url: expect.stringMatching(new RegExp(`^${emulator.url}/assets/`)) as string,
			...{ fileName: expect.stringMatching(/^a-red-fox-\d+\.png$/) as string, mimeType: 'image/png' },
			fileSize: emulator.assets[0]?.bytes.length,
		},
	]);
	expect(jsonOf(execution)[0]).toMatchObject({ model: 'flux-kontext-pro', prompt: 'Give it a hat' });
	expect(emulator.uploadRequests).toHaveLength(1);
});

test('a run that n8n retries uploads and pays for nothing again', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ prompt: 'hat', status: 400, body: { error: 'not today' } });
	const failed = await setup.run(generateThenEdit({}));
	expect(failed.status).toBe('error');
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	expect(emulator.uploadRequests).toHaveLength(1);
	expect(emulator.paid).toBe(2);
});

test('the panel shows the fields of Edit and of Upload, with defaults that run', async () => {
	const { editor } = setup;
	const parameters = { resource: 'image', operation: 'edit', prompt: 'a hat' };
	await editor.openNode(await setup.save([setup.plainSegmind(parameters)]));
	const fields = ['Resource', 'Operation', 'Model', 'Prompt', 'Input Image', 'Aspect Ratio', 'Output Format'];
	const labels = async (): Promise<string[]> => (await editor.labels()).slice(0, fields.length);
	await until('the panel shows Edit', async () => (await labels()).join() === fields.join(), 5000).catch(
		() => undefined,
	);
	expect(await labels()).toEqual(fields);
	expect(await editor.input('inputImage').inputValue()).toBe('data');
	expect(await editor.part('parameter-issues').count()).toBe(0);
	const shapes = await editor.choicesOf(editor.input('aspectRatio'));
	expect(shapes).toContain('Match Input Image');
	expect(shapes).toHaveLength(14);
	await editor.choose('resource', 'File');
	expect((await editor.labels()).slice(0, 3)).toEqual(['Resource', 'Operation', 'Input Data Field Name']);
});
