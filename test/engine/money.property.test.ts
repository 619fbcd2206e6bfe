import fc from 'fast-check';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import { Engine } from './engine';

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start({ delay: 2, credits: 5 });
});
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

/** US dollars for an image at the emulator. */
const PRICE = 0.05;

/** Everything that an item can meet and that is over at once: the waits are tested elsewhere. */
const faultOf = fc.constantFrom<Omit<Fault, 'prompt'>>(
	{ status: 400, body: { error: 'refused' } },
	{ status: 422, body: { error: 'blocked by the content filter' } },
	{ status: 503, body: { error: 'busy' }, headers: { 'retry-after': '0' } },
	{ status: 500, body: '<html>oops</html>', headers: { 'retry-after': '0' } },
	{ status: 429, body: { error: 'slow down' }, headers: { 'retry-after': '0' } },
	{ status: 504, body: '', billed: true },
	{ status: 504, body: '', billed: false },
	{ status: 200, body: { error: 'no image' } },
	{ cut: 100 },
	{ reset: true },
	{ reset: true, billed: false },
	{ delay: 20 },
);

const batchOf = fc.record({
	faults: fc.array(fc.array(faultOf, { maxLength: 3 }), { minLength: 1, maxLength: 8 }),
	concurrency: fc.integer({ min: 1, max: 6 }),
	maxRetries: fc.integer({ min: 0, max: 3 }),
	numberOfImages: fc.integer({ min: 1, max: 2 }),
	floor: fc.constantFrom(0, 0, 4.6, 4.8),
	retryOnFail: fc.constantFrom(false, false, true),
	onError: fc.constantFrom('continueRegularOutput' as const, 'continueErrorOutput' as const),
});

test('whatever happens: paid is delivered or in doubt, no more is in flight than allowed, order and floor hold', async () => {
	await fc.assert(
		fc.asyncProperty(batchOf, async ({ faults, floor, retryOnFail, onError, ...options }) => {
			emulator.reset();
			const prompts = faults.map((_, index) => `fox ${index}.`);
			for (const [index, list] of faults.entries()) {
				for (const fault of list) emulator.order({ ...fault, prompt: `fox ${index}.` });
			}
			const { items, routed, error } = await engine.run({
				credential: { apiKey: emulator.key, baseUrl: emulator.url },
				items: prompts.map((prompt) => ({ json: { prompt } })),
				node: { onError, retryOnFail, maxTries: 2, waitBetweenTries: 0 },
				parameters: {
					prompt: '={{ $json.prompt }}',
					aspectRatio: 'custom',
					width: 256,
					height: 256,
					options: { ...options, minimumRemainingCredits: floor },
				},
			});
			expect(error).toBeUndefined();
			const all = [...items, ...routed];
			expect(all).toHaveLength(prompts.length * options.numberOfImages);

			const delivered = all.filter(({ json }) => json.error === undefined);
			const doubted = all.filter(
				({ json }) => (json.details as { billed?: string } | undefined)?.billed === 'unknown',
			);
			expect(emulator.paid).toBeGreaterThanOrEqual(delivered.length);
			expect(emulator.paid).toBeLessThanOrEqual(delivered.length + doubted.length);
			expect(new Set(delivered.map(({ binary }) => binary?.data?.id)).size).toBe(delivered.length);

			expect(emulator.maxInFlight).toBeLessThanOrEqual(options.concurrency);
			const pairs = items.map(({ pairedItem }) => (pairedItem as { item: number }).item);
			expect(pairs).toEqual(pairs.toSorted((one, other) => one - other));
			for (const { json, pairedItem } of items.filter(({ json }) => json.error === undefined)) {
				expect(json.prompt).toBe(prompts[(pairedItem as { item: number }).item]);
			}
			expect(emulator.credits).toBeGreaterThanOrEqual(floor === 0 ? 0 : floor - 1e-9);
			expect(emulator.credits).toBeCloseTo(5 - emulator.paid * PRICE, 6);
		}),
		{ numRuns: 40 },
	);
});
