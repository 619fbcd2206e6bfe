import fc from 'fast-check';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { Ran, RunOptions } from './engine';
import { Engine } from './engine';
import { itemsOf, queued, RETRY_ON_FAIL, submits } from './queue';

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start();
});
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const page = '<html>oops</html>';
const soon = { 'retry-after': '0' };

/** What a submit can meet: whether it is taken into the queue, refused, or nobody knows. */
const SUBMIT: ReadonlyArray<Fault & { readonly outcome: 'refused' | 'doubt' }> = [
	{ outcome: 'refused', status: 400, body: { error: 'refused' } },
	{ outcome: 'refused', status: 429, body: { error: 'slow down' }, headers: soon },
	{ outcome: 'refused', status: 503, body: { error: 'busy' }, headers: soon },
	{ outcome: 'refused', fails: { error: 'the worker died' } },
	{ outcome: 'doubt', reset: true },
	{ outcome: 'doubt', reset: true, billed: false },
	{ outcome: 'doubt', cut: 20 },
	{ outcome: 'doubt', status: 504, body: page, billed: true },
	{ outcome: 'doubt', status: 200, body: { status: 'QUEUED' } },
];

/** What can happen to a request that was taken. */
const LATER: readonly Fault[] = [
	{ on: 'status', status: 401, body: { error: 'expired' } },
	{ on: 'status', reset: true },
	{ on: 'status', status: 404, body: { error: 'Not found' } },
	{ on: 'status', status: 200, body: page },
	{ on: 'status', fields: { status: 'STARTING' } },
	{ on: 'result', status: 403, body: { error: 'not now' } },
	{ on: 'result', fields: { output: null, images: null } },
	{ on: 'file', status: 200, body: page },
	{ on: 'file', cut: 100 },
];

const batchOf = fc.record({
	orders: fc.array(
		fc.record({
			submit: fc.array(fc.constantFrom(...SUBMIT), { maxLength: 2 }),
			later: fc.uniqueArray(fc.constantFrom(...LATER), { maxLength: 2 }),
		}),
		{ minLength: 1, maxLength: 5 },
	),
	concurrency: fc.integer({ min: 1, max: 5 }),
	maxRetries: fc.integer({ min: 0, max: 2 }),
	retryOnFail: fc.boolean(),
	floor: fc.constantFrom(0, 1),
});

const promptOf = (index: number): string => `fox ${index}.`;
const submitsOf = (prompt: string) => submits(emulator).filter(({ body }) => body.prompt === prompt);

test('whatever happens: what was taken is submitted once, delivered once, and everything comes in the end', async () => {
	await fc.assert(
		fc.asyncProperty(batchOf, async ({ orders, retryOnFail, floor, ...options }) => {
			emulator.reset();
			const prompts = orders.map((_, index) => promptOf(index));
			for (const [index, { submit, later }] of orders.entries()) {
				for (const fault of [...submit, ...later]) emulator.order({ ...fault, prompt: promptOf(index) });
			}
			const runOptions: RunOptions = {
				credential: { apiKey: emulator.key, baseUrl: emulator.url },
				items: itemsOf(...prompts),
				node: retryOnFail ? { ...RETRY_ON_FAIL, maxTries: 2 } : {},
				parameters: queued({ ...options, minimumRemainingCredits: floor, timeout: 30 }),
			};
			let before = prompts.map(() => 0);
			/** In one execution, nothing is sent after what may have been billed. */
			const expectNoneAfterDoubt = (): void => {
				const now = prompts.map((prompt) => submitsOf(prompt).length);
				for (const [index, { submit }] of orders.entries()) {
					const outcomes = submit.slice(before[index], now[index]).map(({ outcome }) => outcome);
					expect(outcomes.slice(0, -1)).not.toContain('doubt');
					if (outcomes.at(-1) === 'doubt') expect(now[index]).toBeLessThanOrEqual(submit.length);
				}
				before = now;
			};
			let ran: Ran = await engine.run(runOptions);
			expectNoneAfterDoubt();
			for (let tries = 0; ran.error !== undefined && tries < 25; tries += 1) {
				ran = await engine.retry(ran, runOptions);
				expectNoneAfterDoubt();
			}
			expect(ran.error).toBeUndefined();

			expect(ran.items.map(({ json }) => json.prompt)).toEqual(prompts);
			expect(new Set(ran.items.map(({ json }) => json.requestId)).size).toBe(prompts.length);
			expect(new Set(ran.items.map(({ json }) => json.fileName)).size).toBe(prompts.length);
			for (const [index, { submit }] of orders.entries()) {
				const sent = submitsOf(promptOf(index));
				expect(sent).toHaveLength(submit.length + 1);
				expect(ran.items[index]?.json.seed).toBe(sent.at(-1)?.body.seed);
				expect((await engine.read(ran.items[index])).length).toBe(ran.items[index]?.json.fileSize);
			}
			const billed = orders.flatMap(({ submit }) => submit).filter((fault) => isBilledDoubt(fault)).length;
			expect(emulator.paid).toBe(prompts.length + billed);
			expect(emulator.credits).toBeCloseTo(10 - emulator.paid * 0.05, 6);
		}),
		{ numRuns: 12, interruptAfterTimeLimit: 150_000 },
	);
}, 200_000);

const isBilledDoubt = ({ outcome, billed }: (typeof SUBMIT)[number]): boolean =>
	outcome === 'doubt' && billed !== false;
