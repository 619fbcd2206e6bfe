import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Emulator, Seen } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { Engine, Ran, RunOptions } from './engine';

/** Small enough to be drawn at once. */
const SMALL = { prompt: '={{ $json.prompt }}', aspectRatio: 'custom', width: 256, height: 256 };

/** The parameters of a queued image, with options. */
export const queued = (options: IDataObject = {}): IDataObject => ({
	...SMALL,
	options: { delivery: 'queued', ...options },
});

/** One item for each prompt. */
export const itemsOf = (...prompts: string[]): INodeExecutionData[] =>
	prompts.map((prompt) => ({ json: { prompt } }));

/** Failures are items, too. */
export const CONTINUE = { onError: 'continueRegularOutput' } as const;

/** n8n's own retry, at once. */
export const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

/** The requests whose path fits. */
export const asked = ({ requests }: Emulator, path: RegExp): Seen[] =>
	requests.filter((seen) => path.test(seen.path));

/** What was handed to the queue: each of these is paid for, if it was taken. */
export const submits = (emulator: Emulator): Seen[] => asked(emulator, /^\/(v2|workflows(\/v2)?)\/[\w.-]+$/);

/** What an item tells of its refusal. */
export const refusalIn = (item: INodeExecutionData | undefined): IDataObject => ({
	...item?.json,
	...(item?.json.details as IDataObject | undefined),
});

/** The notes that n8n hands on to a retry. */
export const notesIn = ({ run }: Ran): unknown =>
	run.data.executionData?.contextData['node:Segmind']?.paidImages;

/** One item of a batch, and what it meets. */
export interface Case {
	/** A name and a prompt, unlike all others. */
	readonly prompt: string;
	readonly faults: readonly Fault[];
}

/** Orders the faults of each case for its prompt. */
export function orderAll(emulator: Emulator, cases: readonly Case[]): void {
	for (const { prompt, faults } of cases) {
		for (const fault of faults) emulator.order({ ...fault, prompt });
	}
}

/** What became of a batch of cases, by their prompts. */
export interface Batch {
	itemOf(prompt: string): INodeExecutionData | undefined;
	submitsOf(prompt: string): Seen[];
	/** Milliseconds. */
	readonly took: number;
}

/** Runs all cases side by side, since most of their time is waiting. */
export async function runAll(
	engine: Engine,
	emulator: Emulator,
	cases: readonly Case[],
	options: IDataObject,
	node: RunOptions['node'] = {},
): Promise<Batch> {
	emulator.reset();
	orderAll(emulator, cases);
	const prompts = cases.map(({ prompt }) => prompt);
	const started = performance.now();
	const { items } = await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		parameters: queued({ concurrency: 20, ...options }),
		items: itemsOf(...prompts),
		node: { ...CONTINUE, ...node },
	});
	const sent = submits(emulator);
	return {
		itemOf: (prompt) => items[prompts.indexOf(prompt)],
		submitsOf: (prompt) => sent.filter(({ body }) => body.prompt === prompt),
		took: performance.now() - started,
	};
}
