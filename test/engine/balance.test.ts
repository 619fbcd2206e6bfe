import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import { Engine } from './engine';

let engine: Engine;

beforeAll(async () => {
	engine = await Engine.start();
});
afterAll(async () => await engine.stop());

interface Result {
	/** The cause of each item's error, or 'image'. */
	readonly outcomes: readonly unknown[];
	readonly remaining: unknown;
	readonly paid: number;
}

/** Runs three items, one after the other, against an account with $10 of which $9 must stay. */
async function runWith(fault: Fault): Promise<Result> {
	const emulator = await Emulator.start();
	emulator.inject(fault);
	const { items } = await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		items: [{ json: {} }, { json: {} }, { json: {} }],
		node: { onError: 'continueRegularOutput' },
		parameters: {
			...{ prompt: 'a fox', aspectRatio: 'custom', width: 256, height: 256 },
			options: { concurrency: 1, maxRetries: 0, minimumRemainingCredits: 9 },
		},
	});
	const { paid } = emulator;
	await emulator.close();
	const details = items.map(({ json }) => json.details as { cause?: unknown } | undefined);
	const remaining = items[0]?.json.remainingCredits;
	return { outcomes: details.map((each) => each?.cause ?? 'image'), remaining, paid };
}

const PAGE = '<html><h1>Welcome</h1></html>';
const text = (body: string): Fault => ({ bytes: Buffer.from(body).toString('base64') });

/** How the balance is reported before the first image, and why no image is made; null where they are. */
const BEFORE: ReadonlyArray<readonly [name: string, fault: Fault, cause: string | null]> = [
	['a 401', { status: 401, body: { error: 'invalid_token' }, times: -1 }, 'credential'],
	['a redirect', { status: 302, headers: { location: '/' }, times: -1 }, 'endpoint'],
	['a 404', { status: 404, body: { error: 'not here' }, times: -1 }, 'endpoint'],
	['no record', { status: 404, body: { error: 'No credits found for the user' }, times: -1 }, 'credits'],
	['a 429', { status: 429, body: { error: 'slow down' }, times: -1 }, 'rateLimit'],
	['a 502', { status: 502, body: PAGE, times: -1 }, 'server'],
	['a 503 once', { status: 503 }, null],
	['a 504', { status: 504, times: -1 }, 'server'],
	['a reset connection', { reset: true, times: -1 }, 'server'],
	['a body cut short', { cut: 5, times: -1 }, 'server'],
	['a page', { body: PAGE, times: -1 }, 'endpoint'],
	['nothing', { ...text(''), times: -1 }, 'endpoint'],
	['{}', { ...text('{}'), times: -1 }, 'endpoint'],
	['null', { ...text('null'), times: -1 }, 'endpoint'],
	['NaN', { ...text('{"credits":"NaN"}'), times: -1 }, 'endpoint'],
	['1e999', { ...text('{"credits":1e999}'), times: -1 }, 'endpoint'],
	['less than nothing', { ...text('{"credits":-5}'), times: -1 }, 'credits'],
	['too little for one image', { ...text('{"credits":9.049}'), times: -1 }, 'credits'],
	['a number as text', { ...text('{"credits":"9.95"}'), times: -1 }, null],
];

/** How it is reported after the first image, and how many images are made. */
const AFTER: ReadonlyArray<readonly [header: string | null, remaining: number | null, paid: number]> = [
	[null, null, 3],
	['NaN', null, 3],
	['-Infinity', null, 3],
	['9,01', null, 3],
	['9.05', 9.05, 3],
	['9.04', 9.04, 1],
	['0', 0, 1],
	['-3', -3, 1],
];

describe('with a minimum of credits', () => {
	const results = new Map<string, Result>();
	beforeAll(async () => {
		await Promise.all([
			...BEFORE.map(async ([name, fault]) => results.set(name, await runWith({ on: 'account', ...fault }))),
			...AFTER.map(async ([header]) =>
				results.set(`after ${header}`, await runWith({ headers: { 'x-remaining-credits': header } })),
			),
		]);
	}, 60_000);

	for (const [name, , cause] of BEFORE) {
		test(`${cause === null ? 'pays' : 'pays for nothing'} when the balance comes as ${name}`, () => {
			const { outcomes, paid } = results.get(name)!;
			expect(outcomes).toEqual([1, 2, 3].map(() => cause ?? 'image'));
			expect(paid).toBe(cause === null ? 3 : 0);
		});
	}

	test.each(AFTER)(
		'after an image that leaves %s, which is reported as %s, it pays for %i',
		(header, left, count) => {
			const { outcomes, remaining, paid } = results.get(`after ${header}`)!;
			expect(outcomes).toEqual([1, 2, 3].map((number) => (number <= count ? 'image' : 'credits')));
			expect([remaining, paid]).toEqual([left, count]);
		},
	);
});
