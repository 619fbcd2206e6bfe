import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';
import { jsonError, pngOf } from './faults';
import { errorOf, ledgerOf, valuesOf } from './results';
import { binaryOf, CONTINUE, edit, ERROR_OUTPUT, picturesOf, RETRY_ON_FAIL, upload } from './runs';
import { emulator, engine, itemsFrom, useEngine } from './setup';

useEngine();

let pictures: Buffer[];

beforeAll(async () => {
	pictures = await Promise.all([10, 20, 30, 40, 50].map(async (size) => await pngOf(size)));
});

const numbered = (count: number): INodeExecutionData[] => picturesOf(...pictures.slice(0, count));

const uploads = (): number => emulator.uploadRequests.length;

const fileOf = (bytes: Buffer | string, mimeType: string, fileName?: string): INodeExecutionData => {
	const file = binaryOf(Buffer.from(bytes as string), mimeType, fileName);
	return { json: {}, binary: { file } };
};

const FROM_FILE = { parameters: { binaryPropertyName: 'file' } };

describe('File: Upload', () => {
	test('returns the address of each file, in the order of the items, and costs nothing', async () => {
		const items = await itemsFrom(upload(numbered(5)));
		expect(items.map(({ json }) => Object.keys(json))[0]).toEqual([
			'url',
			'fileName',
			'mimeType',
			'fileSize',
		]);
		expect(valuesOf(items, 'fileSize')).toEqual(pictures.map(({ length }) => length));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3, 4].map((item) => ({ item })));
		for (const [index, { json }] of items.entries()) {
			const bytes = Buffer.from(await (await fetch(String(json.url))).arrayBuffer());
			expect(bytes.equals(pictures[index]!)).toBe(true);
			expect(json).toMatchObject({ mimeType: 'image/png', fileName: 'input.png' });
		}
		expect(emulator.paid).toBe(0);
		expect(JSON.stringify(items)).not.toContain(emulator.key);
	});

	test('gives an address that Image: Edit takes', async () => {
		const [item] = await itemsFrom(upload(numbered(1)));
		const parameters = { inputImage: String(item?.json.url) };
		const [edited] = await itemsFrom(edit([{ json: { prompt: 'a' } }], {}, { parameters }));
		expect(edited?.json).toMatchObject({ width: 10, cost: 0.05 });
		expect(uploads()).toBe(1);
	});

	test.each<[string, INodeExecutionData, string]>([
		['a document', fileOf('%PDF-1.7', 'image/png', 'a.png'), 'application/pdf'],
		['a video', fileOf('\0\0\0\x18ftypmp42 and more', 'application/octet-stream'), 'video/mp4'],
		['a table', fileOf('a,b\n1,2', 'text/csv'), 'text/plain'],
		['a page', fileOf('<html><script>1</script></html>', 'text/html'), 'text/plain'],
		['a mesh', fileOf('v 0 0 0\nv 1 0 0', 'model/obj'), 'model/obj'],
		['unknown bytes', fileOf('\0\x01\x02\x03', 'application/x-own'), 'application/x-own'],
		['bytes that are no image', fileOf('\0\x01\x02\x03', 'image/png'), 'application/octet-stream'],
		['a type that would break the request', fileOf('\0\x01', 'a/b";c="'), 'application/octet-stream'],
	])('states the type of %s by its bytes', async (_, item, mimeType) => {
		const [uploaded] = await itemsFrom(upload([item], FROM_FILE));
		expect(uploaded?.json.mimeType).toBe(mimeType);
		expect(emulator.assets.map(({ type }) => type)).toEqual([mimeType]);
		expect(emulator.assets[0]?.bytes.toString('latin1')).toBe(
			Buffer.from(item.binary!.file!.data, 'base64').toString('latin1'),
		);
	});

	test.each([1, 2, 3, 4, 5, 6, 65_535, 65_536, 200_001])('uploads every byte of %i', async (size) => {
		const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 256));
		await itemsFrom(upload([fileOf(bytes as unknown as string, 'application/x-own')], FROM_FILE));
		expect(emulator.assets[0]?.bytes.equals(bytes)).toBe(true);
	});

	test('uploads equal files once, at most four at a time', async () => {
		emulator.inject({ on: 'upload', delay: 100, times: -1 });
		const items = await itemsFrom(upload(picturesOf(...pictures, ...pictures)));
		expect(uploads()).toBe(5);
		expect(new Set(valuesOf(items, 'url')).size).toBe(5);
		const starts = emulator.uploadRequests.map(({ at }) => at);
		expect(starts[4]! - starts[0]!).toBeGreaterThanOrEqual(90);
	});

	test('uploads what is missing in the next try', async () => {
		emulator.inject({ on: 'upload', ...jsonError(400, 'no') });
		const result = await engine.run(upload(numbered(3), { node: RETRY_ON_FAIL }));
		expect(result.error).toBeUndefined();
		expect(result.items).toHaveLength(3);
		expect(new Set(emulator.assets.map(({ bytes }) => bytes.length)).size).toBe(3);
		expect(ledgerOf(result)).toEqual({});
	});

	test.each<[string, Fault, IDataObject]>([
		['of its own', jsonError(413, 'Too large'), { cause: 'request', statusCode: 413 }],
		['of the key', jsonError(401, 'Unauthorized'), { cause: 'credential', statusCode: 401 }],
	])('returns an error %s as an item', async (_, fault, details) => {
		emulator.inject({ on: 'upload', ...fault });
		const { items, error } = await engine.run(upload(numbered(1), { node: CONTINUE }));
		expect(error).toBeUndefined();
		expect(errorOf(items[0])).toMatchObject({ ...details, billed: 'no' });
	});

	test('sends no more once the key is not accepted', async () => {
		emulator.inject({ on: 'upload', ...jsonError(401, 'Unauthorized'), times: -1 });
		const { items } = await engine.run(
			upload(picturesOf(...pictures, await pngOf(60), await pngOf(70)), { node: CONTINUE }),
		);
		expect(items).toHaveLength(7);
		expect(uploads()).toBeLessThanOrEqual(4);
	});

	test('fails an item without the file and uploads the others', async () => {
		const items = [...numbered(1), { json: { prompt: 'a' } }];
		const result = await engine.run(upload(items, { node: ERROR_OUTPUT }));
		expect(result.items).toHaveLength(1);
		expect(errorOf(result.errorOutput[0])).toMatchObject({
			error: `'Input Data Field Name' names no input field with a file: "data"`,
			...{ cause: 'request', billed: 'no', prompt: 'a' },
		});
	});

	test.each([
		['a name that is empty', '={{ "" }}', 'is empty'],
		['where n8n keeps the file', '={{ "filesystem-v2" }}', 'names where n8n keeps the file'],
		['a name that every object has', 'constructor', 'names no input field with a file: "constructor"'],
		['a file in place of its name', '={{ $binary.data }}', 'is not a text'],
	])('refuses %s', async (_, binaryPropertyName, message) => {
		const { error } = await engine.run(upload(numbered(1), { parameters: { binaryPropertyName } }));
		expect(error?.message).toContain(message);
		expect(emulator.requests).toHaveLength(0);
	});

	test('ends when the execution is cancelled', async () => {
		emulator.inject({ on: 'upload', hang: true, times: -1 });
		const { ended, cancel } = await engine.begin(upload(numbered(5)));
		while (uploads() < 4) await sleep(5);
		cancel();
		const start = performance.now();
		await ended;
		expect(performance.now() - start).toBeLessThan(1000);
		expect(uploads()).toBe(4);
	});
});
