import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { ReceivedRequest } from '../emulator/emulator';
import type { Batch } from './batch';
import { isFlow, modelOf } from './batch';
import { faultsOf } from './faults';
import type { Play, Try } from './play';

/** Whether an item is an image that failed. A column `error` of the input must not come out. */
export const isError = ({ json }: INodeExecutionData): boolean => json.error !== undefined;

export const detailsOf = ({ json }: INodeExecutionData): IDataObject => json.details as IDataObject;

export const indexOf = ({ pairedItem }: INodeExecutionData): number =>
	typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : -1;

/** Whether a request asks for what an item holds. */
export function couldMake({ path, body }: ReceivedRequest, item: INodeExecutionData, batch: Batch): boolean {
	const input = batch.items[indexOf(item)]!;
	// A body without a seed is sent as it is, and the response says which one was used.
	const seed = batch.work === 'other' && input.seed === null ? undefined : item.json.seed;
	const isSeed = isFlow(batch) || body.seed === seed;
	return isSeed && body.prompt === input.prompt && path.endsWith(`/${modelOf(batch, input)}`);
}

/** Whether a request reached the faults: the emulator turns one away that the credits are too few for. */
const isMet = ({ status }: ReceivedRequest): boolean => status !== 402 && status !== 406;

export const countMet = (requests: readonly ReceivedRequest[]): number => requests.filter(isMet).length;

/** The items that share a prompt, and what became of them. */
function groupOf({ batch, tries, emulator }: Play, prompt: string) {
	const items = batch.items.filter((item) => item.prompt === prompt);
	const faults = faultsOf(items[0]!.faults, emulator.key);
	const owns = (index: number): boolean => batch.items[index]?.prompt === prompt;
	const requestsIn = ({ requests }: Try): ReceivedRequest[] =>
		requests.filter(({ body }) => body.prompt === prompt);
	return {
		images: items.reduce((sum, { images }) => sum + images, 0),
		maxAttempts: 1 + Math.max(...items.map(({ maxRetries }) => maxRetries)),
		retryUncertain: items[0]!.retryUncertain,
		owns,
		requestsIn,
		requests: tries.flatMap(requestsIn),
		/** What came out in the end. */
		output: (tries.at(-1)?.items ?? []).filter((item) => owns(indexOf(item))),
		/** What its requests meet, one after the other. */
		requestFaults: faults.filter(({ on = 'image' }) => on === 'image'),
		queueFaults: faults.filter(({ on = 'image' }) => on !== 'image'),
	};
}

export type Group = ReturnType<typeof groupOf>;

export const groupsOf = (play: Play): Group[] =>
	[...new Set(play.batch.items.map(({ prompt }) => prompt))].map((prompt) => groupOf(play, prompt));
