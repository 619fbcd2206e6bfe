import type { Behaviour, Contender, Result } from './job';
import { promptOf } from './job';
import type { Runner, Task } from './runner';

/** Trouble that costs some of the contenders more than it should. */
export interface Trouble {
	readonly name: string;
	readonly items: number;
	readonly flows: number;
	readonly behaviour: Partial<Behaviour>;
	/** What the same trouble is for the queue, where that is another request. */
	readonly queued?: Partial<Behaviour>;
	readonly settings: Task['settings'];
	/** Images that can be delivered at all. */
	readonly deliverable: number;
	/** HTTP Request's batching as somebody would set it who knows of the trouble. */
	readonly batch: { readonly size: number; readonly interval: number };
}

/** What a contender paid for, and what arrived. */
export interface Spent {
	readonly trouble: string;
	readonly contender: Contender;
	readonly items: number;
	readonly deliverable: number;
	readonly milliseconds: number;
	readonly requests: number;
	readonly paid: number;
	readonly delivered: number;
	/** Images that were billed and whose answer was then lost: nobody can deliver them. */
	readonly lost: number;
	/** Images paid for each one delivered; null when none was. */
	readonly paidPerDelivered: number | null;
}

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

/** More than a flow of any trouble takes: who wants the images goes on until they are there. */
export const RETRIES_BY_HAND = 10;

const ONE_BY_ONE = { size: 4, interval: 1 };

const ITEMS = 40;

/** A fault for every tenth item, starting with this one. */
const everyTenth = (from: number, fault: object, times: number): Behaviour['faults'] =>
	Array.from({ length: ITEMS }, (_, index) => index)
		.filter((index) => index % 10 === from)
		.map((index) => ({ ...fault, prompt: promptOf(index), times }));

const BUSY = { status: 503, body: { error: 'busy' } };

const REFUSED = { status: 406, body: { error: 'blocked by the content filter' } };

const WINDOW = { requests: 10, window: 2000 };

/** Each under Retry On Fail with three tries; Retry execution follows a run that stopped. */
export const TROUBLES: readonly Trouble[] = [
	{
		name: 'One item in ten is answered with 503 once',
		items: ITEMS,
		flows: 1,
		deliverable: ITEMS,
		behaviour: { faults: everyTenth(9, BUSY, 1) ?? [] },
		settings: RETRY,
		batch: ONE_BY_ONE,
	},
	{
		name: 'One item in ten is refused always, not the first; On Error is Continue',
		items: ITEMS,
		flows: 1,
		deliverable: ITEMS - ITEMS / 10,
		behaviour: { faults: everyTenth(9, REFUSED, -1) ?? [] },
		settings: { ...RETRY, onError: 'continueRegularOutput' },
		batch: ONE_BY_ONE,
	},
	{
		name: 'The same, with the first item among them; n8n looks at that one alone',
		items: ITEMS,
		flows: 1,
		deliverable: ITEMS - ITEMS / 10,
		behaviour: { faults: everyTenth(0, REFUSED, -1) ?? [] },
		settings: { ...RETRY, onError: 'continueRegularOutput' },
		batch: ONE_BY_ONE,
	},
	{
		name: 'A rate limit of 10 in 2 s',
		items: ITEMS,
		flows: 1,
		deliverable: ITEMS,
		behaviour: { rateLimit: WINDOW },
		settings: { ...RETRY, waitBetweenTries: 1000 },
		// Half a second more than the window: at its very end chance would decide.
		batch: { size: WINDOW.requests, interval: WINDOW.window + 500 },
	},
	{
		name: 'One connection in ten breaks while the image is waited for',
		items: ITEMS,
		flows: 1,
		deliverable: ITEMS,
		behaviour: { faults: everyTenth(9, { reset: true }, 1) ?? [] },
		queued: { faults: everyTenth(9, { on: 'status', reset: true }, 1) ?? [] },
		settings: RETRY,
		batch: ONE_BY_ONE,
	},
	{
		name: '1 % of the connections are reset, when an image was billed',
		items: 100,
		flows: 5,
		deliverable: 500,
		behaviour: { resets: 0.01 },
		settings: RETRY,
		batch: ONE_BY_ONE,
	},
];

const toSpent = (
	{ name, items, flows, deliverable }: Trouble,
	contender: Contender,
	result: Result,
): Spent => {
	const { milliseconds, requests, paid, delivered, lost } = result;
	return {
		trouble: name,
		contender,
		items: items * flows,
		deliverable,
		milliseconds,
		requests,
		paid,
		delivered,
		lost,
		paidPerDelivered: delivered === 0 ? null : paid / delivered,
	};
};

/** Lets a contender go through a trouble. */
export async function measureTrouble(runner: Runner, trouble: Trouble, contender: Contender): Promise<Spent> {
	const { items, flows, settings, batch } = trouble;
	const behaviour = contender === 'queued' ? (trouble.queued ?? trouble.behaviour) : trouble.behaviour;
	const task: Task = {
		contender,
		items,
		atOnce: contender === 'httpBatched' ? batch.size : 4,
		batchInterval: batch.interval,
		flows,
		settings,
		retriesByHand: RETRIES_BY_HAND,
	};
	const result = await runner.run(task, { pictureBytes: 10_000, delay: 0, ...behaviour });
	return toSpent(trouble, contender, result);
}
