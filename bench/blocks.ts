import type { Runner } from './runner';
import { HEADLINE, taskOf } from './timings';
import type { EventLoopStats } from './types';
import { promptOf } from './types';

/** How long large runs of this node keep n8n from doing anything else. */
export interface Blocks {
	readonly items: number;
	/** A run in which all items have the same File Name, and the last one is rejected. */
	readonly run: EventLoopStats;
	/** Retry execution of that run, in which all images but the last are paid. */
	readonly retry: EventLoopStats;
	readonly requests: number;
	readonly paid: number;
	readonly delivered: number;
}

const ITEMS = 10_000;

/** Small images without a delay, so that the node and n8n are all that takes time. */
const IMAGE_BYTES = 1000;

/** Rejects the last item once: the run fails after everything else is paid. */
const REJECT_LAST = { prompt: promptOf(ITEMS - 1), status: 422, body: { error: 'rejected' } };

/** @throws {Error} when the worker measured no blocks */
export async function measureBlocks(runner: Runner): Promise<Blocks> {
	const task = {
		...taskOf({ ...HEADLINE, items: ITEMS, concurrency: 20 }, 'node'),
		mode: 'blocks',
		fileName: 'image',
	} as const;
	const server = { imageBytes: IMAGE_BYTES, delay: 0, faults: [REJECT_LAST] };
	const { blocks, requests, paid, delivered } = await runner.run(task, server);
	if (blocks === undefined) throw new Error('the worker measured no blocks of the event loop');
	return { items: ITEMS, ...blocks, requests, paid, delivered };
}
