import type { Runner } from './runner';
import { HEADLINE, taskOf } from './timings';
import type { EventLoopStats } from './types';
import { promptOf } from './types';

/** How long runs of this node keep n8n from doing anything else. */
export interface Blocks {
	readonly items: number;
	/** Whether each item has an Idempotency Key, and the request history is as long as it may be. */
	readonly hasKeys: boolean;
	/** A run in which the last item is rejected. All items have the same File Name. */
	readonly run: EventLoopStats;
	/** Retry execution of that run; with keys a new execution, in which the history has all images but one. */
	readonly again: EventLoopStats;
	readonly requests: number;
	readonly paid: number;
	readonly delivered: number;
	readonly historyRequests: number;
}

const COUNTS = [1000, 2000, 5000, 10_000];

/** Requests in the history of one model, above which the node asks for a shorter one. */
const LONGEST_HISTORY = 20_000;

/** Small images without a delay, so that the node and n8n are all that takes time. */
const IMAGE_BYTES = 1000;

/** Rejects an item once: the run fails after everything else is paid. */
const reject = (itemIndex: number) => ({
	prompt: promptOf(itemIndex),
	status: 422,
	body: { error: 'rejected' },
});

async function measureCount(runner: Runner, items: number, hasKeys: boolean): Promise<Blocks> {
	const task = {
		...taskOf({ ...HEADLINE, items, concurrency: 20 }, 'node'),
		mode: hasKeys ? 'again' : 'blocks',
		options: { fileName: 'image', ...(hasKeys ? { idempotencyKey: '={{ $json.prompt }}' } : {}) },
	} as const;
	const teammates = hasKeys ? LONGEST_HISTORY - items : 0;
	const server = { imageBytes: IMAGE_BYTES, delay: 0, faults: [reject(items - 1)], teammates };
	const { blocks, requests, paid, delivered, historyRequests } = await runner.run(task, server);
	if (blocks === undefined) throw new Error('the worker measured no blocks of the event loop');
	const [run, again] = blocks;
	return { items, hasKeys, run, again, requests, paid, delivered, historyRequests };
}

/** Numbers of items, without keys and with them. */
export const blocksIn = (isQuick: boolean): ReadonlyArray<readonly [items: number, hasKeys: boolean]> =>
	[false, true].flatMap((hasKeys) => (isQuick ? [1000] : COUNTS).map((items) => [items, hasKeys] as const));

/** @throws {Error} when the worker measured no blocks */
export async function measureBlocks(runner: Runner, isQuick: boolean): Promise<Blocks[]> {
	const rows: Blocks[] = [];
	for (const [items, hasKeys] of blocksIn(isQuick)) rows.push(await measureCount(runner, items, hasKeys));
	return rows;
}

/** The exponent with which times grow with the number of items, by least squares over their logarithms. */
export function growthOf(rows: readonly Blocks[], timeOf: (row: Blocks) => number): number {
	const points = rows.map((row) => [Math.log(row.items), Math.log(timeOf(row))] as const);
	const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
	const [meanX, meanY] = [mean(0), mean(1)];
	const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
	return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
