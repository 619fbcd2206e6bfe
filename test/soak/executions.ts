import type { INode } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';

/** One execution of the soak, and what must come of it. */
export interface Planned {
	readonly prompts: readonly string[];
	readonly faults: readonly Fault[];
	/** Settings of the node. */
	readonly node: Partial<INode>;
	/** Images that are delivered. */
	readonly delivered: number;
	/** Images that are paid, delivered or not. */
	readonly paid: number;
}

const AT_ONCE = { 'retry-after': '0' };

/** Faults of single images: retried, failed without a bill, and billed without an image. */
const FAULTS: ReadonlyArray<readonly [fault: Fault, delivered: boolean, paid: boolean]> = [
	[{ status: 503, body: { error: 'busy' }, headers: AT_ONCE }, true, true],
	[{ status: 429, body: { error: 'slow down' }, headers: AT_ONCE }, true, true],
	[{ status: 422, body: { error: 'Blocked by the content filter' } }, false, false],
	[{ status: 200, body: { error: 'no image' } }, false, true],
	[{ status: 504, body: '<html>Gateway Time-out</html>', billed: true }, false, true],
	[{ cut: 500 }, false, true],
	[{ reset: true, billed: false }, false, false],
];

/** Most of ten images are small, some have the size of a photo, and one is very large. */
const SIZES = ['small', 'medium', 'small', 'small', 'medium', 'small', 'large', 'small', 'medium', 'small'];

const promptsOf = (execution: number, count: number): string[] =>
	Array.from({ length: count }, (_, index) => `${SIZES[index % SIZES.length]} ${execution}.${index}`);

/** An execution that n8n tries twice, because one image fails at first. The second try gets the rest from the ledger. */
function retried(execution: number, count: number): Planned {
	const prompt = `rejected ${execution}.`;
	return {
		prompts: [...promptsOf(execution, count).slice(1), prompt],
		faults: [{ prompt, status: 422, body: { error: 'seed refused' } }],
		node: { onError: 'stopWorkflow', retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		delivered: count,
		paid: count,
	};
}

/** An execution in which each fault meets one image. */
function faulty(execution: number, count: number, onError: NonNullable<INode['onError']>): Planned {
	const good = promptsOf(execution, count - FAULTS.length);
	const faults = FAULTS.map(([fault], index) => ({ ...fault, prompt: `fault ${execution}.${index}!` }));
	return {
		prompts: [...good, ...faults.map(({ prompt }) => prompt)],
		faults,
		node: { onError },
		delivered: good.length + FAULTS.filter(([, delivered]) => delivered).length,
		paid: good.length + FAULTS.filter(([, , paid]) => paid).length,
	};
}

/** Plans this many executions with this many images each, of every kind in turn. */
export const plan = (executions: number, count: number): Planned[] =>
	Array.from({ length: executions }, (_, execution) => {
		if (execution % 4 === 3) return retried(execution, count);
		return faulty(execution, count, execution % 2 === 0 ? 'continueRegularOutput' : 'continueErrorOutput');
	});
