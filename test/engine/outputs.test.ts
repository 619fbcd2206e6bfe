/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a server of the test's own */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';

import type { Fault } from '../emulator/fault';
import { bytesOf, jsonError } from './faults';
import { errorOf, expectStored, metadataOf, requestsTo, valuesOf } from './results';
import { CONTINUE, credential, itemsOf, queued, runJson } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine();

const MEBIBYTE = 1024 * 1024;

/** A queued image, from the emulator or another server. */
const queuedAt = (baseUrl = emulator.url) =>
	queued({}, { credential: { ...credential(), baseUrl }, node: CONTINUE });

/** An API whose only request is finished, and whose file streams from one chunk. */
class Streaming {
	sent = 0;

	files = 0;

	/** Bytes outside of the heap, at most, while the file was sent. */
	mostMemory = 0;

	private readonly hash = createHash('sha256');

	private readonly server = createServer((request, response) => {
		if (request.url?.startsWith('/file') === true) return this.sendFile(response);
		const body = { request_id: 'x', status: 'COMPLETED', output: `${this.url}/file.mp4` };
		return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
	});

	private fileEnded: () => void = () => undefined;

	readonly fileClosed = new Promise<void>((resolve) => {
		this.fileEnded = resolve;
	});

	private constructor(
		private readonly total: number,
		private readonly announced: number | undefined,
	) {}

	static async start(total: number, announced: number | undefined): Promise<Streaming> {
		const streaming = new Streaming(total, announced);
		streaming.server.listen(0, '127.0.0.1');
		await once(streaming.server, 'listening');
		return streaming;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	get digest(): string {
		return this.hash.digest('hex');
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private sendFile(response: ServerResponse): void {
		this.files += 1;
		response.on('close', this.fileEnded);
		const length = this.announced === undefined ? {} : { 'content-length': this.announced };
		response.writeHead(200, { 'content-type': 'video/mp4', ...length });
		const chunk = Buffer.alloc(MEBIBYTE, 7);
		const write = (): void => {
			while (this.sent < this.total && !response.destroyed) {
				this.sent += chunk.length;
				this.hash.update(chunk);
				this.mostMemory = Math.max(this.mostMemory, process.memoryUsage().arrayBuffers);
				if (!response.write(chunk)) return void response.once('drain', write);
			}
			response.end();
		};
		write();
	}
}

async function runWith(fault: Fault) {
	emulator.inject(fault);
	return await engine.run(queuedAt());
}

const fileRequests = () => requestsTo(/^\/files\//);

describe('an output is found', () => {
	const none = { output: null, images: null };

	test.each<[string, object]>([
		['in image_url', { image_url: '{file}' }],
		['in video', { video: '{file}' }],
		['in output.model_mesh.url', { output: { model_mesh: { url: '{file}' } } }],
		['six levels deep', { output: { a: [{ b: { c: [{ d: '{file}' }] } }] } }],
		['in data', { data: [{ url: '{file}' }] }],
		['in output as JSON text', { output: '[{"keyname":"x","value":"{file}"}]' }],
		['in masks', { masks: ['{file}'] }],
		['in a field that nobody knows', { artifact: { address: '{file}' } }],
		['beside addresses of the API', { status_url: 'https://api.segmind.com/x', artifact: '{file}' }],
	])('%s', async (_, fields) => {
		// Quotes inside of a JSON text stay as they are: the address has none.
		const { items } = await runWith({ on: 'result', fields: { ...none, ...fields } });
		expect(items[0]?.json).toMatchObject({ format: 'webp', width: 256, cost: 0.05 });
		expect((await metadataOf(items[0])).width).toBe(256);
		expect(emulator.paid).toBe(1);
	});

	test('in a data URI, under the type that it states', async () => {
		const bytes = Buffer.from([0, 1, 2, 3, 250, 251]);
		const output = `data:audio/mpeg;base64,${bytes.toString('base64')}`;
		const { items } = await runWith({ on: 'result', fields: { ...none, audio: output } });
		expect(items[0]?.json).toMatchObject({ format: 'mp3', mimeType: 'audio/mpeg', fileSize: 6 });
		expect((await engine.read(items[0])).equals(bytes)).toBe(true);
	});
});

describe('several outputs of one request', () => {
	const two: Fault = { on: 'result', fields: { output: ['{file}', '{file}?2'], images: null }, times: -1 };

	test('become an item each, of which the first has the cost', async () => {
		const { items } = await runWith(two);
		expect(valuesOf(items, 'outputIndex')).toEqual([0, 1]);
		expect(valuesOf(items, 'cost')).toEqual([0.05, null]);
		expect(new Set(valuesOf(items, 'fileName')).size).toBe(2);
		expect(items.map(({ pairedItem }) => pairedItem)).toMatchObject([{ item: 0 }, { item: 0 }]);
		await expectStored(items);
		expect([fileRequests().length, emulator.paid]).toEqual([2, 1]);
	});

	test('are all returned by the next try, and not paid for again', async () => {
		emulator.inject({ ...two, prompt: 'a' });
		emulator.inject({ prompt: 'b', ...jsonError(400, 'not today') });
		const options = queued({}, { items: itemsOf('a', 'b') });
		const { items } = await engine.retry(await engine.run(options), options);
		expect(valuesOf(items, 'outputIndex')).toEqual([0, 1, undefined]);
		expect(valuesOf(items, 'alreadyPaid')).toEqual([true, true, undefined]);
		await expectStored(items);
		expect(emulator.paid).toBe(2);
	});
});

describe('unknown bytes are stored', () => {
	const bytes = Buffer.from([1, 0, 2, 0, 3, 0, 200, 201]);
	const unknown = { mimeType: 'application/octet-stream', format: 'bin' };

	test.each(['application/octet-stream', 'text/html', 'image/webp'])(
		'of the type %s',
		async (contentType) => {
			const headers = { 'content-type': contentType };
			const { items } = await runWith({ on: 'file', ...bytesOf(bytes, headers) });
			expect(items[0]?.json).toMatchObject({ ...unknown, fileSize: 8, width: null, cost: 0.05 });
			expect((await engine.read(items[0])).equals(bytes)).toBe(true);
			expect(emulator.paid).toBe(1);
		},
	);
});

describe('a large file', () => {
	test('of 70 MiB is stored whole', async () => {
		const { items } = await runWith({ on: 'file', huge: 70 * MEBIBYTE });
		expect(items[0]?.json).toMatchObject({ mimeType: 'image/webp', fileSize: 70 * MEBIBYTE, cost: 0.05 });
		const bytes = await engine.read(items[0]);
		expect([bytes.length, bytes.toString('latin1', 8, 12)]).toEqual([70 * MEBIBYTE, 'WEBP']);
		expect([fileRequests().length, emulator.paid]).toEqual([1, 1]);
	});

	test('that breaks off is fetched by the next try, and not paid for again', async () => {
		emulator.inject({ on: 'file', huge: 70 * MEBIBYTE, cut: 66 * MEBIBYTE });
		const options = queued();
		const first = await engine.run(options);
		expect(first.error).toBeDefined();
		const { items } = await engine.retry(first, options);
		expect(items[0]?.json).toMatchObject({ width: 256 });
		expect([fileRequests().length, emulator.paid]).toEqual([2, 1]);
	});

	test('above 512 MiB is named once with its link, not downloaded again and again', async () => {
		const headers = { 'content-length': String(513 * MEBIBYTE) };
		const { items } = await runWith({ on: 'file', headers, times: -1 });
		const error = errorOf(items[0]);
		expect(error).toMatchObject({ billed: 'unknown', cause: 'response', retryable: false, attempts: 1 });
		expect(error.error).toContain('larger than 512 MiB');
		expect(error.message).toMatch(
			/pays for it again; its request ID is .* Segmind has the file at http:\S+\.webp\./,
		);
		expect(fileRequests()).toHaveLength(1);
	});

	test('is not held in memory', async () => {
		const total = 300 * MEBIBYTE;
		const server = await Streaming.start(total, total);
		const before = process.memoryUsage().arrayBuffers;
		const { items } = await engine.run(queuedAt(server.url));
		await server.close();
		expect(items[0]?.json).toMatchObject({ mimeType: 'video/mp4', format: 'mp4', fileSize: total });
		expect(server.mostMemory - before).toBeLessThan(150 * MEBIBYTE);
		const stored = createHash('sha256').update(await engine.read(items[0]));
		expect(stored.digest('hex')).toBe(server.digest);
	}, 60_000);

	test('that is too large is let go at once', async () => {
		const server = await Streaming.start(600 * MEBIBYTE, 600 * MEBIBYTE);
		const { items } = await engine.run(queuedAt(server.url));
		await server.fileClosed;
		await server.close();
		expect(items[0]?.json.error).toContain('larger than 512 MiB');
		expect(server.sent).toBeLessThan(20 * MEBIBYTE);
	});

	test('of a size that nobody announced is reported once above 64 MiB', async () => {
		const server = await Streaming.start(70 * MEBIBYTE, undefined);
		const { items } = await engine.run(queuedAt(server.url));
		await server.fileClosed;
		await server.close();
		expect(items[0]?.json.error).toContain('larger than 64 MiB');
		expect(server.files).toBe(1);
	});
});

/** Text with a source, where a queue puts it and where a direct response may have it. */
const answers: Array<[name: string, delivery: string, answer: (link: unknown) => object]> = [
	['under output, queued', 'queued', (link) => ({ output: { text: 'Foxes are red', sources: [link] } })],
	[
		'as JSON text, queued',
		'queued',
		(link) => ({ output: JSON.stringify({ text: 'Foxes are red', sources: [link] }) }),
	],
	[
		'in a field of its own, direct',
		'direct',
		(link) => ({ answer: { text: 'Foxes are red', sources: [link] }, error: null }),
	],
];

describe.each(answers)('text with a source, %s', (_, delivery, answer) => {
	async function itemFor(link: unknown) {
		const body = answer(link);
		const result = { on: 'result', fields: { images: null, output: null, ...body } } as const;
		emulator.inject(delivery === 'direct' ? { status: 200, body } : result);
		const { items, error } = await engine.run(runJson('{"prompt":"a"}', { options: { delivery } }));
		expect(error).toBeUndefined();
		expect(JSON.stringify(items[0]?.json.output)).toContain('Foxes are red');
		return items[0];
	}

	test('is delivered when the source is a page', async () => {
		const item = await itemFor(`${emulator.url}/v1/other-model`);
		expect(item?.binary).toBeUndefined();
		expect(emulator.paid).toBe(1);
	});

	test('is delivered when the source is a file that is refused', async () => {
		const other = await engine.run(queued({}, { items: itemsOf('refused') }));
		emulator.inject({ on: 'file', prompt: 'refused', status: 403, body: 'no', times: -1 });
		const before = fileRequests().length;
		await itemFor(other.items[0]?.json.imageUrl);
		expect([fileRequests().length - before, emulator.paid]).toEqual([1, 2]);
	});

	test('is delivered beside a source that is a file', async () => {
		const other = await engine.run(queued());
		const item = await itemFor(other.items[0]?.json.imageUrl);
		expect(item?.json).toMatchObject({ format: 'webp' });
	});
});

test('a nested file that is cut short is fetched in the next try', async () => {
	const other = await engine.run(queued({}, { items: itemsOf('other') }));
	const link = other.items[0]?.json.imageUrl;
	emulator.inject({ on: 'file', prompt: 'other', cut: 100, times: 5 });
	const result = { on: 'result', fields: { images: null, output: { upscaled: link, note: 'a b' } } } as const;
	emulator.inject(result);
	const options = queued();
	const first = await engine.run(options);
	expect(first.error).toBeDefined();
	emulator.inject(result);
	const { items } = await engine.retry(first, options);
	expect(items[0]?.json).toMatchObject({ format: 'webp', alreadyPaid: true });
});

test('one of several files that is refused withholds no other, which a hint says', async () => {
	const refused = await engine.run(queued({}, { items: itemsOf('refused') }));
	emulator.inject({ on: 'file', prompt: 'refused', status: 403, body: 'no', times: -1 });
	emulator.inject({ on: 'result', fields: { output: ['{file}', refused.items[0]?.json.imageUrl] } });
	const { items, error, hints } = await engine.run(queued());
	expect(error).toBeUndefined();
	expect(items).toHaveLength(1);
	expect(hints.join()).toContain('1 file missing');
	expect(emulator.paid).toBe(2);
});

test('a file in a field that nobody knows is not given up when its host refuses it', async () => {
	const other = await engine.run(queued({}, { items: itemsOf('refused') }));
	const made = { answer: [other.items[0]?.json.imageUrl], model: 'x', status: 'COMPLETED' };
	const result = { on: 'result', fields: { output: null, images: null, ...made } } as const;
	emulator.inject(result);
	emulator.inject({ on: 'file', prompt: 'refused', status: 403, body: 'no' });
	const options = queued();
	const first = await engine.run(options);
	expect(first.error?.message).toContain('its host answered with 403');
	emulator.inject(result);
	const second = await engine.retry(first, options);
	expect(second.items[0]?.json).toMatchObject({ alreadyPaid: true, format: 'webp' });
	expect(emulator.paid).toBe(2);
});

test.each([401, 403, 410])('a file host that answers with %i is asked once', async (status) => {
	const { items } = await runWith({ on: 'file', status, body: 'no', times: -1 });
	expect(items[0]?.json.error).toContain(`its host answered with ${status}`);
	expect(errorOf(items[0])).toMatchObject({ billed: 'unknown', retryable: false });
	expect([fileRequests().length, emulator.paid]).toEqual([1, 1]);
});
