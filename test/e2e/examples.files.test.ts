/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at the files that a real n8n delivers */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';

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
