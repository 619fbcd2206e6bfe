/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at the files that a real n8n wrote */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import { draw, MEDIA_TYPES } from '../emulator/draw';
import type { Execution } from './n8n';
import { Stand } from './stand';
import { chain, nodeOf, outputOf, segmind } from './workflow';

/** Under which others reach this n8n. */
const PUBLIC_ADDRESS = 'https://n8n.example';

let stand: Stand;

beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

async function startWith(mode: string): Promise<void> {
	await stand?.close();
	stand = await Stand.start({ N8N_DEFAULT_BINARY_DATA_MODE: mode, WEBHOOK_URL: PUBLIC_ADDRESS });
	await mkdir(join(stand.n8n.folder, '.n8n-files'));
}

function flux(outputFormat: string, options: IDataObject = {}, name = 'Segmind'): INode {
	return segmind(stand.credential, { prompt: 'a fox', outputFormat, options }, { id: name, name });
}

/** Where n8n lets its own nodes write. */
const placeOf = (name: string): string => join(stand.n8n.folder, '.n8n-files', name);

/** A node of n8n that reads the file of a field, and writes it into a file named like its node. */
function writer(name: string, field: string): INode {
	const parameters = { operation: 'write', fileName: placeOf(name), dataPropertyName: field };
	return nodeOf(name, 'n8n-nodes-base.readWriteFile', parameters, { typeVersion: 1.1 });
}

async function run(nodes: readonly INode[], settings: IDataObject = {}): Promise<Execution> {
	const names = nodes.map(({ name }) => name);
	return await stand.n8n.run(await stand.n8n.workflow(nodes, chain(...names), settings));
}

/** The bytes that the emulator served for an item: for the same request they are always the same. */
async function servedFor({ json }: INodeExecutionData, format: string): Promise<Buffer> {
	return await draw({
		prompt: String(json.prompt),
		seed: Number(json.seed),
		aspect_ratio: 'custom',
		width: 256,
		height: 256,
		output_format: format,
		output_quality: 80,
	});
}

/** The only item that a node put out, with the bytes that the emulator served for it. */
async function madeBy(execution: Execution, format: string, node = 'Segmind') {
	expect(execution.data.resultData.error).toBeUndefined();
	const [item, ...others] = outputOf(execution, node);
	expect(others).toEqual([]);
	if (item === undefined) throw new Error(`${node} put nothing out`);
	return { item, served: await servedFor(item, format) };
}

describe('with files in memory', () => {
	beforeAll(async () => await startWith('default'), 120_000);

	test('the next node reads the image as it was served', async () => {
		const { item, served } = await madeBy(await run([flux('png'), writer('Write', 'data')]), 'png');
		expect((await readFile(placeOf('Write'))).equals(served)).toBe(true);
		expect(item.binary?.data).toMatchObject({
			data: served.toString('base64'),
			mimeType: 'image/png',
			fileName: item.json.fileName,
		});
		expect(stand.emulator.paid).toBe(1);
	});

	test('there is no public link, a hint that says why, and the image all the same', async () => {
		const execution = await run([flux('png', { linkExpiry: '1 hour' }), writer('Write', 'data')]);
		const { item, served } = await madeBy(execution, 'png');
		expect(item.json.imageUrl).toBeNull();
		const hints = execution.data.resultData.runData.Segmind?.[0]?.hints ?? [];
		expect(hints.map(({ message }) => message)).toContainEqual(
			expect.stringMatching(/^No public link could be made: this n8n keeps files in memory/),
		);
		expect((await readFile(placeOf('Write'))).equals(served)).toBe(true);
	});

	test('the setting "combined" leaves the image where it was, since n8n moves no files that are in memory', async () => {
		const { item, served } = await madeBy(await run([flux('png')], { binaryMode: 'combined' }), 'png');
		expect(item.json._files).toBeUndefined();
		expect(item.binary?.data?.data).toBe(served.toString('base64'));
	});
});

describe.each([
	{ mode: 'filesystem', id: /^filesystem-v2:/, format: 'webp' },
	{ mode: 'database', id: /^database:/, format: 'jpg' },
])('with files in the $mode', ({ mode, id, format }) => {
	beforeAll(async () => await startWith(mode), 120_000);

	const stored = { id: expect.stringMatching(id) as string, mimeType: MEDIA_TYPES[format] };

	test('the next node reads the image as it was served', async () => {
		const { item, served } = await madeBy(await run([flux(format), writer('Write', 'data')]), format);
		expect((await readFile(placeOf('Write'))).equals(served)).toBe(true);
		expect(item.binary?.data).toMatchObject({ ...stored, fileName: item.json.fileName });
		expect(item.json.fileName).toMatch(new RegExp(`^a-fox-\\d+\\.${format}$`));
		expect(stand.emulator.paid).toBe(1);
	});

	test('a public link opens without a login, and does not last longer by being altered', async () => {
		const execution = await run([flux(format, { linkExpiry: '1 hour' })]);
		const { item, served } = await madeBy(execution, format);
		const link = String(item.json.imageUrl);
		expect(link.startsWith(`${PUBLIC_ADDRESS}/`)).toBe(true);
		const url = new URL(link.replace(PUBLIC_ADDRESS, stand.n8n.url));
		const opened = await fetch(url);
		expect(opened.status).toBe(200);
		expect(opened.headers.get('content-type')).toBe(MEDIA_TYPES[format]);
		expect(opened.headers.get('content-length')).toBe(String(item.json.fileSize));
		expect(Buffer.from(await opened.arrayBuffer()).equals(served)).toBe(true);
		const [head, claims = '', signature] = url.searchParams.get('token')?.split('.') ?? [];
		const { exp, ...rest } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { exp: number };
		const longer = Buffer.from(JSON.stringify({ ...rest, exp: exp + 3600 })).toString('base64url');
		url.searchParams.set('token', [head, longer, signature].join('.'));
		expect((await fetch(url)).status).toBe(400);
	});

	test('the setting "combined" moves the image into the json, where the next node finds it', async () => {
		const nodes = [
			flux(format),
			writer('First', '_files.data'),
			flux(format, { includeInputFields: true, binaryPropertyOutput: 'other' }, 'Again'),
			writer('Other', '_files.other'),
			writer('Still', '_files.data'),
		];
		const execution = await run(nodes, { binaryMode: 'combined' });
		const { item, served } = await madeBy(execution, format);
		expect(item.binary).toBeUndefined();
		expect(item.json._files).toEqual({ data: expect.objectContaining(stored) as unknown });
		expect((await readFile(placeOf('First'))).equals(served)).toBe(true);
		const again = await madeBy(execution, format, 'Again');
		expect((await readFile(placeOf('Other'))).equals(again.served)).toBe(true);
		expect((await readFile(placeOf('Still'))).equals(served)).toBe(true);
		expect(stand.emulator.paid).toBe(2);
	});
});
