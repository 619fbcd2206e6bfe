import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { untilCancelled } from '../../../api/cancellation';
import type { SegmindClient } from '../../../api/client';
import { downloadWithRetries } from '../../../api/download';
import { SegmindError } from '../../../api/errors';
import { readHistory, requestPage } from '../../../api/history';
import type { HistoryRow } from '../../../api/historyRow';
import type { Opener } from '../../../api/opener';
import { openerOf } from '../../../api/opener';
import { toSeed } from '../../../api/response';
import { Deadline } from '../../../api/wait';
import { mapConcurrent } from '../../../batch/mapConcurrent';
import { retryFree } from '../../../batch/retry';
import { toDefaultName, UniqueNames } from '../../../files/fileName';
import { checkResponse } from '../../../files/fileType';
import { readParameters } from '../../../jobs/parameters';
import type { Outcome } from '../../../output/output';
import { stopsOnError, toOutput } from '../../../output/output';
import type { Operation } from '../../operation';
import { getManyFields } from './fields';
import type { ManyQuery } from './query';
import { toManyQuery } from './query';

/** Seconds for one page. */
const PAGE_TIMEOUT = 30;

/** Seconds for one file. */
const FILE_TIMEOUT = 120;

/** Files that are downloaded at once. */
const DOWNLOADS = 4;

/** Reads the requests that a query asks for, each once. */
async function readRows(client: SegmindClient, { windows, limit, sort }: ManyQuery): Promise<HistoryRow[]> {
	const rows = new Map<string, HistoryRow>();
	// Within a window the API sorts; windows follow each other in time only.
	const mustReadAll = windows.length > 1 && (sort === 'cost' || sort === 'model');
	for (const window of windows) {
		const request = async (page: number) =>
			await retryFree(async () => await requestPage(client, window, page, PAGE_TIMEOUT), client.cancelled);
		for await (const page of readHistory(request)) {
			for (const row of page) rows.set(row.requestId, row);
			if (rows.size >= limit && !mustReadAll) return [...rows.values()].slice(0, limit);
		}
	}
	const all = [...rows.values()];
	if (mustReadAll && sort === 'cost') all.sort((one, other) => (other.cost ?? 0) - (one.cost ?? 0));
	if (mustReadAll && sort === 'model')
		all.sort((one, other) => (one.model ?? '').localeCompare(other.model ?? ''));
	return all.slice(0, limit);
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The output fields in their order, which is part of the contract. */
function toJson(row: HistoryRow, { redact }: SegmindClient): IDataObject {
	const input = JSON.parse(redact(JSON.stringify(row.body))) as IDataObject;
	return {
		requestId: row.requestId,
		model: row.model,
		status: row.status,
		cost: row.cost,
		prompt: textOrNull(input.prompt),
		seed: toSeed(input.seed),
		createdAt: row.createdAt === null ? null : new Date(row.createdAt).toISOString(),
		generationTime: row.generationTime,
		imageUrl: row.links[0] ?? null,
		// Not called `error`: n8n takes an item with such a field for one that failed.
		failure: row.error,
		input,
	};
}

/** Downloads the files of a request, as far as Segmind still has them. */
async function toBinary(
	{ helpers }: IExecuteFunctions,
	client: SegmindClient,
	{ links, body, requestId }: HistoryRow,
	names: UniqueNames,
): Promise<INodeExecutionData['binary']> {
	const binary: NonNullable<INodeExecutionData['binary']> = {};
	for (const link of links) {
		const deadline = new Deadline(FILE_TIMEOUT);
		const response = await downloadWithRetries(client, link, deadline).catch(() => undefined);
		const file = response && checkResponse(response, link).file;
		if (file === undefined) continue;
		const count = Object.keys(binary).length;
		const name = names.claim(toDefaultName(textOrNull(body.prompt) ?? 'image', body.seed, requestId));
		const stored = await helpers.prepareBinaryData(file.bytes, `${name}.${file.format}`, file.mimeType);
		binary[count === 0 ? 'data' : `data_${count}`] = stored;
	}
	return Object.keys(binary).length === 0 ? undefined : binary;
}

async function itemsOf(context: IExecuteFunctions, open: Opener, itemIndex: number): Promise<Outcome[]> {
	const query = toManyQuery(readParameters(context, ['returnAll', 'limit', 'filters', 'options'], itemIndex));
	const client = await open(itemIndex);
	const rows = await readRows(client, query);
	const names = UniqueNames.forFiles();
	const concurrency = { limit: query.downloadFiles ? DOWNLOADS : 1 };
	return await mapConcurrent(rows, concurrency, async (row) => {
		const binary = query.downloadFiles ? await toBinary(context, client, row, names) : undefined;
		const json = toJson(row, client);
		const item = { json, ...(binary === undefined ? {} : { binary }), pairedItem: { item: itemIndex } };
		return { itemIndex, item };
	});
}

/** Lists the requests of the account. */
export const getMany: Operation = {
	resource: 'image',
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many images',
	description: "List the account's requests with what they cost, which costs nothing",
	toolDescription:
		'Lists requests of the Segmind account, the newest first, with model, prompt, cost in US dollars, status and imageUrl, a link that works for seven days. Costs nothing.',
	fields: getManyFields,
	async execute(context): Promise<INodeExecutionData[]> {
		const cancelled = context.getExecutionCancelSignal();
		const stops = stopsOnError(context);
		const run = async (): Promise<Outcome[]> => {
			const outcomes: Outcome[] = [];
			const open = openerOf(context);
			for (const itemIndex of context.getInputData().keys()) {
				try {
					outcomes.push(...(await itemsOf(context, open, itemIndex)));
				} catch (thrown) {
					outcomes.push({ itemIndex, error: SegmindError.from(thrown) });
					if (stops) break;
				}
			}
			return outcomes;
		};
		return toOutput(context, await untilCancelled(run(), cancelled));
	},
};
