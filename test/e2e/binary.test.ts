/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at the files that a real n8n wrote */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';

import { MEDIA_TYPES } from '../emulator/published';
import type { Execution } from './n8n';
import { paidPicture } from './receivers/pictures';
import type { Setup } from './setup';
import { setUp } from './setup';
import { hintsOf, nodeOf, outputOf } from './workflow';

/** Where others reach this n8n. */
const PUBLIC_URL = 'https://n8n.example';

/** Sets up an n8n that keeps files in this mode. */
function setUpMode(mode: string) {
	const environment = { N8N_DEFAULT_BINARY_DATA_MODE: mode, WEBHOOK_URL: PUBLIC_URL };
	const setup = setUp({ environment });
	const pathOf = (name: string): string => join(setup.filesFolder, name);
	return {
		setup,
		flux: (outputFormat: string, options: IDataObject = {}, name = 'Segmind'): INode =>
			setup.segmind({ prompt: 'a fox', outputFormat, options }, { id: name, name }),
		/** A node of n8n that reads the file of a field, and writes it to a file with its own name. */
		writer: (name: string, field: string): INode => {
			const parameters = { operation: 'write', fileName: pathOf(name), dataPropertyName: field };
			return nodeOf(name, 'n8n-nodes-base.readWriteFile', parameters, { typeVersion: 1.1 });
		},
		written: async (name: string): Promise<Buffer> => await readFile(pathOf(name)),
	};
}

/** The only item of a node, with the picture that was paid for. */
async function imageOf({ emulator }: Setup, execution: Execution, node = 'Segmind') {
	expect(execution.data.resultData.error).toBeUndefined();
	const [item, ...others] = outputOf(execution, node);
	expect(others).toEqual([]);
	if (item === undefined) throw new Error(`${node} has no output`);
	return { item, picture: await paidPicture(emulator, item.json.seed) };
}

describe('with files in memory', () => {
	const { setup, flux, writer, written } = setUpMode('default');

	test('the next node reads the image', async () => {
		const execution = await setup.run([flux('png'), writer('Write', 'data')]);
		const { item, picture } = await imageOf(setup, execution);
		expect((await written('Write')).equals(picture)).toBe(true);
		expect(item.binary?.data).toMatchObject({
			data: picture.toString('base64'),
			mimeType: 'image/png',
			fileName: item.json.fileName,
		});
		expect(setup.emulator.paid).toBe(1);
	});

	test('a hint says why there is no public link, and the image is delivered', async () => {
		const execution = await setup.run([flux('png', { linkExpiry: '1 hour' }), writer('Write', 'data')]);
		const { item, picture } = await imageOf(setup, execution);
		expect(item.json.imageUrl).toBeNull();
		expect(hintsOf(execution)).toContainEqual(expect.stringMatching(/public link.*memory/i));
		expect((await written('Write')).equals(picture)).toBe(true);
	});

	test('the binary mode "combined" does not move the image, since n8n moves no files in memory', async () => {
		const execution = await setup.run([flux('png')], { settings: { binaryMode: 'combined' } });
		const { item, picture } = await imageOf(setup, execution);
		expect(item.json._files).toBeUndefined();
		expect(item.binary?.data?.data).toBe(picture.toString('base64'));
	});
});

describe.each([
	{ mode: 'filesystem', id: /^filesystem-v2:/, format: 'webp' },
	{ mode: 'database', id: /^database:/, format: 'jpg' },
])('with files in the $mode', ({ mode, id, format }) => {
	const { setup, flux, writer, written } = setUpMode(mode);
	const stored = { id: expect.stringMatching(id) as string, mimeType: MEDIA_TYPES[format] };

	test('the next node reads the image', async () => {
		const execution = await setup.run([flux(format), writer('Write', 'data')]);
		const { item, picture } = await imageOf(setup, execution);
		expect((await written('Write')).equals(picture)).toBe(true);
		expect(item.binary?.data).toMatchObject({ ...stored, fileName: item.json.fileName });
		expect(item.json.fileName).toMatch(new RegExp(`^a-fox-\\d+\\.${format}$`));
		expect(setup.emulator.paid).toBe(1);
	});

	test('a public link opens without a login, and its expiry cannot be changed', async () => {
		const execution = await setup.run([flux(format, { linkExpiry: '1 hour' })]);
		const { item, picture } = await imageOf(setup, execution);
		const link = String(item.json.imageUrl);
		expect(link.startsWith(`${PUBLIC_URL}/`)).toBe(true);
		const url = new URL(link.replace(PUBLIC_URL, setup.n8n.url));
		const opened = await fetch(url);
		expect(opened.status).toBe(200);
		expect(opened.headers.get('content-type')).toBe(MEDIA_TYPES[format]);
		expect(opened.headers.get('content-length')).toBe(String(item.json.fileSize));
		expect(Buffer.from(await opened.arrayBuffer()).equals(picture)).toBe(true);
		const [head, claims = '', signature] = url.searchParams.get('token')?.split('.') ?? [];
		const { exp, ...rest } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { exp: number };
		const longer = Buffer.from(JSON.stringify({ ...rest, exp: exp + 3600 })).toString('base64url');
		url.searchParams.set('token', [head, longer, signature].join('.'));
		expect((await fetch(url)).status).toBe(400);
	});

	test('the binary mode "combined" moves the image into the JSON, where the next node finds it', async () => {
		const nodes = [
			flux(format),
			writer('First', '_files.data'),
			flux(format, { includeInputFields: true, binaryPropertyOutput: 'other' }, 'Again'),
			writer('Other', '_files.other'),
			writer('Still', '_files.data'),
		];
		const execution = await setup.run(nodes, { settings: { binaryMode: 'combined' } });
		const { item, picture } = await imageOf(setup, execution);
		expect(item.binary).toBeUndefined();
		expect(item.json._files).toEqual({ data: expect.objectContaining(stored) as unknown });
		expect((await written('First')).equals(picture)).toBe(true);
		const again = await imageOf(setup, execution, 'Again');
		expect((await written('Other')).equals(again.picture)).toBe(true);
		expect((await written('Still')).equals(picture)).toBe(true);
		expect(setup.emulator.paid).toBe(2);
	});
});
