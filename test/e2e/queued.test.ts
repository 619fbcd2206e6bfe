/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads what a real n8n stored on the disk */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Seen } from '../emulator/emulator';
import { digestOf, pictureDigest } from './receivers/pictures';
import { Stand } from './stand';
import { chain, listOf, outputOf, segmind } from './workflow';

let stand: Stand;

beforeAll(async () => {
	stand = await Stand.start();
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

const requestsTo = (path: RegExp): Seen[] =>
	stand.emulator.requests.filter((request) => path.test(request.path));

const submits = (): Seen[] => requestsTo(/^\/v2\/flux/);
const polls = (): Seen[] => requestsTo(/\/status$/);

/** Saves a workflow whose node waits in the queue for an image of each prompt. */
async function queue(
	prompts: readonly string[],
	options: IDataObject = {},
	rest: Partial<INode> = {},
): Promise<string> {
	const node = segmind(stand.credential, { options: { delivery: 'queued', ...options } }, rest);
	return await stand.n8n.workflow([...listOf(...prompts), node], chain('List', 'Rows', 'Segmind'));
}

async function polled(times: number): Promise<void> {
	while (polls().length < times) await sleep(50);
}

/** The id of the only execution that is running. */
async function runningExecution(): Promise<string | undefined> {
	const filter = encodeURIComponent(JSON.stringify({ status: ['running'] }));
	const { results } = await stand.n8n.rest<{ results: Array<{ id: string }> }>(
		'GET',
		`/executions?filter=${filter}`,
	);
	return results[0]?.id;
}

const idsOf = (items: readonly INodeExecutionData[]): unknown[] => items.map(({ json }) => json.requestId);

/** The file of an item, where n8n stored it. */
async function storedFile({ binary }: INodeExecutionData): Promise<Buffer> {
	const id = binary?.data?.id ?? '';
	return await readFile(join(stand.n8n.folder, '.n8n', 'storage', id.replace('filesystem-v2:', '')));
}

async function expectFiles(items: readonly INodeExecutionData[]): Promise<void> {
	for (const item of items) {
		expect(digestOf(await storedFile(item))).toBe(await pictureDigest(stand.emulator, item.json.seed));
	}
}

test('queued images are submitted once, waited for, and stored with what they cost', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ delay: 2500, times: -1 });
	const execution = await n8n.run(await queue(['a', 'b']));
	expect(execution.status).toBe('success');
	const items = outputOf(execution);
	expect(items.map(({ json }) => [json.prompt, json.cost, json.attempts])).toEqual([
		['a', 0.05, 1],
		['b', 0.05, 1],
	]);
	expect(items.map(({ json }) => json.imageUrl)).toEqual(
		idsOf(items).map((id) => `${emulator.url}/files/${String(id)}.webp`),
	);
	await expectFiles(items);
	expect(requestsTo(/^\/files/).map(({ headers }) => headers['x-api-key'])).toEqual([undefined, undefined]);
	expect(submits()).toHaveLength(2);
	expect(emulator.paid).toBe(2);
});

test('what breaks between submitting and the file is asked for again', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ on: 'status', reset: true });
	emulator.order({ on: 'status', status: 502, body: '<html>bad gateway</html>' });
	emulator.order({ on: 'result', cut: 10 });
	emulator.order({ on: 'file', cut: 100 });
	const execution = await n8n.run(await queue(['a']));
	expect(execution.status).toBe('success');
	await expectFiles(outputOf(execution));
	expect([submits().length, emulator.paid]).toEqual([1, 1]);
});

test('an image that is late is fetched by Retry On Fail, and not submitted again', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ prompt: 'b', delay: 8000 });
	const retries = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
	const execution = await n8n.run(await queue(['a', 'b'], { timeout: 5 }, retries));
	expect(execution.status).toBe('success');
	const items = outputOf(execution);
	expect(items.map(({ json }) => [json.prompt, json.alreadyPaid === true])).toEqual([
		['a', true],
		['b', false],
	]);
	await expectFiles(items);
	expect([submits().length, emulator.paid]).toEqual([2, 2]);
});

test('polls that stay broken stop the run with the request id, and Retry execution fetches by it', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ on: 'status', reset: true, times: 5 });
	const failed = await n8n.run(await queue(['a'], { timeout: 5 }));
	expect(failed.status).toBe('error');
	const { message, description } = failed.data.resultData.error ?? {};
	expect(message).toContain('Nothing was there within 5 seconds');
	const [, requestId] = /request id, ([\w-]+)/.exec(description ?? '') ?? [];
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	expect(idsOf(outputOf(retried))).toEqual([requestId]);
	await expectFiles(outputOf(retried));
	expect([submits().length, emulator.paid]).toEqual([1, 1]);
});

test('a cancel ends the polling at once', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ delay: 20_000 });
	const id = await n8n.begin(await queue(['a']));
	await polled(3);
	await n8n.rest('POST', `/executions/${id}/stop`, {});
	expect((await n8n.ended(id)).status).toBe('canceled');
	const asked = emulator.requests.length;
	await sleep(5500);
	expect(emulator.requests).toHaveLength(asked);
});

test('a retry that is cancelled loses nothing: the next one fetches by the same request id', async () => {
	const { emulator, n8n } = stand;
	emulator.order({ delay: 8000 });
	const failed = await n8n.run(await queue(['a'], { timeout: 5 }));
	expect(failed.status).toBe('error');
	// n8n answers a retry when it ends, and one that is cancelled with an error.
	const cancelled = n8n.retry(failed).catch(String);
	await polled(polls().length + 1);
	await n8n.rest('POST', `/executions/${await runningExecution()}/stop`, {});
	expect(await cancelled).toContain('cancelled');
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	await expectFiles(outputOf(retried));
	expect([submits().length, emulator.paid]).toEqual([1, 1]);
});
