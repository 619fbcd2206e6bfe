import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import sharp from 'sharp';

import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { jsonError, pngOf } from './faults';
import { errorOf, ledgerOf, paymentsOf, valuesOf } from './results';
import { binaryOf, CONTINUE, edit, generate, itemsOf, picturesOf, RETRY_ON_FAIL } from './runs';
import { emulator, engine, itemsFrom, otherServer, useEngine } from './setup';

useEngine();

let picture: Buffer;
let other: Buffer;

beforeAll(async () => {
	picture = await pngOf(64, 48);
	other = await pngOf(80);
});

const inputs = (): unknown[] => emulator.imageRequests.map(({ body }) => body.input_image);

const uploads = (): number => emulator.uploadRequests.length;

const jpegOf = async (size: number): Promise<Buffer> =>
	await sharp({ create: { width: size, height: size, channels: 3, background: 'teal' } })
		.jpeg()
		.toBuffer();

describe('Image: Edit', () => {
	test('uploads the picture of an item and changes it', async () => {
		const parameters = { aspectRatio: 'match_input_image', additionalFields: { seed: 3 } };
		const items = await itemsFrom(edit(picturesOf(picture), {}, { parameters }));
		expect(emulator.assets.map(({ type, bytes }) => [type, bytes.equals(picture)])).toEqual([
			['image/png', true],
		]);
		const [request] = emulator.imageRequests;
		expect(request).toMatchObject({ path: '/v1/flux-kontext-pro', paid: true });
		expect(request?.body).toEqual({
			...{ prompt: 'edit 0', aspect_ratio: 'match_input_image', output_format: 'png', seed: 3 },
			input_image: expect.stringMatching(new RegExp(`^${emulator.url}/assets/[\\w-]+\\.png$`)) as string,
		});
		expect(items[0]?.json).toMatchObject({
			...{ model: 'flux-kontext-pro', prompt: 'edit 0', seed: 3, aspectRatio: 'match_input_image' },
			...{ width: 64, height: 48, format: 'png', cost: 0.05, attempts: 1, fileName: 'edit-0-3.png' },
		});
		const bytes = await engine.read(items[0]);
		expect((await sharp(bytes).metadata()).width).toBe(64);
		expect(bytes.equals(picture)).toBe(false);
	});

	test.each(['direct', 'queued', 'submitOnly'])('takes a picture with delivery %s', async (delivery) => {
		await itemsFrom(edit(picturesOf(picture), { delivery }));
		expect(emulator.paid).toBe(1);
		expect(uploads()).toBe(1);
	});

	test.each(['default', 'filesystem'] as const)(
		'takes what Generate stored in mode %s',
		async (binaryMode) => {
			const second = { operation: 'edit', prompt: 'a hat', options: {} };
			const { run, error, items } = await engine.run(generate({}, { binaryMode, second }));
			expect(error).toBeUndefined();
			expect(emulator.assets[0]?.bytes.equals(await engine.read(items[0]))).toBe(true);
			expect(run.data.resultData.runData.Second?.[0]?.data?.main?.[0]?.[0]?.json).toMatchObject({
				...{ model: 'flux-kontext-pro', width: 256, height: 256 },
			});
		},
	);

	test('takes what n8n keeps among the fields in the combined mode', async () => {
		const second = { operation: 'edit', prompt: 'a hat', inputImage: 'data' };
		const settings = { binaryMode: 'combined' } as RunOptions['settings'];
		const { run } = await engine.run(generate({}, { second, settings: settings! }));
		expect(run.data.resultData.error).toBeUndefined();
		expect(emulator.assets).toHaveLength(1);
	});

	test('takes an address as it is, and uploads nothing', async () => {
		const [item] = await itemsFrom(generate({ delivery: 'queued' }));
		const inputImage = String(item?.json.imageUrl);
		await itemsFrom(edit(itemsOf('a hat'), {}, { parameters: { inputImage } }));
		expect(inputs().at(-1)).toBe(inputImage);
		expect(uploads()).toBe(0);
	});

	test('makes several images of one picture, with seeds counting up', async () => {
		const parameters = { additionalFields: { seed: 5 } };
		const items = await itemsFrom(edit(picturesOf(picture), { numberOfImages: 3 }, { parameters }));
		expect(valuesOf(items, 'seed')).toEqual([5, 6, 7]);
		expect(uploads()).toBe(1);
		expect(new Set(inputs()).size).toBe(1);
	});

	test('uploads equal pictures once in a run', async () => {
		await itemsFrom(edit(picturesOf(picture, other, picture, picture)));
		expect(uploads()).toBe(2);
		expect(emulator.paid).toBe(4);
		const sent = new Map(emulator.imageRequests.map(({ body }) => [body.prompt, body.input_image]));
		expect(sent.get('edit 2')).toBe(sent.get('edit 0'));
		expect(sent.get('edit 3')).toBe(sent.get('edit 0'));
		expect(sent.get('edit 1')).not.toBe(sent.get('edit 0'));
	});

	test.each<[string, Fault]>([
		['urls', { fields: { file_urls: null, urls: ['{file}'] } }],
		['file_urls', {}],
	])('reads the address from %s', async (_, fault) => {
		emulator.inject({ on: 'upload', ...fault });
		await itemsFrom(edit(picturesOf(picture)));
		expect(inputs()[0]).toContain('/assets/');
	});

	test('names the picture by its bytes, not by what n8n has it as', async () => {
		const binary = { data: binaryOf(await jpegOf(32), 'image/png', 'x.png') };
		await itemsFrom(edit([{ json: { prompt: 'a' }, binary }]));
		expect(emulator.assets[0]?.type).toBe('image/jpeg');
	});
});

describe('before anything is spent', () => {
	const cut = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - 20);
	const files = (): INodeExecutionData['binary'] => ({
		data: binaryOf(picture),
		photo: binaryOf(Buffer.from('%PDF-1.7 a document'), 'image/png'),
		half: binaryOf(cut(picture)),
		none: binaryOf(Buffer.alloc(0)),
		phone: binaryOf(Buffer.from('000000186674797068656963', 'hex'), 'image/jpeg'),
	});

	test.each<[string, unknown, string]>([
		[
			'no field of that name',
			'image',
			`"image": The item has files in "data", "photo", "half", "none", "phone"`,
		],
		['a field without a file', 'prompt', 'names no input field with a file: "prompt"'],
		['a document', 'photo', 'has a file that is no image (application/pdf) in "photo"'],
		['a photo that models do not read', 'phone', 'has a file that is no image (image/heic) in "phone"'],
		['half a picture', 'half', 'has an image that is cut short or malformed in "half"'],
		['an empty file', 'none', 'has an empty file in "none"'],
		['where n8n keeps the file', 'filesystem-v2', 'names where n8n keeps the file'],
		['an id of a file', 'filesystem-v2:workflows/1/binary_data/2', 'names where n8n keeps the file'],
		['where a database keeps it', 'database', 'names where n8n keeps the file'],
		['a data URI', 'data:image/png;base64,iVBORw0KGgo=', 'is a data URI'],
		['JSON', '{"url": "https://a.test/b.png"}', 'is JSON'],
		['the file itself', '={{ $binary.data }}', 'is a file rather than the name of its field'],
		['base64', 'iVBORw0KGgo'.repeat(300), 'is too long for the name of a field'],
		['a number', '={{ 5 }}', 'is not a text: 5'],
		['nothing', '={{ $json.nothing }}', 'is empty'],
		['a lost value', '={{ "" + {} }}', 'contains [object Object]'],
		['http', 'http://example.com/a.png', 'is not an https address: "http://example.com/a.png"'],
		['a private network', 'https://192.168.0.7/a.png', 'is an address inside a private network'],
		['this machine', 'http://localhost:5678/rest/binary-data/signed?token=1', 'is not an https address'],
		[
			'a user name',
			'https://me:secret@example.com/a.png',
			'is an address with a user name: "https://example.com/a.png"',
		],
		['no address', 'https://', 'is not a valid address'],
	])('refuses %s', async (_, inputImage, message) => {
		const items = [{ json: { prompt: 'a' }, binary: files() as NonNullable<INodeExecutionData['binary']> }];
		const parameters = { inputImage } as IDataObject;
		const result = await engine.run(edit(items, {}, { parameters, node: CONTINUE }));
		const error = errorOf(result.items[0]);
		expect(`${String(error.error)}: ${String(error.message)}`).toContain(message);
		expect(error.error).toMatch(/^'Input Image' /);
		expect(error).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
		expect(emulator.requests).toHaveLength(0);
	});

	test('refuses a picture of more than 32 MiB without reading it', async () => {
		const size = 33 * 1024 * 1024;
		const binary = { data: binaryOf(Buffer.concat([picture, Buffer.alloc(size)])) };
		const { items } = await engine.run(edit([{ json: { prompt: 'a' }, binary }], {}, { node: CONTINUE }));
		expect(errorOf(items[0]).error).toBe("'Input Image' has a file larger than 32 MiB");
		expect(emulator.requests).toHaveLength(0);
	});

	test('takes a field whose name is also that of a storage', async () => {
		const items = [{ json: { prompt: 'a' }, binary: { database: binaryOf(picture) } }];
		await itemsFrom(edit(items, {}, { parameters: { inputImage: 'database' } }));
		expect(uploads()).toBe(1);
	});

	test('names an item without files', async () => {
		const { items } = await engine.run(edit(itemsOf('a'), {}, { node: CONTINUE }));
		expect(errorOf(items[0]).message).toContain('The item has no files.');
	});

	test('takes an address at the origin of the base URL only', async () => {
		const parameters = { inputImage: `${otherServer.url}/assets/a.png` };
		const { items } = await engine.run(edit(itemsOf('a'), {}, { parameters, node: CONTINUE }));
		expect(errorOf(items[0]).error).toContain('is not an https address');
		expect(emulator.requests).toHaveLength(0);
	});

	test('spends nothing on the others when the node stops on errors', async () => {
		const items = [...picturesOf(picture), ...itemsOf('b')];
		const { error } = await engine.run(edit(items));
		expect(error?.message).toContain("'Input Image' names no input field");
		expect(emulator.requests).toHaveLength(0);
	});

	test('refuses more tolerance than a picture allows', async () => {
		const parameters = { additionalFields: { safetyTolerance: 3 } };
		const { items } = await engine.run(edit(picturesOf(picture), {}, { parameters, node: CONTINUE }));
		expect(errorOf(items[0])).toMatchObject({ error: "'Safety Tolerance' is out of range: 3" });
	});
});

describe('over retries', () => {
	test('pays for what is missing and uploads no picture again', async () => {
		emulator.inject({ prompt: 'edit 1', ...jsonError(400, 'not today') });
		const options = edit(picturesOf(picture, other), {}, { node: RETRY_ON_FAIL });
		const result = await engine.run(options);
		expect(result.error).toBeUndefined();
		expect(emulator.paid).toBe(2);
		expect(uploads()).toBe(2);
		expect(paymentsOf(result).sort()).toEqual(['edit 0 already paid', 'edit 1']);
		expect(ledgerOf(result)).toEqual({});
	});

	test('finds its pictures in Retry execution, by their bytes', async () => {
		emulator.inject({ prompt: 'edit 1', ...jsonError(400, 'not today'), times: -1 });
		const options = edit(picturesOf(picture, other), { concurrency: 1 });
		const failed = await engine.run(options);
		expect(failed.error).toBeDefined();
		const before = uploads();
		emulator.inject({});
		const again = await engine.retry(failed, options);
		expect(before).toBe(2);
		expect(uploads()).toBe(2);
		expect(emulator.imageRequests.filter(({ body }) => body.prompt === 'edit 0')).toHaveLength(1);
		expect(again.error).toBeDefined();
	});

	test('pays for another picture in place of the one that failed', async () => {
		emulator.inject({ prompt: 'edit 0', ...jsonError(503, 'busy'), times: -1 });
		const failed = await engine.run(edit(picturesOf(picture), { maxRetries: 0 }));
		expect(failed.error).toBeDefined();
		await engine.retry(failed, edit(picturesOf(picture), { maxRetries: 0 }));
		expect(uploads()).toBe(1);
	});

	test('leaves nothing behind after a run without failures', async () => {
		expect(ledgerOf(await engine.run(edit(picturesOf(picture))))).toEqual({});
	});

	test('uploads again when the address is older than six days', async () => {
		emulator.inject({ prompt: 'edit 0', ...jsonError(400, 'not today') });
		const options = edit(picturesOf(picture));
		const failed = await engine.run(options);
		const week = 7 * 24 * 60 * 60_000;
		const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + week);
		const again = await engine.retry(failed, options).finally(() => {
			now.mockRestore();
		});
		expect(again.error).toBeUndefined();
		expect(uploads()).toBe(2);
	});

	test('hands over a queued result without uploading anything, and not the picture that was sent', async () => {
		emulator.inject({ prompt: 'edit 0', delay: 6000 });
		const options = edit(picturesOf(picture), { delivery: 'queued', timeout: 5 });
		const failed = await engine.run(options);
		expect(failed.error).toBeDefined();
		const fields = { output: null, images: null, image_urls: [inputs()[0], '{file}'] };
		emulator.inject({ on: 'result', fields });
		const { items } = await engine.retry(failed, options);
		expect(items).toHaveLength(1);
		expect((await engine.read(items[0])).equals(picture)).toBe(false);
		expect(emulator.paid).toBe(1);
		expect(uploads()).toBe(1);
	});
});

describe('an upload that fails', () => {
	const failing = async (fault: Fault) => {
		emulator.inject({ on: 'upload', times: -1, ...fault });
		const { items } = await engine.run(edit(picturesOf(picture), {}, { node: CONTINUE }));
		return errorOf(items[0]);
	};

	test('is sent again, and the picture is paid for once', async () => {
		emulator.inject({ on: 'upload', ...jsonError(503, 'busy') });
		const items = await itemsFrom(edit(picturesOf(picture)));
		expect(items[0]?.json).toMatchObject({ attempts: 1 });
		expect(uploads()).toBe(2);
		expect(emulator.paid).toBe(1);
	});

	test.each<[string, Fault, IDataObject, number]>([
		['is refused', jsonError(400, 'File type not allowed'), { cause: 'request', statusCode: 400 }, 1],
		['has no address', { body: { message: 'ok' } }, { cause: 'endpoint' }, 1],
		[
			'has an address in a private network',
			{ body: { file_urls: ['https://10.0.0.1/a.png'] } },
			{ cause: 'endpoint' },
			1,
		],
		['has an address that is none', { body: { urls: ['javascript:alert(1)'] } }, { cause: 'endpoint' }, 1],
		['has a key that is not accepted', jsonError(401, 'Unauthorized'), { cause: 'credential' }, 1],
		['breaks off', { reset: true }, { cause: 'server' }, 3],
		['meets an overloaded server', jsonError(503, 'busy'), { cause: 'server', statusCode: 503 }, 3],
		['has a page for an answer', { status: 200, body: '<html></html>' }, { cause: 'endpoint' }, 1],
	])('%s: nothing is paid for', async (_, fault, details, tries) => {
		const error = await failing(fault);
		expect(error).toMatchObject({ ...details, billed: 'no', attempts: 0 });
		expect(error.error).toMatch(/^The file in "data" could not be uploaded: /);
		expect(error.message).toContain('Nothing was billed');
		expect(emulator.imageRequests).toHaveLength(0);
		expect(uploads()).toBe(tries);
	});

	test('never shows a key that the address has in it', async () => {
		const error = await failing({ body: { file_urls: [`https://images.segmind.com/${emulator.key}.png`] } });
		expect(JSON.stringify(error)).not.toContain(emulator.key);
	});

	test('waits for a rate limit as long as it takes', async () => {
		emulator.inject({ on: 'upload', ...jsonError(429, 'Try again in 0.1 seconds.'), times: 5 });
		const items = await itemsFrom(edit(picturesOf(picture)));
		expect(items[0]?.json).toMatchObject({ cost: 0.05, attempts: 1 });
		expect(uploads()).toBe(6);
	});

	test('fails its own item only', async () => {
		emulator.inject({ on: 'upload', ...jsonError(400, 'no') });
		const options = edit(picturesOf(picture, other), { concurrency: 1 }, { node: CONTINUE });
		const { items } = await engine.run(options);
		expect(items.map(({ json }) => json.error !== undefined)).toEqual([true, false]);
		expect(emulator.paid).toBe(1);
	});

	test('ends at once when the execution is cancelled, and is in no doubt', async () => {
		emulator.inject({ on: 'upload', hang: true, times: -1 });
		const options = edit(picturesOf(picture, other));
		const { ended, cancel } = await engine.begin(options);
		while (uploads() < 2) await sleep(5);
		const start = performance.now();
		cancel();
		const result = await ended;
		expect(performance.now() - start).toBeLessThan(1000);
		expect(emulator.imageRequests).toHaveLength(0);
		expect(JSON.stringify(ledgerOf(result))).not.toContain('uncertain');
	});
});
