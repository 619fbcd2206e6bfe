import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Metadata } from 'sharp';
import sharp from 'sharp';

import type { LedgerEntry } from '../../nodes/Segmind/batch/ledger';
import type { ReceivedRequest } from '../emulator/emulator';
import type { RunResult } from './engine';
import { emulator, engine } from './setup';

/** An item's json with the fields of its error details. */
export const errorOf = (item: INodeExecutionData | undefined): IDataObject => ({
	...item?.json,
	...(item?.json.details as IDataObject | undefined),
});

/** Values of one json field. */
export const valuesOf = (items: readonly INodeExecutionData[], field: string): unknown[] =>
	items.map(({ json }) => json[field]);

/** The prompt of each item, with `already paid` if an earlier try paid for it: `['a', 'b already paid']`. */
export const paymentsOf = ({ items }: RunResult): string[] =>
	items.map(({ json }) => `${String(json.prompt)}${json.alreadyPaid === true ? ' already paid' : ''}`);

/** Everything that the node leaves in the execution for a later try. */
export const ledgerOf = ({ run }: RunResult): unknown =>
	run.data.executionData?.contextData['node:Segmind'] ?? {};

/** The entries of the ledger that an execution left behind. */
export const entriesOf = (result: RunResult): LedgerEntry[] =>
	Object.values(
		(ledgerOf(result) as { ledger?: Record<string, Record<string, LedgerEntry>> }).ledger ?? {},
	).flatMap((entries) => Object.values(entries));

/** The metadata of an item's image file. */
export const metadataOf = async (item: INodeExecutionData | undefined, field?: string): Promise<Metadata> =>
	await sharp(await engine.read(item, field)).metadata();

/** Expects the file of each item to be stored as a whole. */
export async function expectStored(items: readonly INodeExecutionData[]): Promise<void> {
	for (const item of items) expect((await engine.read(item)).length).toBe(item.json.fileSize);
}

export const requestsTo = (
	path: RegExp,
	requests: readonly ReceivedRequest[] = emulator.requests,
): ReceivedRequest[] => requests.filter((request) => path.test(request.path));

/** Requests for queued images and flows: each that Segmind accepts is paid for. */
export const submissions = (requests?: readonly ReceivedRequest[]): ReceivedRequest[] =>
	requestsTo(/^\/(v2|workflows(\/v2)?)\/[\w.-]+$/, requests);
