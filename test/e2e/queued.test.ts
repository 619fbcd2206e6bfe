import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { until } from './process';
import { digestOf, paidPicture } from './receivers/pictures';
import { setUp } from './setup';
import { alreadyPaidOf, outputOf, RETRY_ON_FAIL } from './workflow';

const setup = setUp();

const submits = () => setup.requestsTo(/^\/v2\/flux/);
const polls = () => setup.requestsTo(/\/status$/);

/** Saves a workflow that makes an image of each prompt through the queue. */
async function queue(prompts: readonly string[], options: IDataObject = {}, rest: Partial<INode> = {}) {
	return await setup.save(setup.rows(prompts, { options: { delivery: 'queued', ...options } }, rest));
}

const polled = async (times: number): Promise<boolean> =>
	await until(`${times} polls`, () => polls().length >= times);

/** The id of the only running execution. */
async function runningExecution(): Promise<string> {
	const filter = encodeURIComponent(JSON.stringify({ status: ['running'] }));
	const path = `/executions?filter=${filter}`;
	const { results } = await setup.n8n.rest<{ results: Array<{ id: string }> }>('GET', path);
	return String(results[0]?.id);
}

const requestIdsOf = (items: readonly INodeExecutionData[]): unknown[] =>
	items.map(({ json }) => json.requestId);

async function expectFiles(items: readonly INodeExecutionData[]): Promise<void> {
	for (const item of items) {
		const picture = await paidPicture(setup.emulator, item.json.seed);
		expect(digestOf(await setup.storedFile(item))).toBe(digestOf(picture));
	}
}

test('submits each image once, waits for it, and stores it with its cost', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ delay: 2500, times: -1 });
	const execution = await n8n.run(await queue(['a', 'b']));
	expect(execution.status).toBe('success');
	const items = outputOf(execution);
	expect(items.map(({ json }) => [json.prompt, json.cost, json.attempts])).toEqual([
		['a', 0.05, 1],
		['b', 0.05, 1],
	]);
	expect(items.map(({ json }) => json.imageUrl)).toEqual(
		requestIdsOf(items).map((id) => `${emulator.url}/files/${String(id)}.webp`),
	);
	await expectFiles(items);
	const downloads = setup.requestsTo(/^\/files/);
	expect(downloads.map(({ headers }) => headers['x-api-key'])).toEqual([undefined, undefined]);
	expect(submits()).toHaveLength(2);
	expect(emulator.paid).toBe(2);
});

test('retries polls, results and downloads that fail, and pays once', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ on: 'status', reset: true });
	emulator.inject({ on: 'status', status: 502, body: '<html>bad gateway</html>' });
	emulator.inject({ on: 'result', cut: 10 });
	emulator.inject({ on: 'file', cut: 100 });
	const execution = await n8n.run(await queue(['a']));
	expect(execution.status).toBe('success');
	await expectFiles(outputOf(execution));
	expect([submits().length, emulator.paid]).toEqual([1, 1]);
});

test('Retry On Fail fetches an image that was not ready, and does not submit it again', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ prompt: 'b', delay: 8000 });
	const execution = await n8n.run(await queue(['a', 'b'], { timeout: 5 }, RETRY_ON_FAIL));
	expect(execution.status).toBe('success');
	expect(alreadyPaidOf(execution)).toEqual([
		['a', true],
		['b', true],
	]);
	await expectFiles(outputOf(execution));
	expect([submits().length, emulator.paid]).toEqual([2, 2]);
});

test('an error after failed polls names the request id, and "Retry" fetches its image', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ on: 'status', reset: true, times: 5 });
	const failed = await n8n.run(await queue(['a'], { timeout: 5 }));
	expect(failed.status).toBe('error');
	const { message, description } = failed.data.resultData.error ?? {};
	expect(message).toContain('5 seconds');
	const [, requestId] = /([^/]+)\/status$/.exec(polls()[0]?.path ?? '') ?? [];
	expect(description).toContain(requestId);
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	expect(requestIdsOf(outputOf(retried))).toEqual([requestId]);
	await expectFiles(outputOf(retried));
	expect([submits().length, emulator.paid]).toEqual([1, 1]);
});

test('stops polling after a cancel', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ delay: 20_000 });
	const id = await n8n.begin(await queue(['a']));
	await polled(3);
	await n8n.cancel(id);
	expect((await n8n.ended(id)).status).toBe('canceled');
	const count = emulator.requests.length;
	await sleep(5500);
	expect(emulator.requests).toHaveLength(count);
});

test('a cancelled retry loses nothing: the next one fetches the image of the same request', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ delay: 8000 });
	const failed = await n8n.run(await queue(['a'], { timeout: 5 }));
	expect(failed.status).toBe('error');
	// n8n responds to a retry when it ends, and to a cancelled one with an error.
	const cancelled = n8n.retry(failed).catch(String);
	await polled(polls().length + 1);
	await n8n.cancel(await runningExecution());
	expect(await cancelled).toContain('cancelled');
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	await expectFiles(outputOf(retried));
	expect([submits().length, emulator.paid]).toEqual([1, 1]);
});
