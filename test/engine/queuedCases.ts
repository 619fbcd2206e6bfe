import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { ReceivedRequest } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { RunOptions } from './engine';
import { submissions } from './results';
import { CONTINUE, itemsOf, queued } from './runs';
import { emulator, engine, otherServer } from './setup';

/** One item of a batch, and the faults that its requests meet. */
export interface Case {
	/** Unique, and not part of another one: it selects the faults. */
	readonly prompt: string;
	readonly faults: readonly Fault[];
}

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
	casesOf: () => readonly Case[],
	options: IDataObject,
	node: RunOptions['node'] = {},
): CaseResults {
	const results = {} as CaseResults;
	beforeAll(async () => {
		emulator.reset();
		otherServer.reset();
		const cases = casesOf();
		for (const { prompt, faults } of cases) {
			for (const fault of faults) emulator.inject({ ...fault, prompt });
		}
		const prompts = cases.map(({ prompt }) => prompt);
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
