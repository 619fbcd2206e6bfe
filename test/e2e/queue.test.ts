import type { IDataObject, INode } from 'n8n-workflow';
import sharp from 'sharp';

import { load } from './load';
import type { Execution } from './n8n';
import type { Program } from './process';
import { until } from './process';
import { queueMode, WORKER_CONCURRENCY } from './production';
import { setUp } from './setup';
import { alreadyPaidOf, outputOf } from './workflow';

const setup = setUp({ environment: async () => await queueMode(setup) });
let workers: readonly [Program, Program];

beforeAll(async () => {
	workers = await Promise.all([setup.n8n.startWorker(), setup.n8n.startWorker()]);
});

const begin = async (prompts: readonly string[], options: IDataObject = {}, rest: Partial<INode> = {}) =>
	await setup.n8n.begin(await setup.save(setup.rows(prompts, { options }, rest)));

const allEnded = async (ids: readonly string[]): Promise<Execution[]> =>
	await Promise.all(ids.map(async (id) => await setup.n8n.ended(id)));

/** The executions that a worker took from the queue. */
async function takenBy(worker: Program): Promise<string[]> {
	return [...(await worker.log()).matchAll(/Worker started execution (\d+)/g)].map(([, id]) => String(id));
}

const paidPrompts = () =>
	setup.emulator.requests
		.filter(({ paid }) => paid)
		.map(({ body }) => body.prompt)
		.sort();

const promptsOf = (count: number) =>
	Array.from({ length: count }, (_, index) => [`fox ${index}`, `owl ${index}`]);

/** Executions of the load run. Each makes five images. */
const LOAD = 40;

/** Ten images a second. */
const RATE_LIMIT = { requests: 30, window: 3000 };

test('many webhook calls under a rate limit get each image once, few requests are refused, and the queue is empty', async () => {
	const { images, prompts, account } = await load(setup, LOAD, { rateLimit: RATE_LIMIT });
	expect(images.map(({ prompt }) => prompt)).toEqual(prompts);
	for (const { imageUrl, fileSize } of images) {
		expect((await (await fetch(String(imageUrl))).arrayBuffer()).byteLength).toBe(fileSize);
	}
	expect(new Set(images.map(({ requestId }) => requestId)).size).toBe(5 * LOAD);
	expect(account.paid).toBe(5 * LOAD);
	const refused = account.requests.filter(({ status }) => status === 429).length;
	expect(refused).toBeLessThanOrEqual(images.length / 2);
	await until('all executions are counted', async () => (await setup.n8n.queue()).completed >= LOAD);
	expect(await setup.n8n.queue()).toEqual({ waiting: 0, active: 0, completed: LOAD, failed: 0 });
}, 600_000);

test('ten executions on two workers pay for each image once, and every file opens', async () => {
	const { emulator } = setup;
	emulator.inject({ delay: 300, times: -1 });
	const all = promptsOf(10);
	const ids = await Promise.all(all.map(async (prompts) => await begin(prompts, { linkExpiry: '1 hour' })));
	const executions = await allEnded(ids);
	expect(executions.map(({ status }) => status)).toEqual(all.map(() => 'success'));
	expect(emulator.paid).toBe(20);
	expect(paidPrompts()).toEqual(all.flat().sort());
	for (const worker of workers) expect(await takenBy(worker)).not.toEqual([]);
	const items = executions.flatMap((execution) => outputOf(execution));
	expect(items.map(({ json }) => json.prompt)).toEqual(all.flat());
	for (const { json, binary } of items) {
		const bytes = await (await fetch(String(json.imageUrl))).arrayBuffer();
		expect(binary?.data?.id).toMatch(/^database:/);
		expect(bytes.byteLength).toBe(json.fileSize);
		const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
		expect([info.width, info.height, data.length]).toEqual([256, 256, 256 * 256 * 3]);
	}
});

test('Retry On Fail and "Retry" pay only for what is missing', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ prompt: 'owl', status: 400, body: { error: 'not today' }, times: 2 });
	const retryOnce = { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 };
	const failed = await n8n.ended(await begin(['fox', 'owl', 'hen'], {}, retryOnce));
	expect(failed.status).toBe('error');
	expect(paidPrompts()).toEqual(['fox', 'hen']);
	expect(emulator.imageRequests).toHaveLength(4);
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	expect(alreadyPaidOf(retried)).toEqual([
		['fox', true],
		['owl', false],
		['hen', true],
	]);
	expect(paidPrompts()).toEqual(['fox', 'hen', 'owl']);
});

test('the requests of a killed worker are paid once and never resent, and other executions go on', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ delay: 5000, times: -1 });
	const all = promptsOf(2 * WORKER_CONCURRENCY + 1);
	const ids: string[] = [];
	for (const prompts of all) ids.push(await begin(prompts));
	await until('all workers are busy', () => emulator.imageRequests.length >= 4 * WORKER_CONCURRENCY);
	const [killed] = workers;
	await killed.kill();
	const taken = await takenBy(killed);
	const executions = await allEnded(ids);
	const lost = executions.filter(({ id }) => taken.includes(id));
	expect(lost).toHaveLength(WORKER_CONCURRENCY);
	for (const execution of executions) {
		const isLost = lost.includes(execution);
		expect(execution.status).toBe(isLost ? 'error' : 'success');
		expect(outputOf(execution)).toHaveLength(isLost ? 0 : 2);
	}
	// n8n keeps nothing of a lost execution that could run again, so a retry fails before it sends anything.
	for (const execution of lost) {
		expect(execution.stored).toContain('This execution failed to be processed too many times');
		expect((await n8n.retry(execution)).status).toBe('error');
	}
	expect(emulator.imageRequests).toHaveLength(all.flat().length);
	expect(paidPrompts()).toEqual(all.flat().sort());
});

test('a worker that is shut down first delivers its requests in flight', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ delay: 1000, times: -1 });
	const id = await begin(['fox', 'owl']);
	await until('two requests', () => emulator.imageRequests.length >= 2);
	await workers[1].close();
	const execution = await n8n.ended(id);
	expect(execution.status).toBe('success');
	expect(alreadyPaidOf(execution)).toEqual([
		['fox', false],
		['owl', false],
	]);
	expect(emulator.paid).toBe(2);
});
