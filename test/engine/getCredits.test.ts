import type { Fault } from '../emulator/fault';
import { jsonError, PAGE } from './faults';
import { ERROR_OUTPUT, itemsOf, withParameters } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine({ freeCredits: 0.018, credits: 9.5 });

const parameters = { resource: 'account', operation: 'getCredits' };

test('returns the balance in US dollars for each item, with one free request', async () => {
	const { items } = await engine.run(withParameters(parameters, { items: itemsOf('a', 'b') }));
	const json = { credits: 9.5, freeCredits: 0.018, totalCredits: 9.518 };
	expect(items).toEqual([0, 1].map((item) => ({ json, pairedItem: { item } })));
	expect(emulator.requests).toMatchObject([{ method: 'GET', path: '/v1/get-user-credits' }]);
});

test('returns 0 for a valid key without a balance record', async () => {
	emulator.inject({ on: 'account', ...jsonError(404, 'No credits found for the user') });
	const { items } = await engine.run(withParameters(parameters));
	expect(items[0]?.json).toEqual({ credits: 0, freeCredits: 0, totalCredits: 0 });
});

test.each<[Fault, string]>([
	[jsonError(401, 'invalid_token'), 'credential'],
	[{ status: 404, body: '<html>nothing here</html>' }, 'endpoint'],
	[{ status: 504, body: '' }, 'server'],
	[{ reset: true }, 'server'],
	[{ status: 200, body: PAGE }, 'endpoint'],
	[{ status: 200, body: { credits: 'many' } }, 'endpoint'],
])('%j is a %s error that was not billed', async (fault, cause) => {
	emulator.inject({ on: 'account', ...fault });
	const { errorOutput } = await engine.run(withParameters(parameters, { node: ERROR_OUTPUT }));
	expect(errorOutput[0]?.json.details).toMatchObject({ cause, billed: 'no' });
});
