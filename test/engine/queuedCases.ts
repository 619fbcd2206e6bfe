import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { ReceivedRequest } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { submissions } from './results';
import { CONTINUE, itemsOf, queued } from './runs';
import { emulator, engine, otherServer } from './setup';

/** The prompt of an item, which is not part of another prompt, and the faults that its requests meet. */
type Case = readonly [prompt: string, faults: Fault | readonly Fault[] | (() => Fault), ...rest: unknown[]];

interface CaseResults {
	readonly itemOf: (prompt: string) => INodeExecutionData | undefined;
	readonly submissionsOf: (prompt: string) => ReceivedRequest[];
	readonly requests: readonly ReceivedRequest[];
	readonly requestsToOthers: number;
	readonly paid: number;
	/** Milliseconds. */
	readonly duration: number;
}

/** Runs all cases in one batch before the tests of a block, because most of their time is waiting. */
export function runCases(
	cases: readonly Case[],
	options: IDataObject,
	node: RunOptions['node'] = {},
): CaseResults {
	const results = {} as CaseResults;
	beforeAll(async () => {
		emulator.changeAccount();
		otherServer.reset();
		for (const [prompt, faults] of cases) {
			const all = typeof faults === 'function' ? faults() : faults;
			for (const fault of [all].flat()) emulator.inject({ ...fault, prompt });
		}
		const prompts = cases.map(([prompt]) => prompt);
		const started = performance.now();
		const { items } = await engine.run(
			queued({ concurrency: 20, ...options }, { items: itemsOf(...prompts), node: { ...CONTINUE, ...node } }),
		);
		const requests = [...emulator.requests];
		Object.assign(results, {
			itemOf: (prompt) => items[prompts.indexOf(prompt)],
			submissionsOf: (prompt) => submissions(requests).filter(({ body }) => body.prompt === prompt),
			requests,
			requestsToOthers: otherServer.requests.length,
			paid: emulator.paid,
			duration: performance.now() - started,
		} satisfies CaseResults);
	}, 90_000);
	return results;
}
