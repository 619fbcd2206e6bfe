import { CredentialTestContext } from 'n8n-core';
import type { INodeCredentialTestResult } from 'n8n-workflow';

import { testSegmindApi } from '../../nodes/Segmind/segmind/credentialTest';
import { Emulator } from '../emulator/emulator';
import { Engine } from './engine';

let emulator: Emulator;
let elsewhere: Emulator;
let engine: Engine;

beforeAll(async () => {
	emulator = await Emulator.start({ credits: 9.5, freeCredits: 0.018 });
	elsewhere = await Emulator.start();
	engine = await Engine.start();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await engine.stop();
	await emulator.close();
	await elsewhere.close();
});

/** The test as n8n runs it when a credential is saved. */
async function testKey(data: { apiKey?: string; baseUrl?: string }): Promise<INodeCredentialTestResult> {
	return await testSegmindApi.call(new CredentialTestContext(), {
		id: '1',
		name: 'Segmind account',
		type: 'segmindApi',
		data: { apiKey: emulator.key, baseUrl: emulator.url, ...data },
	});
}

test('a key that works is told with its balance, and nothing is spent', async () => {
	expect(await testKey({})).toEqual({ status: 'OK', message: 'The key works. Credits left: $9.52' });
	expect(emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
		'GET /v1/get-user-credits',
	]);
	expect(emulator.credits).toBe(9.5);
});

test('a key without a balance record is a valid key', async () => {
	emulator.order({ on: 'account', status: 404, body: { error: 'No credits found for the user' } });
	expect(await testKey({})).toMatchObject({ status: 'OK' });
});

test('a refused key says so in plain words, and does not show itself', async () => {
	const apiKey = `SG_${'e'.repeat(16)}`;
	const { status, message } = await testKey({ apiKey });
	expect(status).toBe('Error');
	expect(message).toMatch(/^Segmind did not accept the API key .*[^.]\. Paste a key from the API keys page/);
	expect(message).not.toContain(apiKey);
});

test.each([
	['a wrong address', { status: 404, body: '<html>nothing here</html>' }, /Check 'Base URL'/],
	['a page instead of a balance', { status: 200, body: '<html>hello</html>' }, /not a balance: hello/],
	['trouble at Segmind', { status: 503, body: 'busy' }, /Run again later/],
])('%s is no valid key', async (_, fault, words) => {
	emulator.order({ on: 'account', ...fault });
	const { status, message } = await testKey({});
	expect(status).toBe('Error');
	expect(message).toMatch(words);
});

test.each([
	['http://example.com', /'Base URL' must start with https:/],
	['nonsense', /'Base URL' is not a web address/],
])('the key is not sent to %s', async (baseUrl, words) => {
	const { status, message } = await testKey({ baseUrl });
	expect(status).toBe('Error');
	expect(message).toMatch(words);
	expect(emulator.requests).toHaveLength(0);
});

test('an empty key is not sent', async () => {
	expect(await testKey({ apiKey: ' ' })).toMatchObject({
		status: 'Error',
		message: expect.stringContaining("'API Key' is empty"),
	});
	expect(emulator.requests).toHaveLength(0);
});

test('a redirect is not followed', async () => {
	emulator.order({
		on: 'account',
		status: 302,
		headers: { location: `${elsewhere.url}/v1/get-user-credits` },
	});
	expect(await testKey({})).toMatchObject({ status: 'Error' });
	expect(elsewhere.requests).toHaveLength(0);
});

test('a server that is not there is told in plain words, without codes', async () => {
	const closed = await Emulator.start();
	const baseUrl = closed.url;
	await closed.close();
	const { status, message } = await testKey({ baseUrl });
	expect(status).toBe('Error');
	expect(message).toBe(
		"Segmind could not be reached: the connection was refused. Check 'Base URL' and the network of this n8n",
	);
});
