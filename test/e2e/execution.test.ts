import type { INode } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import type { Execution } from './n8n';
import { Stand } from './stand';
import { chain, listOf, nodeOf, outputOf, segmind } from './workflow';

let stand: Stand;

beforeAll(async () => {
	stand = await Stand.start();
});
beforeEach(() => stand.emulator.reset());
afterAll(async () => await stand?.close());

const REFUSED = { status: 400, body: { error: 'not today' } };

const toldOf = (execution: Execution) =>
	outputOf(execution).map(({ json }) => [json.prompt, json.alreadyPaid === true]);

test('Retry On Fail pays only for the rest', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ prompt: 'b', ...REFUSED });
	const nodes = [
		...listOf('a', 'b', 'c'),
		segmind(credential, {}, { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 }),
	];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind')));
	expect(execution.status).toBe('success');
	expect(toldOf(execution)).toEqual([
		['a', true],
		['b', false],
		['c', true],
	]);
	expect(emulator.paid).toBe(3);
});

test('Retry execution pays only for the rest', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ prompt: 'b', ...REFUSED });
	const workflow = await n8n.workflow(
		[...listOf('a', 'b', 'c'), segmind(credential)],
		chain('List', 'Rows', 'Segmind'),
	);
	const failed = await n8n.run(workflow);
	expect(failed.status).toBe('error');
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	expect(toldOf(retried)).toEqual([
		['a', true],
		['b', false],
		['c', true],
	]);
	expect(emulator.paid).toBe(3);
});

test('the error output carries the refusal and the row that it came from to the next node', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ prompt: 'b', status: 422, body: { error: 'blocked by the content filter' } });
	const nodes = [
		...listOf('a', 'b'),
		segmind(credential, {}, { onError: 'continueErrorOutput' }),
		nodeOf('Made', 'n8n-nodes-base.noOp', {}),
		nodeOf(
			'Refused',
			'n8n-nodes-base.set',
			{
				mode: 'raw',
				jsonOutput: '={{ { row: $json.prompt, cause: $json.details.cause, billed: $json.details.billed } }}',
				options: {},
			},
			{ typeVersion: 3.4 },
		),
	];
	const connections = {
		...chain('List', 'Rows', 'Segmind'),
		Segmind: {
			main: ['Made', 'Refused'].map((node) => [{ node, type: 'main' as const, index: 0 }]),
		},
	};
	const execution = await n8n.run(await n8n.workflow(nodes, connections));
	expect(outputOf(execution, 'Made').map(({ json }) => json.prompt)).toEqual(['a']);
	expect(outputOf(execution, 'Refused').map(({ json }) => json)).toEqual([
		{ row: 'b', cause: 'moderation', billed: 'no' },
	]);
});

test('a public link opens without a login, and not after it was altered', async () => {
	const { credential, n8n } = stand;
	const nodes = [
		segmind(credential, { prompt: 'a fox', outputFormat: 'jpg', options: { linkExpiry: '1 hour' } }),
	];
	const execution = await n8n.run(await n8n.workflow(nodes, chain('Segmind')));
	const [item] = outputOf(execution);
	const link = String(item?.json.imageUrl);
	const opened = await fetch(link);
	expect(opened.status).toBe(200);
	expect(opened.headers.get('content-type')).toBe('image/jpeg');
	expect((await opened.arrayBuffer()).byteLength).toBe(item?.json.fileSize);
	expect((await fetch(`${link.slice(0, -3)}xyz`)).status).toBe(400);
});

test('nothing is sent after a cancel', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ delay: 1500, times: -1 });
	const nodes = [...listOf('a', 'b', 'c', 'd'), segmind(credential, { options: { concurrency: 1 } })];
	const id = await n8n.begin(await n8n.workflow(nodes, chain('List', 'Rows', 'Segmind')));
	while (emulator.requests.length === 0) await sleep(50);
	await n8n.rest('POST', `/executions/${id}/stop`, {});
	const { status } = await n8n.ended(id);
	await sleep(2500);
	expect(status).toBe('canceled');
	expect(emulator.requests).toHaveLength(1);
});

test('neither the stored execution nor the log has the key', async () => {
	const { credential, emulator, n8n } = stand;
	emulator.order({ status: 401, body: { error: `bad key ${emulator.key}` } });
	const execution = await n8n.run(
		await n8n.workflow([segmind(credential, { prompt: 'a fox' })], chain('Segmind')),
	);
	expect(execution.status).toBe('error');
	expect(execution.stored).toContain('did not accept the API key');
	expect(execution.stored).not.toContain(emulator.key);
	expect(await n8n.log()).not.toContain(emulator.key);
});

test("n8n's HTTP Request node can use the credential, and takes the key to no other address", async () => {
	const { credential, emulator, n8n } = stand;
	const elsewhere = await Emulator.start();
	const request = (url: string): INode =>
		nodeOf(
			'Request',
			'n8n-nodes-base.httpRequest',
			{ url, authentication: 'predefinedCredentialType', nodeCredentialType: 'segmindApi', options: {} },
			{ typeVersion: 4.2, credentials: { segmindApi: credential } },
		);
	const run = async (url: string): Promise<Execution> =>
		await n8n.run(await n8n.workflow([request(url)], chain('Request')));
	const asked = await run(`${emulator.url}/v1/get-user-credits`);
	expect(outputOf(asked, 'Request')[0]?.json).toMatchObject({ credits: 10 });
	expect((await run(`${elsewhere.url}/v1/get-user-credits`)).status).toBe('error');
	emulator.order({
		on: 'account',
		status: 302,
		headers: { location: `${elsewhere.url}/v1/get-user-credits` },
	});
	await run(`${emulator.url}/v1/get-user-credits`);
	expect(elsewhere.requests.map(({ headers }) => headers['x-api-key'])).toEqual([]);
	await elsewhere.close();
});
