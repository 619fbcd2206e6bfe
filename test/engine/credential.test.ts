import { CredentialTestContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, INodeCredentialTestResult } from 'n8n-workflow';

import { testSegmindApi } from '../../nodes/Segmind/api/account';
import type { Fault } from '../emulator/fault';
import { jsonError, PAGE } from './faults';
import { credential } from './runs';
import { CLOSED, emulator, otherServer, useEngine } from './setup';

useEngine({ credits: 9.5, freeCredits: 0.018 });

/** Tests a credential as n8n does when it is saved. */
const testCredential = async (data: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult> =>
	await testSegmindApi.call(new CredentialTestContext(), {
		...{ id: '1', name: 'Segmind account', type: 'segmindApi' },
		data: { ...credential(), ...data },
	});

const failure = (words: RegExp) => ({ status: 'Error', message: expect.stringMatching(words) });

test('a valid key is reported with its balance, and nothing is spent', async () => {
	expect(await testCredential({})).toEqual({ status: 'OK', message: expect.stringContaining('$9.52') });
	expect(emulator.requests).toMatchObject([{ method: 'GET', path: '/v1/get-user-credits' }]);
	expect(emulator.credits).toBe(9.5);
});

test('a key without a balance record is valid', async () => {
	emulator.inject({ on: 'account', ...jsonError(404, 'No credits found for the user') });
	expect(await testCredential({})).toMatchObject({ status: 'OK' });
});

test('a rejected key is reported in clean sentences, without the key', async () => {
	const apiKey = `SG_${'e'.repeat(16)}`;
	const { status, message } = await testCredential({ apiKey });
	expect(status).toBe('Error');
	expect(message).toContain('API key');
	expect(message).not.toContain('..');
	expect(message).not.toContain(apiKey);
});

test.each<[string, Fault, RegExp]>([
	['an unknown address', { status: 404, body: '<html>nothing here</html>' }, /'Base URL'/],
	['a page instead of a balance', { status: 200, body: PAGE }, /Just a moment/],
	['a server error', { status: 503, body: 'busy' }, /busy/],
])('%s fails the test', async (_, fault, words) => {
	emulator.inject({ on: 'account', ...fault });
	expect(await testCredential({})).toEqual(failure(words));
});

test.each<[string, ICredentialDataDecryptedObject, RegExp]>([
	['to http://example.com', { baseUrl: 'http://example.com' }, /'Base URL'.*https:/],
	['to an invalid URL', { baseUrl: 'nonsense' }, /'Base URL'/],
	['if it is empty', { apiKey: ' ' }, /'API Key'/],
	// In plain English, without ECONNREFUSED.
	['if the connection is refused', { baseUrl: CLOSED }, /^(?!.*\b[A-Z_]{5,}\b).*refused.*'Base URL'/],
])('does not send the key %s', async (_, data, words) => {
	expect(await testCredential(data)).toEqual(failure(words));
	expect(emulator.requests).toHaveLength(0);
});

test('a redirect is not followed', async () => {
	const location = `${otherServer.url}/v1/get-user-credits`;
	emulator.inject({ on: 'account', status: 302, headers: { location } });
	expect(await testCredential({})).toMatchObject({ status: 'Error' });
	expect(otherServer.requests).toHaveLength(0);
});
