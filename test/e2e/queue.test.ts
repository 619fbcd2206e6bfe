import { randomUUID } from 'node:crypto';
import type { IDataObject, INode } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import sharp from 'sharp';

import type { Execution } from './n8n';
import type { Program } from './process';
import { Redis } from './redis';
import { Stand } from './stand';
import { chain, listOf, outputOf, segmind } from './workflow';

/** So many executions run in each worker at a time; the others wait in the queue. */
const AT_ONCE = 2;

let redis: Redis;
let stand: Stand;
let workers: readonly [Program, Program];

beforeAll(async () => {
	redis = await Redis.start();
	stand = await Stand.start({
		EXECUTIONS_MODE: 'queue',
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		N8N_ENCRYPTION_KEY: randomUUID(),
		N8N_CONCURRENCY_PRODUCTION_LIMIT: String(AT_ONCE),
		// A worker that no longer renews its lock is found dead in seconds rather than in a minute and a half.
		QUEUE_WORKER_LOCK_DURATION: '5000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '1000',
		QUEUE_WORKER_STALLED_INTERVAL: '2000',
	});
	workers = await Promise.all([stand.n8n.startWorker(), stand.n8n.startWorker()]);
}, 180_000);
beforeEach(() => stand.emulator.reset());
afterAll(async () => {
	await stand?.close();
	await redis?.stop();
});

async function begin(prompts: readonly string[], options: IDataObject = {}, rest: Partial<INode> = {}) {
	const { credential, n8n } = stand;
	const nodes = [...listOf(...prompts), segmind(credential, { options }, rest)];
	return await n8n.begin(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind')));
}

const ended = async (ids: readonly string[]): Promise<Execution[]> =>
	await Promise.all(ids.map(async (id) => await stand.n8n.ended(id)));

/** The executions that a worker took from the queue. */
async function takenBy(worker: Program): Promise<string[]> {
	return [...(await worker.log()).matchAll(/Worker started execution (\d+)/g)].map(([, id]) => String(id));
}

const toldOf = (execution: Execution) =>
	outputOf(execution).map(({ json }) => [json.prompt, json.alreadyPaid === true]);

const paidPrompts = () =>
	stand.emulator.requests
		.filter(({ paid }) => paid)
		.map(({ body }) => body.prompt)
		.sort();

const promptsOf = (count: number) =>
	Array.from({ length: count }, (_, index) => [`fox ${index}`, `owl ${index}`]);

test('ten executions on two workers pay each of their images once, and every file can be opened', async () => {
	const { emulator } = stand;
	emulator.order({ delay: 300, times: -1 });
	const all = promptsOf(10);
	const ids = await Promise.all(all.map(async (prompts) => await begin(prompts, { linkExpiry: '1 hour' })));
	const executions = await ended(ids);
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

test('Retry On Fail and Retry execution pay only for the rest', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ prompt: 'owl', status: 400, body: { error: 'not today' }, times: 2 });
	const retrying = { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 };
	const failed = await n8n.ended(await begin(['fox', 'owl', 'hen'], {}, retrying));
	expect(failed.status).toBe('error');
	expect(paidPrompts()).toEqual(['fox', 'hen']);
	expect(emulator.imageRequests).toHaveLength(4);
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	expect(toldOf(retried)).toEqual([
		['fox', true],
		['owl', false],
		['hen', true],
	]);
	expect(paidPrompts()).toEqual(['fox', 'hen', 'owl']);
});

test('what a killed worker had in flight is paid once and sent by nobody again, and the others go on', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ delay: 5000, times: -1 });
	const all = promptsOf(2 * AT_ONCE + 1);
	const ids: string[] = [];
	for (const prompts of all) ids.push(await begin(prompts));
	while (emulator.imageRequests.length < 4 * AT_ONCE) await sleep(50);
	const [killed] = workers;
	await killed.kill();
	const taken = await takenBy(killed);
	const executions = await ended(ids);
	const lost = executions.filter(({ id }) => taken.includes(id));
	expect(lost).toHaveLength(AT_ONCE);
	for (const execution of executions) {
		const isLost = lost.includes(execution);
		expect(execution.status).toBe(isLost ? 'error' : 'success');
		expect(outputOf(execution)).toHaveLength(isLost ? 0 : 2);
	}
	// n8n keeps nothing of a lost execution that could be run again, so a retry fails before it sends anything.
	for (const execution of lost) {
		expect(execution.stored).toContain('This execution failed to be processed too many times');
		expect((await n8n.retry(execution)).status).toBe('error');
	}
	expect(emulator.imageRequests).toHaveLength(all.flat().length);
	expect(paidPrompts()).toEqual(all.flat().sort());
});

test('a worker that is shut down first delivers what it has in flight', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ delay: 1000, times: -1 });
	const id = await begin(['fox', 'owl']);
	while (emulator.imageRequests.length < 2) await sleep(50);
	await workers[1].stop();
	const execution = await n8n.ended(id);
	expect(execution.status).toBe('success');
	expect(toldOf(execution)).toEqual([
		['fox', false],
		['owl', false],
	]);
	expect(emulator.paid).toBe(2);
});
