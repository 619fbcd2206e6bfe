import { randomInt } from 'node:crypto';
import type { IDataObject, INode } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Execution } from './n8n';
import type { Program } from './process';
import { until } from './process';
import { queueMode } from './production';
import type { Setup } from './setup';
import { setUp } from './setup';
import { jsonOf, nodeOf } from './workflow';

const IMAGES = 40;

/** Milliseconds that an image takes. */
const DELAY = 300;

const CONCURRENCY = 4;

/** Milliseconds that a run takes, if nothing stops it. */
const RUN = (IMAGES / CONCURRENCY) * DELAY;

/** One random moment of each fifth of a run, in milliseconds. */
const MOMENTS = Array.from({ length: 5 }, (_, index) =>
	randomInt((index * RUN) / 5, ((index + 1) * RUN) / 5),
);

/** These moments, with one way to deliver and another in turn: each costs a start of n8n. */
const casesOf = (...deliveries: readonly ['direct' | 'queued', 'direct' | 'queued']) =>
	MOMENTS.map((moment, index) => ({ moment, delivery: deliveries[index % 2] }));

/** Rows of prompts that no other test has, and a node that makes an image of each once, whatever happens. */
function keyedRows(setup: Setup, options: IDataObject = {}): INode[] {
	const name = randomInt(2 ** 32);
	const prompts = Array.from({ length: IMAGES }, (_, row) => `fox ${name}-${row}`);
	const key = { idempotencyKey: '={{ $json.prompt }}', concurrency: CONCURRENCY };
	return setup.rows(prompts, { options: { ...key, ...options } });
}

/** Starts a workflow, and returns the id of its execution at a moment after its first request. */
async function beginUntil({ emulator, n8n }: Setup, workflow: string, moment: number): Promise<string> {
	emulator.inject({ delay: DELAY, times: -1 });
	const id = await n8n.begin(workflow);
	await until('the first request', () => emulator.imageRequests.length > 0);
	await sleep(moment);
	return id;
}

function expectPaidOnce({ emulator }: Setup, execution: Execution, node?: string): void {
	expect(execution.status).toBe('success');
	const items = jsonOf(execution, node);
	expect(new Set(items.map(({ prompt }) => prompt)).size).toBe(IMAGES);
	expect(new Set(items.map(({ requestId }) => requestId)).size).toBe(IMAGES);
	expect([items.length, emulator.paid]).toEqual([IMAGES, IMAGES]);
}

describe('n8n in one process', () => {
	const setup = setUp({ emulator: { credits: 100 } });

	test.each(casesOf('direct', 'queued'))(
		'is killed after $moment ms, $delivery: another run pays for the rest',
		async ({ moment, delivery }) => {
			const { n8n } = setup;
			const workflow = await setup.save(keyedRows(setup, { delivery }));
			await beginUntil(setup, workflow, moment);
			await n8n.kill();
			await n8n.startAgain();
			expectPaidOnce(setup, await n8n.run(workflow));
		},
	);

	test('is cancelled: another run pays for the rest', async () => {
		const { n8n } = setup;
		const workflow = await setup.save(keyedRows(setup));
		const id = await beginUntil(setup, workflow, RUN / 2);
		await n8n.cancel(id);
		expect((await n8n.ended(id)).status).toBe('canceled');
		expectPaidOnce(setup, await n8n.run(workflow));
	});

	test("reaches the workflow's timeout: a workflow without one pays for the rest", async () => {
		const rows = keyedRows(setup);
		setup.emulator.inject({ delay: DELAY, times: -1 });
		const timedOut = await setup.run(rows, { settings: { executionTimeout: 2 } });
		expect(timedOut.status).toBe('canceled');
		expect(setup.emulator.paid).toBeLessThan(IMAGES);
		expectPaidOnce(setup, await setup.run(rows));
	});

	test('fails in a sub-workflow: a retry of its parent pays for the rest', async () => {
		const { emulator, n8n } = setup;
		const passthrough = { inputSource: 'passthrough' };
		const trigger = nodeOf('Start', 'n8n-nodes-base.executeWorkflowTrigger', passthrough, {
			typeVersion: 1.1,
		});
		const child = await n8n.publish(await setup.save(keyedRows(setup), { trigger }));
		const value = { __rl: true, mode: 'id', value: child };
		const parameters = { workflowId: value };
		const call = nodeOf('Child', 'n8n-nodes-base.executeWorkflow', parameters, { typeVersion: 1.2 });
		emulator.inject({ prompt: `-${IMAGES / 2}`, status: 400, body: { error: 'not today' } });
		emulator.inject({ delay: DELAY, times: -1 });
		const failed = await setup.run([call]);
		expect(failed.status).toBe('error');
		expect(emulator.paid).toBeGreaterThan(0);
		expectPaidOnce(setup, await n8n.retry(failed), 'Child');
	});
});

describe('a worker of n8n', () => {
	const setup = setUp({ emulator: { credits: 100 }, environment: async () => await queueMode(setup) });
	let worker: Program;

	beforeAll(async () => {
		worker = await setup.n8n.startWorker();
	});

	test.each(casesOf('queued', 'direct'))(
		'is killed after $moment ms, $delivery: another run pays for the rest',
		async ({ moment, delivery }) => {
			const workflow = await setup.save(keyedRows(setup, { delivery }));
			await beginUntil(setup, workflow, moment);
			await worker.kill();
			worker = await setup.n8n.startWorker();
			expectPaidOnce(setup, await setup.n8n.run(workflow));
		},
	);
});
