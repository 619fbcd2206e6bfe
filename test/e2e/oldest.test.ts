import type { IBinaryData, IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import { OLDEST } from './places';
import { Stand } from './stand';
import { chain, listOf, outputOf, segmind } from './workflow';

let stand: Stand;

beforeAll(async () => {
	// On Node 20 expressions run without n8n's sandbox, whose binaries are published for Node 22 and 24.
	stand = await Stand.start({ N8N_EXPRESSION_ENGINE: 'legacy' }, {}, OLDEST);
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

/** The file itself: n8n 1 keeps files in memory, and so in the item, unless it is told otherwise. */
const bytesOf = ({ data }: IBinaryData): Buffer => Buffer.from(data, 'base64');

test('it is the oldest n8n that the node is checked with', async () => {
	expect(await stand.n8n.log()).toContain('Version: 1.123.81');
});

test('the credential is tested', async () => {
	const { credential, emulator, n8n } = stand;
	const tested = async (apiKey: string): Promise<IDataObject> =>
		await n8n.rest('POST', '/credentials/test', {
			credentials: { ...credential, type: 'segmindApi', data: { apiKey, baseUrl: emulator.url } },
		});
	expect(await tested(emulator.key)).toEqual({
		status: 'OK',
		message: 'The key works. Credits left: $10.00',
	});
	expect(await tested('not-a-key')).toMatchObject({ status: 'Error' });
	expect(emulator.paid).toBe(0);
});

test('an image is made, paid once and decodes; in memory it has no public link, and a hint says why', async () => {
	const { credential, emulator, n8n } = stand;
	const nodes = [
		segmind(credential, { prompt: 'a fox', outputFormat: 'png', options: { linkExpiry: '1 hour' } }),
	];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('Segmind')));
	const [item] = outputOf(execution);
	expect(item?.json).toMatchObject({
		width: 256,
		height: 256,
		cost: 0.05,
		remainingCredits: 9.95,
		imageUrl: null,
	});
	const file = item?.binary?.data;
	expect(file).toMatchObject({ mimeType: 'image/png', fileName: item?.json.fileName });
	const picture = await sharp(bytesOf(file as IBinaryData)).metadata();
	expect(picture).toMatchObject({ format: 'png', width: 256, height: 256, size: item?.json.fileSize });
	const hints = execution.data.resultData.runData.Segmind?.[0]?.hints?.map(({ message }) => message);
	expect(hints).toEqual([
		'1 image for $0.05, $9.95 left',
		expect.stringContaining('No public link could be made'),
	]);
	expect(emulator.paid).toBe(1);
});

test('a refusal is an item where the node may continue', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ prompt: 'b', status: 422, body: { error: 'blocked by the content filter' } });
	const nodes = [...listOf('a', 'b', 'c'), segmind(credential, {}, { onError: 'continueRegularOutput' })];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind')));
	const [first, refused, last] = outputOf(execution).map(({ json }) => json);
	expect([first?.prompt, last?.prompt]).toEqual(['a', 'c']);
	expect(refused).toMatchObject({
		error: 'The content filter did not let the request pass (422): blocked by the content filter',
		details: { cause: 'moderation', billed: 'no' },
	});
	expect(emulator.paid).toBe(2);
});

test('Retry On Fail pays only for the rest', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ prompt: 'b', status: 400, body: { error: 'not today' } });
	const retries = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
	const nodes = [...listOf('a', 'b', 'c'), segmind(credential, {}, retries)];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind')));
	expect(execution.status).toBe('success');
	expect(outputOf(execution).map(({ json }) => [json.prompt, json.alreadyPaid === true])).toEqual([
		['a', true],
		['b', false],
		['c', true],
	]);
	expect(emulator.imageRequests).toHaveLength(4);
	expect(emulator.paid).toBe(3);
});

test('kept as a file, an image has a public link that opens without a login', async () => {
	const environment = { N8N_EXPRESSION_ENGINE: 'legacy', N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' };
	await stand.close();
	stand = await Stand.start(environment, {}, OLDEST);
	const { credential, n8n } = stand;
	const nodes = [segmind(credential, { prompt: 'a fox', options: { linkExpiry: '1 hour' } })];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('Segmind')));
	const [item] = outputOf(execution);
	const opened = await fetch(String(item?.json.imageUrl));
	expect(opened.status).toBe(200);
	expect((await opened.arrayBuffer()).byteLength).toBe(item?.json.fileSize);
});
