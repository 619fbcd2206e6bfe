import type { INode } from 'n8n-workflow';

import type { Fault } from '../emulator/fault';

/** One execution of the soak, and what must come of it. */
export interface Work {
	readonly prompts: readonly string[];
	readonly faults: readonly Fault[];
	readonly node: Partial<INode>;
	/** Images that are delivered. */
	readonly delivered: number;
	/** Images that are paid, delivered or not. */
	readonly paid: number;
}

const SOON = { 'retry-after': '0' };

/** What befalls images of an execution: some of it is sent again, some of it ends them, and some of it is billed. */
const FAULTS: ReadonlyArray<{ readonly fault: Fault; readonly delivered: boolean; readonly paid: boolean }> =
	[
		{ fault: { status: 503, body: { error: 'busy' }, headers: SOON }, delivered: true, paid: true },
		{ fault: { status: 429, body: { error: 'slow down' }, headers: SOON }, delivered: true, paid: true },
		{
			fault: { status: 422, body: { error: 'Blocked by the content filter' } },
			delivered: false,
			paid: false,
		},
		{ fault: { status: 200, body: { error: 'no image' } }, delivered: false, paid: true },
		{
			fault: { status: 504, body: '<html>Gateway Time-out</html>', billed: true },
			delivered: false,
			paid: true,
		},
		{ fault: { cut: 500 }, delivered: false, paid: true },
		{ fault: { reset: true, billed: false }, delivered: false, paid: false },
	];

/** Of ten images most are small, some are as photos are, and one is as large as they come. */
const SIZES = ['small', 'medium', 'small', 'small', 'medium', 'small', 'large', 'small', 'medium', 'small'];

const promptsOf = (execution: number, count: number): string[] =>
	Array.from({ length: count }, (_, index) => `${SIZES[index % SIZES.length]} ${execution}.${index}`);

/** An execution that n8n runs twice, because one image is refused at first: the rest is handed over from notes. */
function retried(execution: number, count: number): Work {
	const prompts = promptsOf(execution, count);
	const refused = `refused ${execution}.`;
	return {
		prompts: [...prompts.slice(1), refused],
		faults: [{ prompt: refused, status: 422, body: { error: 'seed refused' } }],
		node: { onError: 'stopWorkflow', retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		delivered: count,
		paid: count,
	};
}

/** An execution in which every fault befalls one image. */
function troubled(execution: number, count: number, onError: NonNullable<INode['onError']>): Work {
	const prompts = promptsOf(execution, count - FAULTS.length);
	const faulty = FAULTS.map((_, index) => `fault ${execution}.${index}!`);
	return {
		prompts: [...prompts, ...faulty],
		faults: FAULTS.map(({ fault }, index) => ({ ...fault, prompt: faulty[index] ?? '' })),
		node: { onError },
		delivered: prompts.length + FAULTS.filter(({ delivered }) => delivered).length,
		paid: prompts.length + FAULTS.filter(({ paid }) => paid).length,
	};
}

/** So many executions with so many images each, in turns of every kind. */
export const workOf = (executions: number, count: number): Work[] =>
	Array.from({ length: executions }, (_, execution) => {
		if (execution % 4 === 3) return retried(execution, count);
		return troubled(execution, count, execution % 2 === 0 ? 'continueRegularOutput' : 'continueErrorOutput');
	});
