/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at the files that a real n8n delivers */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { readExample } from './example';
import type { Execution } from './n8n';
import { Bucket } from './receivers/bucket';
import { digestOf, paidPictures } from './receivers/pictures';
import { SftpServer } from './receivers/sftp';
import { setUp } from './setup';
import { jsonOf, MODERATED } from './workflow';

const setup = setUp();

/** Runs the example that fills a new bucket. */
async function fillBucket(credential: IDataObject = {}): Promise<{ execution: Execution; bucket: Bucket }> {
	const bucket = setup.closeLater(await Bucket.start('shop-pictures'));
	const s3 = await setup.n8n.credential('s3', { ...bucket.credential, ...credential });
	return { execution: await setup.runExample('products-to-s3', { bucket: bucket.name }, { s3 }), bucket };
}

/** Expects the bucket to have these pictures and nothing else. */
async function expectPictures(execution: Execution, bucket: Bucket, names: readonly string[]): Promise<void> {
	const pictures = await paidPictures(setup.emulator, jsonOf(execution, 'Generate pictures'));
	expect(execution.status).toBe('success');
	expect([...pictures.keys()]).toEqual(names);
	const files = [...(await bucket.digests())].map(([name, digest]) => [
		name.replace('products/', ''),
		digest,
	]);
	expect(new Map(files as Array<[string, string]>)).toEqual(pictures);
	expect(setup.emulator.paid).toBe(names.length);
}

test('products-to-s3 fills the bucket', async () => {
	const { execution, bucket } = await fillBucket();
	await expectPictures(execution, bucket, ['MUG-01.webp', 'MUG-02.webp', 'LAMP-07.webp', 'BAG-12.webp']);
	const files = await bucket.files();
	expect(files.map(({ type }) => type)).toEqual(Array(4).fill('image/webp'));
});

test('products-to-s3 lists what failed, and the rest arrives and is paid for once', async () => {
	const { emulator } = setup;
	emulator.inject({ prompt: 'stoneware', ...MODERATED, times: -1 });
	emulator.inject({ prompt: 'brass', status: 503, body: { error: 'busy' } });
	const { execution, bucket } = await fillBucket();
	const product = {
		sku: 'MUG-01',
		what: expect.stringContaining('Blocked by the content filter') as unknown,
		toDo: expect.stringMatching(/\w/) as unknown,
		cause: 'moderation',
		billed: 'no',
	};
	expect(jsonOf(execution, 'List of failed products')).toEqual([{ failed: [product] }]);
	await expectPictures(execution, bucket, ['MUG-02.webp', 'LAMP-07.webp', 'BAG-12.webp']);
	// Four products, a retry of the busy one, and the moderated one in each of the two tries that Retry On Fail adds.
	expect(emulator.imageRequests).toHaveLength(7);
});

test('products-to-s3 with another secret key uploads nothing, since the bucket checks signatures', async () => {
	const { execution, bucket } = await fillBucket({ secretAccessKey: 'another' });
	expect(execution.status).toBe('error');
	expect(execution.stored).toContain('SignatureDoesNotMatch');
	expect(await bucket.files()).toEqual([]);
});

test('gallery-by-sftp puts two pictures of each motif on the server, and a copy on the disk', async () => {
	const server = setup.closeLater(await SftpServer.start());
	const sftp = await setup.n8n.credential('sftp', server.credential);
	const copies = setup.filesFolder;
	const execution = await setup.runExample('gallery-by-sftp', { localFolder: copies }, { sftp });
	expect(execution.status).toBe('success');
	const pictures = await paidPictures(setup.emulator, jsonOf(execution, 'Generate two pictures each'));
	expect([...pictures.keys()]).toEqual(
		['lighthouse', 'harbour', 'dunes'].flatMap((slug) => [`${slug}.png`, `${slug}-2.png`]),
	);
	for (const folder of [join(server.home, 'gallery'), copies]) {
		const names = await readdir(folder);
		const files = await Promise.all(names.map(async (name) => digestOf(await readFile(join(folder, name)))));
		expect(new Map(names.map((name, index) => [name, files[index]]))).toEqual(pictures);
	}
	expect(setup.emulator.paid).toBe(6);
});

describe('text-overlay', () => {
	/** What every row asks for. */
	const SAME = {
		font: 'JosefinSans-Bold',
		font_size: 96,
		align: 'center',
		margin_x: 64,
		margin_y: 640,
		wrap: 24,
		linespace: 12,
		graphspace: 0,
		outline_color: '#222222',
		outline_size: 3,
		text_underlay: false,
		blend_mode: 'normal',
		image_format: 'jpeg',
		image_quality: 90,
		base64: false,
	};

	/** Runs the example into a folder of its own, with its rows changed. */
	async function write(localFolder: string, change = (rows: string): string => rows): Promise<Execution> {
		const { credential, n8n } = setup;
		const example = await readExample('text-overlay', { segmindApi: credential }, { localFolder });
		for (const { parameters } of example.nodes) {
			if (typeof parameters.jsonOutput === 'string') parameters.jsonOutput = change(parameters.jsonOutput);
		}
		const execution = await n8n.run(await n8n.import(example));
		expect(execution.status).toBe('success');
		return execution;
	}

	/** Expects the folder to have the results and nothing else, as JPEG files. */
	async function expectOnDisk(folder: string, results: readonly IDataObject[]): Promise<void> {
		const names = await readdir(folder);
		expect(names.sort()).toEqual(results.map(({ fileName }) => fileName).sort());
		for (const { fileName, imageUrl } of results) {
			const file = await readFile(join(folder, String(fileName)));
			const made = Buffer.from(await (await fetch(String(imageUrl))).arrayBuffer());
			expect(digestOf(file)).toBe(digestOf(made));
			expect(await sharp(file).metadata()).toMatchObject({ format: 'jpeg', width: 1024, height: 1024 });
		}
	}

	test('sends all eighteen inputs, and a new price pays for its text only', async () => {
		const { emulator } = setup;
		const folder = join(setup.filesFolder, 'cards');
		await mkdir(folder);
		const first = await write(folder);
		const pictures = jsonOf(first, 'Make the picture');
		const written = setup.requestsTo(/^\/v2\/text-overlay$/);
		expect(written).toHaveLength(2);
		expect(written.map(({ body }) => body)).toEqual(
			expect.arrayContaining([
				{ ...SAME, text: 'Autumn mugs for $18.00', color: '#FFFFFF', image: pictures[0]?.imageUrl },
				{ ...SAME, text: 'Light for late work for $64.50', color: '#FFE08A', image: pictures[1]?.imageUrl },
			]),
		);
		expect(written.map(({ body }) => Object.keys(body).length)).toEqual([18, 18]);
		const cards = jsonOf(first, 'Write on it');
		expect(cards).toMatchObject([
			{ model: 'text-overlay', fileName: 'MUG-01.jpg', cost: 0.01 },
			{ model: 'text-overlay', fileName: 'LAMP-07.jpg', cost: 0.01 },
		]);
		await expectOnDisk(folder, cards);
		expect([setup.requestsTo(/^\/v2\/flux/).length, emulator.paid]).toEqual([2, 4]);

		const second = jsonOf(await write(folder, (rows) => rows.replace('64.5', '59')), 'Write on it');
		expect(second.map(({ alreadyPaid }) => alreadyPaid)).toEqual([true, undefined]);
		expect(written.length + 1).toBe(setup.requestsTo(/^\/v2\/text-overlay$/).length);
		expect(emulator.imageRequests.at(-1)?.body).toMatchObject({ text: 'Light for late work for $59.00' });
		await expectOnDisk(folder, second);
		expect(second[1]?.imageUrl).not.toBe(cards[1]?.imageUrl);
		expect([setup.requestsTo(/^\/v2\/flux/).length, emulator.paid]).toEqual([2, 5]);
	});

	test('a value that the model does not take is named before its text is paid for', async () => {
		const { credential, n8n } = setup;
		const example = await readExample('text-overlay', { segmindApi: credential });
		const node = example.nodes.find(({ name }) => name === 'Write on it');
		const { value } = node?.parameters.inputs as { readonly value: IDataObject };
		value.image_quality = 900;
		const execution = await n8n.run(await n8n.import(example));
		expect(execution.status).toBe('error');
		expect(execution.stored).toContain("'Image Quality'");
		expect(setup.requestsTo(/text-overlay/)).toEqual([]);
	});
});
