import type { Runner } from './runner';
import type { Contender, Job, ServerOptions } from './types';
import { promptOf } from './types';

/** Something that goes wrong during a run, and makes some contenders pay more than they deliver. */
export interface FaultScenario {
	readonly name: string;
	readonly server: Partial<ServerOptions>;
	/** The equivalent for the queue, where it is another request that fails. */
	readonly queued?: Partial<ServerOptions>;
	readonly items?: number;
	readonly runs?: number;
	/** Images that can't be delivered by anyone. */
	readonly undeliverable?: number;
	readonly settings?: Job['settings'];
	/** Batching of HTTP Request as a user would set it who knows of the fault. */
	readonly batch?: { readonly size: number; readonly interval: number };
	/** Kills n8n when so many images are paid, and runs the workflow anew. */
	readonly killAfter?: number;
	/** Options of this node. */
	readonly options?: Job['options'];
	/** Parallel requests, for contenders that have such a setting. */
	readonly concurrency?: number;
}

/** What a contender paid for, and what was delivered. */
export interface Spending {
	readonly fault: string;
	readonly contender: Contender;
	readonly deliverable: number;
	readonly milliseconds: number;
	readonly requests: number;
	readonly paid: number;
	readonly delivered: number;
	/** Images that were billed and whose response was lost. */
	readonly lost: number;
	/** Requests to the request history. */
	readonly historyRequests: number;
	/** Whether Segmind's request history says what became of those. */
	readonly isSettled: boolean;
	/** Images paid for each one delivered; null when none was. */
	readonly paidPerDelivered: number | null;
}

const ITEMS = 40;

/** More than any scenario needs: a user who wants the images goes on until they are there. */
export const MANUAL_RETRIES = 10;

const CONTINUE = { onError: 'continueRegularOutput' };

const WINDOW = { requests: 10, window: 2000 };

/** A fault for every tenth item, starting with `first`. */
const everyTenth = (first: number, fault: object, times: number): Pick<ServerOptions, 'faults'> => ({
	faults: Array.from({ length: ITEMS / 10 }, (_, index) => ({
		...fault,
		prompt: promptOf(first + index * 10),
		times,
	})),
});

const BUSY = { status: 503, body: { error: 'busy' } };

const BLOCKED = { status: 406, body: { error: 'blocked by the content filter' } };

/** A key of each item, with which a later execution finds what an earlier one paid for. */
const KEYS = { idempotencyKey: '={{ $json.prompt }}' };

/** Images of 14 s under 60 requests a minute, at a twentieth of the time. */
const SCALED = { items: 1000, delay: 700, requests: 60, window: 3000 };

/** Milliseconds: each window is full as soon as it opens. */
export const BEST_SCALED = (Math.ceil(SCALED.items / SCALED.requests) - 1) * SCALED.window + SCALED.delay;

/** Those that deliver all images, without the queue, whose polls are as far apart at any scale. */
export const SCALED_CONTENDERS: readonly Contender[] = ['node', 'httpBatched'];

/** The long run under a rate limit, with the node's default settings. */
export const SCALED_SCENARIO: FaultScenario = {
	name: '1,000 images of 14 s under 60 requests a minute, at a twentieth of the time',
	server: { delay: SCALED.delay, rateLimit: { requests: SCALED.requests, window: SCALED.window } },
	items: SCALED.items,
	concurrency: 0,
	settings: { waitBetweenTries: SCALED.window },
	batch: { size: SCALED.requests, interval: SCALED.window + 250 },
};

export const FAULT_SCENARIOS: readonly FaultScenario[] = [
	{ name: '503 once for one item in ten', server: everyTenth(9, BUSY, 1) },
	{
		name: 'One item in ten rejected, On Error: Continue',
		server: everyTenth(9, BLOCKED, -1),
		undeliverable: ITEMS / 10,
		settings: CONTINUE,
	},
	{
		name: 'The same, and the first item is among them',
		server: everyTenth(0, BLOCKED, -1),
		undeliverable: ITEMS / 10,
		settings: CONTINUE,
	},
	{
		name: 'Rate limit of 10 requests in 2 s',
		server: { rateLimit: WINDOW },
		settings: { waitBetweenTries: 1000 },
		// Half a second more than the window: at its very end chance would decide.
		batch: { size: WINDOW.requests, interval: WINDOW.window + 500 },
	},
	{
		name: 'Connection lost once for one item in ten',
		server: everyTenth(9, { reset: true }, 1),
		queued: everyTenth(9, { on: 'status', reset: true }, 1),
	},
	{
		name: '1 % of connections reset after billing',
		server: { resets: 0.01 },
		items: 100,
		runs: 5,
	},
	{
		name: '10 % of connections reset after billing, in one execution without a retry',
		server: { resets: 0.1 },
		items: 100,
		settings: { ...CONTINUE, retryOnFail: false },
	},
	{
		name: 'The same, and Segmind has no request history',
		server: { resets: 0.1, history: { state: 'absent' } },
		items: 100,
		settings: { ...CONTINUE, retryOnFail: false },
	},
	{
		name: "The same, and the request history can't be read",
		server: { resets: 0.1, history: { state: 'malformed' } },
		items: 100,
		settings: { ...CONTINUE, retryOnFail: false },
	},
	{
		name: 'n8n is killed halfway and runs the workflow again, with Idempotency Keys',
		server: { delay: 100 },
		killAfter: ITEMS / 2,
		options: KEYS,
	},
];

/** Runs a contender through a fault scenario, with Retry On Fail and, after a failed run, Retry execution. */
export async function measureSpending(
	runner: Runner,
	scenario: FaultScenario,
	contender: Contender,
): Promise<Spending> {
	const { name, items = ITEMS, runs = 1, undeliverable = 0, batch = { size: 4, interval: 1 } } = scenario;
	const { concurrency = 4, options = {}, killAfter } = scenario;
	const server = contender === 'queued' ? (scenario.queued ?? scenario.server) : scenario.server;
	const { milliseconds, requests, paid, delivered, lost, historyRequests } = await runner.run(
		{
			mode: 'measure',
			contender,
			items,
			concurrency: contender === 'httpBatched' ? batch.size : concurrency,
			batchInterval: batch.interval,
			runs,
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1, ...scenario.settings },
			options,
			manualRetries: MANUAL_RETRIES,
		},
		{ imageBytes: 10_000, delay: 0, ...server },
		killAfter,
	);
	return {
		fault: name,
		contender,
		deliverable: items * runs - undeliverable,
		milliseconds,
		requests,
		paid,
		delivered,
		lost,
		historyRequests,
		isSettled: server.history?.state === undefined,
		paidPerDelivered: delivered === 0 ? null : paid / delivered,
	};
}
