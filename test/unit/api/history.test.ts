import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import type { HistoryPage } from '../../../nodes/Segmind/api/history';
import { dayBefore, readHistory, requestPage, requestRow, toDay } from '../../../nodes/Segmind/api/history';
import type { HistoryRow } from '../../../nodes/Segmind/api/historyRow';
import { failedRowError, toQueuedRequest, toRow } from '../../../nodes/Segmind/api/historyRow';
import { redactor } from '../../../nodes/Segmind/api/text';

const redact = redactor('key-1');
const LINK = 'https://files.example/a.png';

const FULL = {
	...{ request_id: 'r-1', model_name: 'm', model_status: 'COMPLETED', credits_deduction: 0.05 },
	...{ request_body: { prompt: 'a', seed: 7 }, generation_url: LINK, latency_ms: 1500 },
	...{ model_created: '2026-11-25T10:00:00Z', error: null },
};
const TIME = Date.parse('2026-11-25T10:00:00Z');

const ROW: HistoryRow = {
	...{ requestId: 'r-1', model: 'm', status: 'COMPLETED', cost: 0.05, body: { prompt: 'a', seed: 7 } },
	...{ links: [LINK], createdAt: TIME, generationTime: 1.5, error: null },
};

test.each<[fields: object, row: Partial<HistoryRow>]>([
	[{}, {}],
	[{ request_id: 17 }, { requestId: '17' }],
	[{ model_name: undefined, model: 'm-2' }, { model: 'm-2' }],
	[{ model_name: 5 }, { model: null }],
	[
		{ model_status: 'Failed', error: { message: 'NSFW for key-1' } },
		{ status: 'FAILED', error: 'NSFW for …' },
	],
	[{ model_status: undefined, status: 'processing' }, { status: 'PENDING' }],
	[{ model_status: 'odd' }, { status: null }],
	[{ credits_deduction: '0.075' }, { cost: 0.075 }],
	[{ credits_deduction: -1 }, { cost: null }],
	[{ credits_deduction: 'NaN' }, { cost: null }],
	[{ request_body: '{"prompt":"b"}' }, { body: { prompt: 'b' } }],
	[{ request_body: 'no json' }, { body: {} }],
	[{ request_body: ['a'] }, { body: {} }],
	[{ generation_url: null }, { links: [] }],
	[{ generation_url: `["${LINK}","${LINK}2"]` }, { links: [LINK, `${LINK}2`] }],
	[{ latency_ms: null }, { generationTime: null }],
	[{ model_created: undefined, created_at: '2026-11-25T10:00:00' }, { createdAt: TIME }],
	[{ model_created: undefined, createdAt: TIME / 1000 }, { createdAt: TIME }],
	[{ model_created: undefined, timestamp: TIME }, { createdAt: TIME }],
	[{ model_created: undefined }, { createdAt: null }],
	[{ model_created: '2999-01-01T00:00:00Z' }, { createdAt: null }],
])('reads a row with %j', (fields, row) => {
	expect(toRow({ ...FULL, ...fields }, 0, redact)).toEqual({ ...ROW, ...row });
});

test('reads times by the clock of this machine, and nothing without a safe id', () => {
	expect(toRow(FULL, 60_000, redact)?.createdAt).toBe(TIME - 60_000);
	for (const id of [undefined, null, '', '../x', 1.5, {}]) {
		expect(toRow({ ...FULL, request_id: id }, 0, redact)).toBeUndefined();
	}
});

test('a row becomes a queued request that is paid for, with its answer when it is finished', () => {
	const response = { status: 'COMPLETED', model: 'm', prompt: 'a', seed: 7, aspect_ratio: undefined };
	const metrics = { cost: 0.05, inference_time: 1.5 };
	const finished = { ...response, output: [LINK], metrics };
	const queued = { requestId: 'r-1', submittedAt: TIME, seed: 7, response: finished };
	expect(toQueuedRequest(ROW, false)).toEqual({ ...queued, recovered: false });
	expect(toQueuedRequest(ROW, true)).toEqual({ ...queued, recovered: true });
	const pending = { ...ROW, links: [], createdAt: null, body: {} };
	expect(toQueuedRequest(pending, false)).toEqual({ requestId: 'r-1', recovered: false });
});

test('a failed row was not billed, and its words say why', () => {
	expect(failedRowError({ ...ROW, error: 'blocked: NSFW' }, redact)).toMatchObject({
		...{ reason: 'moderation', billed: 'no', requestId: 'r-1' },
	});
	expect(failedRowError({ ...ROW, error: null }, redact).message).toContain('Segmind gives no reason');
});

/** A client whose history answers this. */
function answering(body: unknown, statusCode = 200, headers = {}) {
	const sent: Array<{ path: string; timeout: number; service: string }> = [];
	const send = async (request: (typeof sent)[number]) => {
		sent.push(request);
		return { statusCode, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
	};
	return { client: { send, redact } as unknown as SegmindClient, sent };
}

test.each<[shape: string, body: unknown, rows: number]>([
	['results', { results: [FULL] }, 1],
	['a bare list', [FULL], 1],
	['lists beside it', { tags: ['a'], empty: [], data: { page: 1, items: [FULL, FULL] } }, 2],
	['rows without an id among them', { results: [FULL, {}, 7, { request_id: null }] }, 1],
	['nothing', { results: [] }, 0],
])('finds the rows in %s', async (_, body, rows) => {
	const page = await requestPage(answering(body).client, {}, 1, 5);
	expect(page).toMatchObject({ isLast: true, bytes: JSON.stringify(body).length });
	expect(page.rows).toEqual(Array(rows).fill(ROW));
});

test.each([['<html>'], ['{}'], ['null'], [{ results: 'none' }], [{ a: { b: { c: { d: { e: [FULL] } } } } }]])(
	'can not read %j',
	async (body) => {
		await expect(requestPage(answering(body).client, {}, 1, 5)).rejects.toMatchObject({ billed: 'no' });
	},
);

test('asks for a page by what is wanted, newest first, and takes a full one for one of several', async () => {
	const { client, sent } = answering({ results: Array(100).fill(FULL) });
	const query = { model: 'm', status: 'FAILED', from: '2026-11-01', to: '2026-11-25' } as const;
	expect((await requestPage(client, query, 3, 5)).isLast).toBe(false);
	await requestPage(client, { sort: { by: 'credits_deduction', order: 'asc' } }, 1, 5);
	const path = '/inference-request/request-history?page=';
	expect(sent).toEqual([
		expect.objectContaining({
			...{ service: 'history', timeout: 5 },
			path: `${path}3&per_page=100&sort_by=model_created&sort_order=desc&from_date=2026-11-01&to_date=2026-11-25&model_name=m&status=FAILED`,
		}),
		expect.objectContaining({ path: `${path}1&per_page=100&sort_by=credits_deduction&sort_order=asc` }),
	]);
	expect([toDay(TIME), dayBefore(TIME)]).toEqual(['2026-11-25', '2026-11-24']);
});

test('a clock that differs by minutes moves the times, and one that differs by less does not', async () => {
	for (const [ahead, moved] of [
		[600_000, true],
		[500, false],
	] as const) {
		const headers = { date: new Date(Date.now() + ahead).toUTCString() };
		const { rows } = await requestPage(answering([FULL], 200, headers).client, {}, 1, 5);
		expect((rows[0]?.createdAt ?? 0) < TIME - 300_000).toBe(moved);
	}
});

test('finds one request with all its files, and no other', async () => {
	const body = { data: [FULL, { ...FULL, generation_url: `${LINK}2` }, { ...FULL, request_id: 'r-2' }] };
	expect(await requestRow(answering(body).client, 'r-1', 5)).toEqual({ ...ROW, links: [LINK, `${LINK}2`] });
	expect(await requestRow(answering(FULL).client, 'r-1', 5)).toEqual(ROW);
	expect(await requestRow(answering(FULL).client, 'r-2', 5)).toBeUndefined();
	expect(await requestRow(answering({}, 404).client, 'r-1', 5)).toBeUndefined();
	await expect(requestRow(answering({}, 200).client, 'r-1', 5)).rejects.toMatchObject({ billed: 'no' });
	await expect(requestRow(answering({ error: 'x' }, 401).client, 'r-1', 5)).rejects.toMatchObject({
		reason: 'credential',
	});
});

/** Reads a history whose pages have so many rows each, and returns the ids with the most pages at once. */
async function readPages(
	sizes: number[],
	more: Partial<HistoryPage> = {},
	idOf = (row: number) => `r-${row}`,
) {
	let [open, most, row] = [0, 0, 0];
	const pages = sizes.map((size) => Array.from({ length: size }, () => ({ ...ROW, requestId: idOf(row++) })));
	const asked: number[] = [];
	const ids: string[] = [];
	const reading = readHistory(async (page) => {
		asked.push(page);
		most = Math.max(most, (open += 1));
		await new Promise((resolve) => setImmediate(resolve)); // eslint-disable-line @n8n/community-nodes/no-restricted-globals -- a test
		open -= 1;
		const rows = pages[page - 1] ?? [];
		return { rows, isLast: rows.length < 100, bytes: 1000, ...more };
	});
	for await (const rows of reading) ids.push(...rows.map(({ requestId }) => requestId));
	return { ids, asked, most };
}

test('reads the first page alone and then four at once, to the last one', async () => {
	expect(await readPages([30])).toMatchObject({ asked: [1], most: 1 });
	const { ids, asked, most } = await readPages([100, 100, 100, 5]);
	expect([new Set(ids).size, ids.length]).toEqual([305, 305]);
	expect([asked, most]).toEqual([[1, 2, 3, 4, 5], 4]);
});

test('gives a request once, also where its rows go over the end of a page', async () => {
	const { ids } = await readPages([100, 100, 7], {}, (row) => `r-${Math.floor(row / 3)}`);
	expect(ids).toEqual(Array.from({ length: 69 }, (_, index) => `r-${index}`));
});

test('ends with a page that has nothing new, as of a history that ignores its number', async () => {
	const { ids, asked } = await readPages([100, 100, 100, 100, 100], {}, (row) => `r-${row % 100}`);
	expect([ids.length, asked.length]).toEqual([100, 5]);
});

test.each([
	['20,000 requests', Array<number>(201).fill(100), {}],
	['100 MB', [100, 100, 100], { bytes: 60_000_000 }],
])('refuses to read more than %s', async (_, sizes, more) => {
	await expect(readPages(sizes, more)).rejects.toThrow('more than 20000 requests');
});
