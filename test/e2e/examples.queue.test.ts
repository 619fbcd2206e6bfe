import type { IDataObject } from 'n8n-workflow';

import type { Execution } from './n8n';
import { Bucket } from './receivers/bucket';
import { digestOf, paidPictures } from './receivers/pictures';
import { setUp } from './setup';
import { jsonOf } from './workflow';

const setup = setUp();

/** Downloads a file, and returns its digest. */
const digestAt = async (url: unknown): Promise<string> =>
	digestOf(Buffer.from(await (await fetch(String(url))).arrayBuffer()));

describe('submit-and-collect', () => {
	const NAMES = ['fox', 'lighthouse', 'lemons', 'dunes'];

	async function collect(settings: IDataObject = {}): Promise<Execution> {
		const quick = { secondsToSleep: 1, secondsToLook: 5, ...settings };
		const execution = await setup.runExample('submit-and-collect', quick);
		expect(execution.status).toBe('success');
		return execution;
	}

	/** The items of each run of a node, since the example loops. */
	const roundsOf = ({ data }: Execution, node: string): IDataObject[][] =>
		(data.resultData.runData[node] ?? []).map((round) =>
			(round.data?.main?.[0] ?? []).map(({ json }) => json),
		);

	/** The names of the pictures that each round collected. */
	const collectedIn = (execution: Execution): unknown[][] =>
		roundsOf(execution, 'Pictures (go on from here)').map((round) => round.map(({ fileName }) => fileName));

	test('all prompts are submitted at once, and collected after a pause', async () => {
		const { emulator } = setup;
		const execution = await collect();
		expect(collectedIn(execution)).toEqual([NAMES.map((name) => `${name}.webp`)]);
		const pictures = jsonOf(execution, 'Pictures (go on from here)');
		const submitted = jsonOf(execution, 'Submit images');
		expect(pictures.map(({ seed }) => seed)).toEqual(submitted.map(({ seed }) => seed));
		const files = await Promise.all(pictures.map(async ({ imageUrl }) => await digestAt(imageUrl)));
		expect(files).toEqual([...(await paidPictures(emulator, pictures)).values()]);
		expect(setup.requestsTo(/^\/v2\/flux/)).toHaveLength(4);
		expect(emulator.paid).toBe(4);
	});

	test('an image that is not ready is collected in another round, and not paid for again', async () => {
		const { emulator } = setup;
		emulator.inject({ prompt: 'lighthouse', delay: 9000 });
		const execution = await collect();
		expect(collectedIn(execution)).toEqual([['fox.webp', 'lemons.webp', 'dunes.webp'], ['lighthouse.webp']]);
		expect(jsonOf(execution, 'What failed and what to do')).toEqual([]);
		expect(setup.requestsTo(/^\/v2\/flux/)).toHaveLength(4);
		expect(emulator.paid).toBe(4);
	});

	test('what failed is listed with what to do, and does not stop the rest', async () => {
		const { emulator } = setup;
		emulator.history.options = { state: 'absent' };
		emulator.inject({ prompt: 'fox', reset: true });
		emulator.inject({ prompt: 'lemons', fails: { error: 'Blocked by the content filter' } });
		emulator.inject({ prompt: 'Dunes', delay: 60_000 });
		const execution = await collect({ mostLooks: 1 });
		expect(collectedIn(execution)).toEqual([['lighthouse.webp']]);
		const failed = roundsOf(execution, 'What failed and what to do').flat();
		const toDo = expect.stringMatching(/\w/) as unknown;
		const { requestId } = jsonOf(execution, 'Requests to collect')[2] ?? {};
		const what = expect.stringContaining('5 seconds') as unknown;
		expect(failed).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ name: 'fox', cause: 'uncertain', billed: 'unknown', toDo }),
				expect.objectContaining({ name: 'lemons', cause: 'moderation', billed: 'no', toDo }),
				expect.objectContaining({ name: 'dunes', requestId, what }),
			]),
		);
		expect(failed).toHaveLength(3);
		expect(setup.requestsTo(/^\/v2\/flux/)).toHaveLength(4);
		// The request with the lost response was billed.
		expect(emulator.paid).toBe(3);
	});
});

describe('pixelflow-to-storage', () => {
	const SKUS = ['MUG-01', 'LAMP-07', 'BAG-12'];

	async function store(): Promise<{ execution: Execution; files: Map<string, string> }> {
		const bucket = setup.closeLater(await Bucket.start('flow-files'));
		const s3 = await setup.n8n.credential('s3', bucket.credential);
		const execution = await setup.runExample('pixelflow-to-storage', { bucket: bucket.name }, { s3 });
		expect(execution.status).toBe('success');
		return { execution, files: await bucket.digests() };
	}

	test('each row runs the flow with its inputs, and its files are stored under its name', async () => {
		const { execution, files } = await store();
		const runs = setup.requestsTo(/^\/workflows\/v2\/product-photo$/);
		expect(runs.map(({ body }) => Object.keys(body))).toEqual(Array(3).fill(['prompt']));
		expect([...files.keys()].sort()).toEqual(SKUS.map((sku) => `flows/${sku}-picture.webp`).sort());
		const rows = jsonOf(execution, 'Run the flow');
		expect(rows.map(({ sku }) => sku)).toEqual(SKUS);
		for (const { sku, outputs } of rows) {
			const { picture } = outputs as IDataObject;
			expect(files.get(`flows/${String(sku)}-picture.webp`)).toBe(await digestAt(picture));
		}
		expect(new Set(files.values()).size).toBe(3);
		expect(setup.emulator.paid).toBe(3);
	});

	test('a failed flow is listed, and a broken download is repeated without paying again', async () => {
		const { emulator } = setup;
		emulator.inject({ prompt: 'brass', fails: { error: 'no such colour' } });
		emulator.inject({ prompt: 'canvas', on: 'file', reset: true, times: 2 });
		const { execution, files } = await store();
		const what = expect.stringContaining('no such colour') as unknown;
		expect(jsonOf(execution, 'What failed and what to do')).toEqual([
			expect.objectContaining({ sku: 'LAMP-07', what, cause: 'request', billed: 'no' }),
		]);
		expect([...files.keys()].sort()).toEqual(['flows/BAG-12-picture.webp', 'flows/MUG-01-picture.webp']);
		expect(setup.requestsTo(/^\/workflows\//)).toHaveLength(3);
		expect(emulator.paid).toBe(2);
	});
});
