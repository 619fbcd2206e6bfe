import type { IDataObject } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import { bytesOf, jsonError, PAGE } from './faults';
import { errorOf, valuesOf } from './results';
import { CONTINUE, itemsOf, numberedItems, SMALL, withParameters } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine({ freeCredits: 0.018, credits: 9.5 });

const GET_CREDITS = { resource: 'account', operation: 'getCredits' };

/** Three images, one after the other, of an account of which $9 must stay. */
const WITH_MINIMUM = {
	...{ prompt: 'a fox', ...SMALL },
	options: { concurrency: 1, maxRetries: 0, minimumRemainingCredits: 9 },
};

interface Result {
	/** The cause of each item's error, or 'image'. */
	readonly outcomes: readonly unknown[];
	readonly remaining: unknown;
	/** Of the first item: how often it was requested. */
	readonly attempts: unknown;
	readonly paid: number;
	/** What Get Credits returns. */
	readonly balance: IDataObject;
}

/** Runs both against an account with $10 whose server has this fault. */
async function runWith(fault: Fault): Promise<Result> {
	const server = await Emulator.start();
	const run = async (parameters: IDataObject, count: number) => {
		server.reset();
		server.inject(fault);
		const credential = { apiKey: server.key, baseUrl: server.url };
		return await engine.run(
			withParameters(parameters, { credential, items: numberedItems(count), node: CONTINUE }),
		);
	};
	const { items } = await run(WITH_MINIMUM, 3);
	const { paid } = server;
	const { attempts } = errorOf(items[0]);
	const balance = errorOf((await run(GET_CREDITS, 1)).items[0]);
	await server.close();
	const outcomes = items.map((item) => errorOf(item).cause ?? 'image');
	return { outcomes, remaining: items[0]?.json.remainingCredits, attempts, paid, balance };
}

/** The key is valid, and Segmind has no record of its balance. */
const NO_CREDITS = { credits: 0, freeCredits: 0, totalCredits: 0 };

const reported = (credits: string): Fault => bytesOf(`{"credits":${credits}}`);

/**
 * What the balance call means: why no image is made, or 'image', and what Get Credits returns, by default an error
 * with the same cause.
 */
const BEFORE: ReadonlyArray<[name: string, fault: Fault, outcome: string, balance?: object]> = [
	['a 401', jsonError(401, 'invalid_token'), 'credential'],
	['a redirect', { status: 302, headers: { location: '/' } }, 'endpoint'],
	['a 404', jsonError(404, 'not here'), 'endpoint'],
	['a 404 page', { status: 404, body: PAGE }, 'endpoint'],
	['no record', jsonError(404, 'No credits found for the user'), 'credits', NO_CREDITS],
	['a 429', jsonError(429, 'slow down'), 'rateLimit'],
	['a 502', { status: 502, body: PAGE }, 'server'],
	['a 503 once', { status: 503, times: 1 }, 'image', { cause: 'server', billed: 'no' }],
	['a 504', { status: 504 }, 'server'],
	['a reset connection', { reset: true }, 'server'],
	['a body cut short', { cut: 5 }, 'server'],
	['a page', { body: PAGE }, 'endpoint'],
	['nothing', bytesOf(''), 'endpoint'],
	['{}', bytesOf('{}'), 'endpoint'],
	['null', bytesOf('null'), 'endpoint'],
	['words', reported('"many"'), 'endpoint'],
	['NaN', reported('"NaN"'), 'endpoint'],
	['1e999', reported('1e999'), 'endpoint'],
	['less than nothing', reported('-5'), 'credits', { credits: -5 }],
	['too little for one image', reported('9.049'), 'credits', { credits: 9.049 }],
	['a number as text', reported('"9.95"'), 'image', { credits: 9.95 }],
];

/** How the balance is reported after the first image, and how many images are made. */
const AFTER: ReadonlyArray<[header: string | null, remaining: number | null, paid: number]> = [
	[null, null, 3],
	['NaN', null, 3],
	['-Infinity', null, 3],
	['9,01', null, 3],
	['9.05', 9.05, 3],
	['9.04', 9.04, 1],
	['0', 0, 1],
	['-3', -3, 1],
];

describe('a reported balance', () => {
	const results = new Map<string, Result>();
	beforeAll(async () => {
		await Promise.all([
			...BEFORE.map(async ([name, fault]) =>
				results.set(name, await runWith({ on: 'account', times: -1, ...fault })),
			),
			...AFTER.map(async ([header]) =>
				results.set(`after ${header}`, await runWith({ headers: { 'x-remaining-credits': header } })),
			),
		]);
	}, 60_000);

	test.each(BEFORE)('%s', (name, _, outcome, expected = { cause: outcome, billed: 'no' }) => {
		const { outcomes, attempts, paid, balance } = results.get(name)!;
		expect(outcomes).toEqual([outcome, outcome, outcome]);
		expect([attempts, paid]).toEqual(outcome === 'image' ? [1, 3] : [0, 0]);
		expect(balance).toMatchObject(expected);
	});

	test.each(AFTER)('after an image, %s is returned as %s and lets it pay for %i', (header, left, count) => {
		const { outcomes, remaining, paid } = results.get(`after ${header}`)!;
		expect(outcomes).toEqual([1, 2, 3].map((number) => (number <= count ? 'image' : 'credits')));
		expect([remaining, paid]).toEqual([left, count]);
	});
});

test('Get Credits returns the balance in US dollars for each item, with one free request', async () => {
	const { items } = await engine.run(withParameters(GET_CREDITS, { items: itemsOf('a', 'b') }));
	const json = { credits: 9.5, freeCredits: 0.018, totalCredits: 9.518 };
	expect(items).toEqual([0, 1].map((item) => ({ json, pairedItem: { item } })));
	expect(emulator.requests).toMatchObject([{ method: 'GET', path: '/v1/get-user-credits' }]);
});

test("Get Credits does not report one account's balance for another", async () => {
	const keys = [emulator.key, 'SG_other', emulator.key];
	const items = keys.map((key) => ({ json: { key } }));
	const credential = { apiKey: '={{ $json.key }}', baseUrl: emulator.url };
	const { items: results } = await engine.run(
		withParameters(GET_CREDITS, { items, credential, node: CONTINUE }),
	);
	expect(valuesOf(results, 'totalCredits')).toEqual([9.518, undefined, 9.518]);
	expect(errorOf(results[1])).toMatchObject({ cause: 'credential', billed: 'no' });
	expect(emulator.requests).toHaveLength(1);
});
