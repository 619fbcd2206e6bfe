import type { IDataObject } from 'n8n-workflow';

import type { Seen } from '../emulator/emulator';
import { readExample } from './example';
import type { Execution } from './n8n';
import { Bucket } from './receivers/bucket';
import { opened } from './receivers/opened';
import { digestOf, pictureDigests } from './receivers/pictures';
import { Stand } from './stand';
import { outputOf } from './workflow';

let stand: Stand;

beforeAll(async () => {
	stand = await Stand.start();
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

const requestsTo = (path: RegExp): Seen[] =>
	stand.emulator.requests.filter((request) => path.test(request.path));

const jsonsOf = (execution: Execution, node: string): IDataObject[] =>
	outputOf(execution, node).map(({ json }) => json);

describe('submit-and-collect', () => {
	const NAMES = ['fox', 'lighthouse', 'lemons', 'dunes'];

	async function collect(settings: IDataObject = {}): Promise<Execution> {
		const quick = { secondsToSleep: 1, secondsToLook: 5, ...settings };
		const credentials = { segmindApi: stand.credential };
		const { n8n } = stand;
		return await n8n.run(await n8n.import(await readExample('submit-and-collect', credentials, quick)));
	}

	/** The names of the pictures that each round collected. */
	const collectedIn = ({ data }: Execution): unknown[][] =>
		(data.resultData.runData['Pictures (go on from here)'] ?? []).map((round) =>
			(round.data?.main?.[0] ?? []).map(({ json }) => json.fileName),
		);

	test('all prompts are submitted at once, and collected after a sleep', async () => {
		const { emulator } = stand;
		const execution = await collect();
		expect(execution.status).toBe('success');
		expect(collectedIn(execution)).toEqual([NAMES.map((name) => `${name}.webp`)]);
		const pictures = outputOf(execution, 'Pictures (go on from here)');
		const seeds = jsonsOf(execution, 'Submit images').map(({ seed }) => seed);
		expect(pictures.map(({ json }) => json.seed)).toEqual(seeds);
		const links = pictures.map(({ json }) => String(json.imageUrl));
		const files = links.map(async (link) => Buffer.from(await (await fetch(link)).arrayBuffer()));
		expect((await Promise.all(files)).map(digestOf)).toEqual([
			...(await pictureDigests(emulator, pictures)).values(),
		]);
		expect(requestsTo(/^\/v2\/flux/)).toHaveLength(4);
		expect(emulator.paid).toBe(4);
	});

	test('what is not there yet is looked for in another round, and not paid for again', async () => {
		const { emulator } = stand;
		emulator.order({ prompt: 'lighthouse', delay: 9000 });
		const execution = await collect();
		expect(execution.status).toBe('success');
		expect(collectedIn(execution)).toEqual([['fox.webp', 'lemons.webp', 'dunes.webp'], ['lighthouse.webp']]);
		expect(outputOf(execution, 'What failed and what to do')).toEqual([]);
		expect(requestsTo(/^\/v2\/flux/)).toHaveLength(4);
		expect(emulator.paid).toBe(4);
	});

	test('what failed is listed with what to do, and does not stop the rest', async () => {
		const { emulator } = stand;
		emulator.order({ prompt: 'fox', reset: true });
		emulator.order({ prompt: 'lemons', fails: { error: 'Blocked by the content filter' } });
		emulator.order({ prompt: 'Dunes', delay: 60_000 });
		const execution = await collect({ mostLooks: 1 });
		expect(execution.status).toBe('success');
		expect(collectedIn(execution)).toEqual([['lighthouse.webp']]);
		const told = execution.data.resultData.runData['What failed and what to do'] ?? [];
		const listed = told.flatMap(({ data }) => data?.main?.[0] ?? []).map(({ json }) => json);
		const toDo = expect.stringMatching(/\w/);
		expect(listed).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ name: 'fox', cause: 'uncertain', billed: 'unknown', toDo }),
				expect.objectContaining({ name: 'lemons', cause: 'moderation', billed: 'no', toDo }),
				expect.objectContaining({
					name: 'dunes',
					requestId: jsonsOf(execution, 'Requests to collect')[2]?.requestId,
					what: 'Nothing was there within 5 seconds',
				}),
			]),
		);
		expect(listed).toHaveLength(3);
		expect(requestsTo(/^\/v2\/flux/)).toHaveLength(4);
		// The lost answer may have been billed, and so it is here.
		expect(emulator.paid).toBe(3);
	});
});

describe('pixelflow-to-storage', () => {
	const SKUS = ['MUG-01', 'LAMP-07', 'BAG-12'];

	async function store(bucket: Bucket): Promise<Execution> {
		const { credential, n8n } = stand;
		const s3 = await n8n.credential('s3', bucket.credential);
		const credentials = { segmindApi: credential, s3 };
		return await n8n.run(
			await n8n.import(await readExample('pixelflow-to-storage', credentials, { bucket: bucket.name })),
		);
	}

	/** The digests of what is stored, by its key. */
	const storedIn = async (bucket: Bucket): Promise<Map<string, string>> =>
		new Map((await bucket.files()).map(({ name, bytes }) => [name, digestOf(bytes)]));

	test('each row runs the flow with its inputs, and its files are stored under its name', async () => {
		const { emulator } = stand;
		const bucket = await opened(Bucket.start('flow-files'));
		const execution = await store(bucket);
		expect(execution.status).toBe('success');
		const runs = requestsTo(/^\/workflows\/v2\/product-photo$/);
		expect(runs.map(({ body }) => Object.keys(body))).toEqual(Array(3).fill(['prompt']));
		const files = await storedIn(bucket);
		expect([...files.keys()].sort()).toEqual(SKUS.map((sku) => `flows/${sku}-picture.webp`).sort());
		const rows = jsonsOf(execution, 'Run the flow');
		expect(rows.map(({ sku }) => sku)).toEqual(SKUS);
		for (const { sku, outputs } of rows) {
			const link = String((outputs as IDataObject).picture);
			const made = digestOf(Buffer.from(await (await fetch(link)).arrayBuffer()));
			expect(files.get(`flows/${String(sku)}-picture.webp`)).toBe(made);
		}
		expect(new Set(files.values()).size).toBe(3);
		expect(emulator.paid).toBe(3);
	});

	test('a flow that failed is listed, and a file that did not come is fetched without paying again', async () => {
		const { emulator } = stand;
		const bucket = await opened(Bucket.start('flow-files'));
		emulator.order({ prompt: 'brass', fails: { error: 'no such colour' } });
		emulator.order({ prompt: 'canvas', on: 'file', reset: true, times: 2 });
		const execution = await store(bucket);
		expect(execution.status).toBe('success');
		expect(jsonsOf(execution, 'What failed and what to do')).toEqual([
			expect.objectContaining({
				sku: 'LAMP-07',
				what: expect.stringContaining('no such colour'),
				cause: 'request',
				billed: 'no',
			}),
		]);
		expect([...(await storedIn(bucket)).keys()].sort()).toEqual([
			'flows/BAG-12-picture.webp',
			'flows/MUG-01-picture.webp',
		]);
		expect(requestsTo(/^\/workflows\//)).toHaveLength(3);
		expect(emulator.paid).toBe(2);
	});
});
