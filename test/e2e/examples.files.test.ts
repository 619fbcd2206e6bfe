/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at the files that a real n8n delivers */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readExample } from './example';
import { Bucket } from './receivers/bucket';
import { opened } from './receivers/opened';
import { digestOf, pictureDigests } from './receivers/pictures';
import { SftpServer } from './receivers/sftp';
import { Stand } from './stand';
import { outputOf } from './workflow';

let stand: Stand;

beforeAll(async () => {
	stand = await Stand.start();
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

/** Saves the example that fills this bucket. */
async function importProducts(bucket: Bucket): Promise<string> {
	const { credential, n8n } = stand;
	const s3 = await n8n.credential('s3', bucket.credential);
	const credentials = { segmindApi: credential, s3 };
	return await n8n.import(await readExample('products-to-s3', credentials, { bucket: bucket.name }));
}

test('products-to-s3 fills the bucket', async () => {
	const { emulator, n8n } = stand;
	const bucket = await opened(Bucket.start('shop-pictures'));
	const execution = await n8n.run(await importProducts(bucket));
	expect(execution.status).toBe('success');
	const pictures = await pictureDigests(emulator, outputOf(execution, 'Generate pictures'));
	expect([...pictures.keys()]).toEqual(['MUG-01.webp', 'MUG-02.webp', 'LAMP-07.webp', 'BAG-12.webp']);
	const files = await bucket.files();
	expect(files.map(({ type }) => type)).toEqual(Array(4).fill('image/webp'));
	expect(new Map(files.map(({ name, bytes }) => [name.replace('products/', ''), digestOf(bytes)]))).toEqual(
		pictures,
	);
	expect(emulator.paid).toBe(4);
});

test('products-to-s3 lists what failed, and the rest arrives and is paid for once', async () => {
	const { emulator, n8n } = stand;
	const bucket = await opened(Bucket.start('shop-pictures'));
	emulator.order({
		prompt: 'stoneware',
		status: 422,
		body: { error: 'blocked by the content filter' },
		times: -1,
	});
	emulator.order({ prompt: 'brass', status: 503, body: { error: 'busy' } });
	const execution = await n8n.run(await importProducts(bucket));
	expect(execution.status).toBe('success');
	expect(outputOf(execution, 'List of failed products').map(({ json }) => json)).toEqual([
		{
			failed: [
				{
					sku: 'MUG-01',
					what: expect.stringContaining('blocked by the content filter'),
					toDo: expect.stringMatching(/\w/),
					cause: 'moderation',
					billed: 'no',
				},
			],
		},
	]);
	const pictures = await pictureDigests(emulator, outputOf(execution, 'Generate pictures'));
	expect([...pictures.keys()]).toEqual(['MUG-02.webp', 'LAMP-07.webp', 'BAG-12.webp']);
	const files = await bucket.files();
	expect(new Map(files.map(({ name, bytes }) => [name.replace('products/', ''), digestOf(bytes)]))).toEqual(
		pictures,
	);
	expect(emulator.paid).toBe(3);
	// Four products, the busy one again, and the refused one in each of the two runs that Retry On Fail adds.
	expect(emulator.imageRequests).toHaveLength(7);
});

test('gallery-by-sftp puts two pictures of each motif on the server, and a copy on the disk', async () => {
	const { credential, emulator, n8n } = stand;
	const server = await opened(SftpServer.start());
	const sftp = await n8n.credential('sftp', server.credential);
	const copies = join(n8n.folder, '.n8n-files');
	await mkdir(copies, { recursive: true });
	const example = await readExample(
		'gallery-by-sftp',
		{ segmindApi: credential, sftp },
		{ localFolder: copies },
	);
	const execution = await n8n.run(await n8n.import(example));
	expect(execution.status).toBe('success');
	const pictures = await pictureDigests(emulator, outputOf(execution, 'Generate two pictures each'));
	expect([...pictures.keys()]).toEqual(
		['lighthouse', 'harbour', 'dunes'].flatMap((slug) => [`${slug}.png`, `${slug}-2.png`]),
	);
	for (const folder of [join(server.home, 'gallery'), copies]) {
		const names = await readdir(folder);
		const files = await Promise.all(names.map(async (name) => digestOf(await readFile(join(folder, name)))));
		expect(new Map(names.map((name, index) => [name, files[index]]))).toEqual(pictures);
	}
	expect(emulator.paid).toBe(6);
});
