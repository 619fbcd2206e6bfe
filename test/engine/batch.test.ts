import { sleep } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import type { EmulatorOptions } from '../emulator/emulator';
import type { Ran, RunOptions } from './engine';
import { Engine } from './engine';

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
});
afterEach(async () => await emulator.close());
afterAll(async () => await engine.stop());

/** Small enough to be drawn at once. */
const SMALL = { aspectRatio: 'custom', width: 256, height: 256 };

const itemsOf = (...prompts: string[]) => prompts.map((prompt) => ({ json: { prompt } }));
const numbered = (count: number) => itemsOf(...Array.from({ length: count }, (_, index) => `fox ${index}`));

/** Runs the node over prompts, with options, against an emulator of its own. */
async function run(
	options: RunOptions['parameters'],
	rest: Omit<RunOptions, 'parameters' | 'credential'>,
): Promise<Ran> {
	return await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		parameters: { prompt: '={{ $json.prompt }}', ...SMALL, options: options ?? {} },
		...rest,
	});
}

async function emulate(options: EmulatorOptions = {}): Promise<void> {
	emulator = await Emulator.start(options);
}

const detailsOf = ({ items }: Ran) => items.map(({ json }) => json.details);
const CONTINUE = { onError: 'continueRegularOutput' } as const;

describe('images at once', () => {
	test('four requests are in flight unless another number is asked for', async () => {
		await emulate({ delay: 60 });
		await run({}, { items: numbered(12) });
		expect(emulator.maxInFlight).toBe(4);
		emulator.reset();
		await run({ concurrency: 2 }, { items: numbered(8) });
		expect(emulator.maxInFlight).toBe(2);
	});

	test('items keep their order and pairing, whichever is ready first', async () => {
		await emulate();
		emulator.order({ prompt: 'fox 0', delay: 300 });
		emulator.order({ prompt: 'fox 2', delay: 150 });
		const { items } = await run({}, { items: numbered(6) });
		expect(items.map(({ json }) => json.prompt)).toEqual(numbered(6).map(({ json }) => json.prompt));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3, 4, 5].map((item) => ({ item })));
	});

	test("one item's refusal harms no other", async () => {
		await emulate();
		emulator.order({ prompt: 'fox 1', status: 400, body: { error: 'The prompt is too odd' } });
		const { items } = await run({}, { items: numbered(4), node: CONTINUE });
		expect(items.map(({ json }) => json.error ?? 'image')).toEqual([
			'image',
			'Segmind did not accept the request (400): The prompt is too odd',
			'image',
			'image',
		]);
		expect(emulator.paid).toBe(3);
	});

	test('several images of one prompt count their seeds up, each with a file and a pairing of its own', async () => {
		await emulate();
		const { items } = await engine.run({
			credential: { apiKey: emulator.key, baseUrl: emulator.url },
			items: itemsOf('a', 'b'),
			parameters: {
				prompt: '={{ $json.prompt }}',
				...SMALL,
				additionalFields: { seed: 4294967294 },
				options: { numberOfImages: 3, fileName: '={{ $json.prompt }}' },
			},
		});
		const told = items.map(({ json, pairedItem }) => [json.prompt, json.seed, json.fileName, pairedItem]);
		expect(told).toEqual([
			['a', 4294967294, 'a.webp', { item: 0 }],
			['a', 4294967295, 'a-2.webp', { item: 0 }],
			['a', 0, 'a-3.webp', { item: 0 }],
			['b', 4294967294, 'b.webp', { item: 1 }],
			['b', 4294967295, 'b-2.webp', { item: 1 }],
			['b', 0, 'b-3.webp', { item: 1 }],
		]);
		expect(emulator.paid).toBe(6);
	});
});

describe('retries', () => {
	test.each([500, 502, 503])('%i is sent again until there is an image', async (status) => {
		await emulate();
		emulator.order({ status, body: { error: 'busy' }, times: 2 });
		const { items } = await run({}, { items: numbered(1) });
		expect(items[0]?.json).toMatchObject({ attempts: 3 });
		expect(emulator.paid).toBe(1);
		const [first, second, third] = emulator.imageRequests.map(({ at }) => at);
		expect(second! - first!).toBeGreaterThanOrEqual(450);
		expect(third! - second!).toBeGreaterThanOrEqual(950);
	});

	test('a connection that never came about is tried again', async () => {
		await emulate();
		const closed = await Emulator.start();
		const baseUrl = closed.url;
		await closed.close();
		const { items } = await engine.run({
			credential: { apiKey: 'key', baseUrl },
			node: CONTINUE,
			parameters: { prompt: 'a fox', options: { maxRetries: 1 } },
		});
		expect(items[0]?.json.details).toMatchObject({ cause: 'network', billed: 'no', attempts: 2 });
	});

	test('the number of retries is the one that was set, and 0 is a number', async () => {
		await emulate();
		emulator.order({ status: 503, body: { error: 'busy' }, times: -1 });
		const ran = await run({ maxRetries: 0 }, { items: numbered(1), node: CONTINUE });
		expect(detailsOf(ran)).toMatchObject([{ cause: 'server', attempts: 1, retryable: true, billed: 'no' }]);
		expect(emulator.requests).toHaveLength(1);
	});

	test.each([
		['a timeout of the gateway', { status: 504, body: '<html>504</html>' }],
		['a reset connection', { reset: true }],
		['a body cut short', { cut: 500 }],
		['an answer that is no image', { status: 200, body: { error: 'out of luck' } }],
	])('after %s nothing is sent again, since it may have been billed', async (_, fault) => {
		await emulate();
		emulator.order({ ...fault, times: -1 });
		const ran = await run({}, { items: numbered(1), node: CONTINUE });
		expect(detailsOf(ran)).toMatchObject([{ billed: 'unknown', retryable: false, attempts: 1 }]);
		expect(ran.items[0]?.json.message).toMatch(/may have been made and billed/);
		expect(emulator.requests).toHaveLength(1);
	});

	test('an uncertain outcome is sent again where the user takes the risk', async () => {
		await emulate();
		emulator.order({ cut: 500 });
		const { items } = await run({ retryUncertain: true }, { items: numbered(1) });
		expect(items[0]?.json.attempts).toBe(2);
		expect(emulator.paid).toBe(2);
	});
});

describe('the rate limit', () => {
	test.each([
		['Retry-After in seconds', () => ({ 'retry-after': '1' })],
		['Retry-After as a date', () => ({ 'retry-after': new Date(Date.now() + 2000).toUTCString() })],
		['ISO time', () => ({ 'x-rate-limit-reset-at-utc': new Date(Date.now() + 1000).toISOString() })],
		[
			'ISO time without a zone',
			() => ({ 'x-rate-limit-reset-at-utc': new Date(Date.now() + 1000).toISOString().slice(0, -1) }),
		],
		['epoch seconds', () => ({ 'x-rate-limit-reset-at-utc': String((Date.now() + 1000) / 1000) })],
		['epoch milliseconds', () => ({ 'x-rate-limit-reset-at-utc': String(Date.now() + 1000) })],
		['nothing', () => ({})],
		['nonsense', () => ({ 'x-rate-limit-reset-at-utc': 'soon', 'retry-after': '-5' })],
		['the past', () => ({ 'x-rate-limit-reset-at-utc': '2001-01-01T00:00:00Z' })],
	])('is waited for when the server names %s', async (_, headers) => {
		await emulate();
		emulator.order({ status: 429, body: { error: 'Too Many Requests' }, headers: headers(), times: 1 });
		const { items, hints } = await run({ concurrency: 1 }, { items: numbered(2) });
		expect(items.map(({ json }) => json.attempts)).toEqual([2, 1]);
		const [first, second] = emulator.imageRequests.map(({ at }) => at);
		expect(second! - first!).toBeGreaterThan(450);
		expect(second! - first!).toBeLessThan(3500);
		expect(hints.join('\n')).toMatch(/Waited [1-3] s for Segmind's rate limit/);
	});

	test('a wait of hours is not waited for, and nothing more is sent', async () => {
		await emulate();
		const later = new Date(Date.now() + 3 * 3600 * 1000).toISOString();
		emulator.order({ status: 429, headers: { 'x-rate-limit-reset-at-utc': later }, times: -1 });
		const ran = await run({ concurrency: 1 }, { items: numbered(3), node: CONTINUE });
		expect(detailsOf(ran)).toMatchObject([
			{ cause: 'rateLimit', attempts: 1 },
			{ cause: 'rateLimit', attempts: 0 },
			{ cause: 'rateLimit', attempts: 0 },
		]);
		expect(emulator.requests).toHaveLength(1);
	});

	test('all items stand still together, and every image is delivered and paid once', async () => {
		await emulate({ rateLimit: { requests: 5, window: 1000 } });
		const { items } = await run({ concurrency: 5 }, { items: numbered(15) });
		expect(items).toHaveLength(15);
		expect(emulator.paid).toBe(15);
		// In each of the two pauses, only those in flight were turned away.
		expect(emulator.imageRequests.length).toBeLessThanOrEqual(15 + 2 * 5);
	});
});

test('requests per minute spread the starts evenly over all items', async () => {
	await emulate();
	await run({ requestsPerMinute: 300 }, { items: numbered(6) });
	const starts = emulator.imageRequests.map(({ at }) => at);
	const gaps = starts.slice(1).map((at, index) => at - starts[index]!);
	expect(Math.min(...gaps)).toBeGreaterThan(150);
	expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(900);
	expect(starts.at(-1)! - starts[0]!).toBeLessThan(3000);
});

describe('the floor', () => {
	test('is never crossed, also with several images in flight', async () => {
		await emulate({ credits: 1, delay: 30 });
		const ran = await run(
			{ minimumRemainingCredits: 0.8, concurrency: 4 },
			{ items: numbered(8), node: CONTINUE },
		);
		expect(emulator.credits).toBe(0.8);
		expect(emulator.paid).toBe(4);
		expect(ran.items.filter(({ json }) => json.error === undefined)).toHaveLength(4);
		const refused = ran.items.filter(({ json }) => json.error !== undefined);
		for (const { json } of refused) {
			expect(json.error).toMatch(/^Not sent: with \$0\.80 left, .* below \$0\.80$/);
			expect(json.details).toMatchObject({
				cause: 'credits',
				billed: 'no',
				attempts: 0,
				remainingCredits: 0.8,
			});
		}
		expect(ran.hints.join('\n')).toMatch(/Only \$0\.00 above the minimum of \$0\.80/);
	});

	test('holds when the answers do not tell what is left', async () => {
		await emulate({ credits: 0.31 });
		emulator.order({ headers: { 'x-remaining-credits': null, 'x-cost': null }, times: -1 });
		await run({ minimumRemainingCredits: 0.2 }, { items: numbered(5), node: CONTINUE });
		expect(emulator.paid).toBe(2);
	});

	test('sends nothing when the balance can not be known', async () => {
		await emulate();
		emulator.order({ on: 'account', status: 500, times: -1 });
		const ran = await run(
			{ minimumRemainingCredits: 1, maxRetries: 0 },
			{ items: numbered(2), node: CONTINUE },
		);
		expect(detailsOf(ran)).toMatchObject([
			{ billed: 'no', attempts: 0 },
			{ billed: 'no', attempts: 0 },
		]);
		expect(emulator.imageRequests).toHaveLength(0);
	});

	test('asks for the balance once, and not at all without a floor', async () => {
		await emulate();
		await run({ minimumRemainingCredits: 1 }, { items: numbered(5) });
		expect(emulator.requests.filter(({ path }) => path === '/v1/get-user-credits')).toHaveLength(1);
		emulator.reset();
		await run({}, { items: numbered(2) });
		expect(emulator.requests.filter(({ path }) => path === '/v1/get-user-credits')).toHaveLength(0);
	});
});

describe('a refusal that every item would share', () => {
	test.each([
		[{ status: 401, body: { error: 'invalid_token', error_description: 'Unauthorized.' } }, 'credential'],
		[{ status: 403, body: { error: 'not permitted' } }, 'credential'],
		[{ status: 404, body: { error: 'no such model' } }, 'endpoint'],
		[{ status: 410, body: { error: 'retired' } }, 'endpoint'],
		[{ status: 302, headers: { location: 'http://127.0.0.1:9/' } }, 'endpoint'],
		[{ status: 402, body: { error: 'Insufficient credits. You have 0.0 credits.' } }, 'credits'],
		[{ status: 406, body: { error: 'Insufficient credits' } }, 'credits'],
	])('%j is met once', async (fault, cause) => {
		await emulate();
		emulator.order({ ...fault, times: -1 });
		const ran = await run({ concurrency: 1 }, { items: numbered(5), node: CONTINUE });
		expect(emulator.requests).toHaveLength(1);
		expect(detailsOf(ran)).toMatchObject([
			{ cause, attempts: 1 },
			...Array.from({ length: 4 }, () => ({ cause, billed: 'no', attempts: 0 })),
		]);
		expect(ran.items[4]?.json.error).toMatch(/^Not sent, because another request was refused: /);
	});
});

describe('stop mode', () => {
	test('raises the first refusal by item order, after the images in flight are kept', async () => {
		await emulate();
		emulator.order({ prompt: 'fox 2', status: 400, body: { error: 'third' } });
		emulator.order({ prompt: 'fox 1', status: 400, body: { error: 'second' }, delay: 200 });
		emulator.order({ prompt: 'fox 0', delay: 300 });
		const { error } = await run({ concurrency: 3 }, { items: numbered(9) });
		expect(error?.message).toBe('Segmind did not accept the request (400): second');
		expect(error?.description).toMatch(
			/Nothing was billed\. 1 of 9 images are paid and kept: .*only for the rest/,
		);
		expect((error as { httpCode?: string }).httpCode).toBe('400');
		expect(emulator.paid).toBe(1);
		expect(emulator.requests).toHaveLength(3);
	});
});

describe('cancel', () => {
	test.each([
		['waiting for the rate limit', { status: 429, headers: { 'retry-after': '30' }, times: -1 }],
		['waiting for a retry', { status: 503, headers: { 'retry-after': '30' }, times: -1 }],
		['waiting for an answer', { hang: true, times: -1 }],
	])('while %s starts no request and ends every wait', async (_, fault) => {
		await emulate();
		emulator.order(fault);
		const { ended, cancel } = await engine.begin({
			credential: { apiKey: emulator.key, baseUrl: emulator.url },
			items: numbered(10),
			parameters: { prompt: '={{ $json.prompt }}', ...SMALL, options: { concurrency: 2 } },
		});
		await sleep(700);
		const before = emulator.requests.length;
		expect(before).toBeGreaterThan(0);
		const cancelled = Date.now();
		cancel();
		await ended;
		expect(Date.now() - cancelled).toBeLessThan(1000);
		await sleep(400);
		expect(emulator.requests).toHaveLength(before);
		expect(emulator.inFlight).toBe(0);
	});
});

describe('hints', () => {
	test('tell what the run cost, what is left, and what was rounded', async () => {
		await emulate();
		const { hints } = await engine.run({
			credential: { apiKey: emulator.key, baseUrl: emulator.url },
			items: numbered(3),
			parameters: { prompt: '={{ $json.prompt }}', aspectRatio: 'custom', width: 300, height: 256 },
		});
		expect(hints).toEqual([
			'3 images for $0.15, $9.85 left',
			'Width 300 was sent as 304: the API counts in steps of 16 (and 2 more)',
		]);
	});
});
