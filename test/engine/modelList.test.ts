import { sleep } from 'n8n-workflow';

import { LIST_PATH } from '../emulator/catalog';
import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { CONTINUE, itemsOf, runJson, runModel } from './runs';
import { engine, useEngine } from './setup';

useEngine();

const SEEDREAM = 'seedream-v3-text-to-image';

/** Runs the node at a server whose list nobody has read yet. */
async function atNewServer<T>(fault: Fault | undefined, use: (server: Emulator) => Promise<T>): Promise<T> {
	const server = await Emulator.start();
	try {
		if (fault !== undefined) server.inject({ on: 'list', ...fault });
		return await use(server);
	} finally {
		await server.close();
	}
}

const at = ({ key, url }: Emulator) => ({ credential: { apiKey: key, baseUrl: url } });

const listRequests = (server: Emulator) => server.requests.filter(({ path }) => path === LIST_PATH);

test('the list is read once for all items and runs, and without the key', async () => {
	await atNewServer(undefined, async (server) => {
		const run = runModel(SEEDREAM, undefined, {}, { items: itemsOf('a', 'b', 'c'), ...at(server) });
		expect((await engine.run(run)).items).toHaveLength(3);
		expect((await engine.run(run)).items).toHaveLength(3);
		expect(listRequests(server)).toHaveLength(1);
		expect(listRequests(server)[0]?.headers).not.toHaveProperty('x-api-key');
	});
});

test('JSON needs no list', async () => {
	await atNewServer(undefined, async (server) => {
		const result = await engine.run(runJson('{"prompt":"a"}', {}, at(server)));
		expect(result.items[0]?.json).toMatchObject({ model: 'other-model', prompt: 'a', cost: 0.02 });
		expect(listRequests(server)).toEqual([]);
	});
});

describe('a list that can not be had', () => {
	const HUGE = 50 * 1024 * 1024;

	test.each<[string, Fault, RegExp]>([
		['is a page', { body: '<html>down</html>' }, /not a list of models/],
		['is an error', { status: 500, body: { error: 'down' } }, /answered with 500/],
		['is JSON of another kind', { body: { models: 'none' } }, /not a list of models/],
		['has 50 MB', { huge: HUGE }, /larger than 16 MiB/],
		[
			'has 10,000 models',
			{ body: Array.from({ length: 10_000 }, (_, index) => ({ slug: `m-${index}` })) },
			/10000 models/,
		],
		['is cut short', { cut: 200 }, /could not be read/],
		['resets the connection', { reset: true }, /could not be read/],
	])('and %s: the inputs are sent as entered, and a hint says so', async (_, fault, words) => {
		await atNewServer(fault, async (server) => {
			const { items, hints } = await engine.run(runModel(SEEDREAM, { prompt: 'a', seed: 1 }, {}, at(server)));
			expect(items[0]?.json).toMatchObject({ model: SEEDREAM, prompt: 'a', cost: 0.03 });
			expect(hints.join()).toMatch(/sent as entered, without a check/);
			expect(hints.join()).toMatch(words);
			expect(server.imageRequests.map(({ body }) => body)).toEqual([{ prompt: 'a', seed: 1 }]);
		});
	});

	test('sends nothing with an idempotency key, since the inputs could differ from those of earlier runs', async () => {
		await atNewServer({ status: 503, body: {} }, async (server) => {
			const parameters = { options: { idempotencyKey: 'k' } };
			const { error } = await engine.run(runModel(SEEDREAM, { prompt: 'a' }, parameters, at(server)));
			expect(error?.message).toContain(
				"with an 'Idempotency Key', the inputs are read as Segmind's model list says",
			);
			expect(error?.description).toContain("set 'Inputs' to Using JSON");
			expect(server.imageRequests).toEqual([]);
		});
	});

	test('is not waited for again and again', async () => {
		await atNewServer({ hang: true, times: -1 }, async (server) => {
			const run = async () => await engine.run(runModel(SEEDREAM, { prompt: 'a' }, {}, at(server)));
			expect((await run()).hints.join()).toMatch(/without a check/);
			expect((await run()).hints.join()).toMatch(/without a check/);
			expect(listRequests(server)).toHaveLength(1);
			expect(server.paid).toBe(2);
		});
	});
});

/** Starts a run, and waits until it waits for the list. */
async function beginAt(server: Emulator, rest: RunOptions = {}) {
	const running = await engine.begin(
		runModel(SEEDREAM, { prompt: 'a', size: ' BIG' }, {}, { ...rest, ...at(server) }),
	);
	while (listRequests(server).length === 0) await sleep(5);
	await sleep(100);
	return running;
}

test('two runs share a request for the list: cancelling the first changes nothing for the second', async () => {
	await atNewServer({ delay: 800 }, async (server) => {
		const first = await beginAt(server);
		const second = await beginAt(server);
		first.cancel();
		expect((await first.ended).error?.message).toContain('The execution was cancelled');
		const { items, hints } = await second.ended;
		expect(items[0]?.json).toMatchObject({ model: SEEDREAM, prompt: 'a' });
		expect(hints.join()).not.toContain('without a check');
		expect(server.imageRequests.map(({ body }) => body.size)).toEqual(['big']);
		expect(listRequests(server)).toHaveLength(1);
	});
});

test('a run that waits for the list of another one is cancelled at once', async () => {
	await atNewServer({ hang: true }, async (server) => {
		const first = await beginAt(server);
		const second = await beginAt(server);
		const cancelled = performance.now();
		second.cancel();
		expect((await second.ended).error?.message).toContain('The execution was cancelled');
		expect(performance.now() - cancelled).toBeLessThan(1000);
		first.cancel();
		await first.ended;
		expect(server.imageRequests).toHaveLength(0);
	});
});

test.each([
	['the list is read', 'list'],
	['a result is waited for', 'status'],
] as const)('a run that is cancelled while %s ends at once, whatever On Error says', async (_, on) => {
	await atNewServer({ on, hang: true, times: -1 }, async (server) => {
		const { ended, cancel } = await engine.begin(
			runModel(SEEDREAM, undefined, {}, { node: CONTINUE, ...at(server) }),
		);
		const path = on === 'list' ? LIST_PATH : '/requests/';
		while (!server.requests.some((request) => request.path.includes(path))) await sleep(5);
		const cancelled = performance.now();
		cancel();
		const { error } = await ended;
		expect(performance.now() - cancelled).toBeLessThan(1000);
		expect(error?.name).toBe('NodeOperationError');
		const money = on === 'list' ? 'nothing was billed' : 'What was sent may be billed';
		expect(error).toMatchObject({
			message: expect.stringContaining('The execution was cancelled'),
			description: expect.stringContaining(money),
		});
		expect(server.paid).toBe(on === 'list' ? 0 : 1);
	});
});
