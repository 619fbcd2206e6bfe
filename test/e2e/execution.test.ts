import type { IConnections } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import type { Execution } from './n8n';
import { until } from './process';
import { setUp } from './setup';
import { alreadyPaidOf, chain, jsonOf, MODERATED, nodeOf, RETRY_ON_FAIL, rowsOf } from './workflow';

const setup = setUp();

const REJECTED = { prompt: 'b', status: 400, body: { error: 'not today' } };

const PAID_BEFORE_EXCEPT_B = [
	['a', true],
	['b', false],
	['c', true],
];

test('Retry On Fail pays only for what is missing', async () => {
	const { emulator } = setup;
	emulator.inject(REJECTED);
	const execution = await setup.run(setup.rows(['a', 'b', 'c'], {}, RETRY_ON_FAIL));
	expect(execution.status).toBe('success');
	expect(alreadyPaidOf(execution)).toEqual(PAID_BEFORE_EXCEPT_B);
	expect(emulator.paid).toBe(3);
});

test('"Retry" of a failed execution pays only for what is missing', async () => {
	const { emulator, n8n } = setup;
	emulator.inject(REJECTED);
	const failed = await setup.run(setup.rows(['a', 'b', 'c']));
	expect(failed.status).toBe('error');
	const retried = await n8n.retry(failed);
	expect(retried.status).toBe('success');
	expect(alreadyPaidOf(retried)).toEqual(PAID_BEFORE_EXCEPT_B);
	expect(emulator.paid).toBe(3);
});

test('the error output takes the error and its row to the next node', async () => {
	setup.emulator.inject({ prompt: 'b', ...MODERATED });
	const fields = '={{ { row: $json.prompt, cause: $json.details.cause, billed: $json.details.billed } }}';
	const set = { mode: 'raw', jsonOutput: fields, options: {} };
	const rows = rowsOf('a', 'b');
	const segmind = setup.segmind({}, { onError: 'continueErrorOutput' });
	const images = nodeOf('Images', 'n8n-nodes-base.noOp');
	const errors = nodeOf('Errors', 'n8n-nodes-base.set', set, { typeVersion: 3.4 });
	const connections: IConnections = {
		...chain([...rows, segmind]),
		Segmind: { main: ['Images', 'Errors'].map((node) => [{ node, type: 'main', index: 0 }]) },
	};
	const execution = await setup.run([...rows, segmind, images, errors], { connections });
	expect(jsonOf(execution, 'Images').map(({ prompt }) => prompt)).toEqual(['a']);
	expect(jsonOf(execution, 'Errors')).toEqual([{ row: 'b', cause: 'moderation', billed: 'no' }]);
});

test('a public link opens without a login, and not after it was changed', async () => {
	const parameters = { prompt: 'a fox', outputFormat: 'jpg', options: { linkExpiry: '1 hour' } };
	const [image] = jsonOf(await setup.run([setup.segmind(parameters)]));
	const link = String(image?.imageUrl);
	const opened = await fetch(link);
	expect(opened.status).toBe(200);
	expect(opened.headers.get('content-type')).toBe('image/jpeg');
	expect((await opened.arrayBuffer()).byteLength).toBe(image?.fileSize);
	expect((await fetch(`${link.slice(0, -3)}xyz`)).status).toBe(400);
});

test('sends nothing after a cancel', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ delay: 1500, times: -1 });
	const workflow = await setup.save(setup.rows(['a', 'b', 'c', 'd'], { options: { concurrency: 1 } }));
	const id = await n8n.begin(workflow);
	await until('a request', () => emulator.requests.length > 0);
	await n8n.cancel(id);
	const { status } = await n8n.ended(id);
	await sleep(2500);
	expect(status).toBe('canceled');
	expect(emulator.requests).toHaveLength(1);
});

test('neither the stored execution nor the log has the key', async () => {
	const { emulator, n8n } = setup;
	emulator.inject({ status: 401, body: { error: `bad key ${emulator.key}` } });
	const execution = await setup.run([setup.segmind({ prompt: 'a fox' })]);
	expect(execution.status).toBe('error');
	expect(execution.stored).toContain('bad key');
	expect(execution.stored).not.toContain(emulator.key);
	expect(await n8n.log()).not.toContain(emulator.key);
});

test("n8n's HTTP Request node can use the credential, and sends the key to no other address", async () => {
	const { credential, emulator } = setup;
	const elsewhere = setup.closeLater(await Emulator.start());
	const request = async (origin: string): Promise<Execution> => {
		const url = `${origin}/v1/get-user-credits`;
		const type = { authentication: 'predefinedCredentialType', nodeCredentialType: 'segmindApi' };
		const credentials = { segmindApi: { ...credential } };
		const rest = { typeVersion: 4.2, credentials };
		return await setup.run([
			nodeOf('Request', 'n8n-nodes-base.httpRequest', { url, ...type, options: {} }, rest),
		]);
	};
	const [balance] = jsonOf(await request(emulator.url), 'Request');
	expect(balance).toMatchObject({ credits: 10 });
	expect((await request(elsewhere.url)).status).toBe('error');
	const headers = { location: `${elsewhere.url}/v1/get-user-credits` };
	emulator.inject({ on: 'account', status: 302, headers });
	await request(emulator.url);
	expect(elsewhere.requests.map((seen) => seen.headers['x-api-key'])).toEqual([]);
});
