import type { SegmindClient } from '../../../nodes/Segmind/api/client';
import { HistorySearch } from '../../../nodes/Segmind/batch/historySearch';
import type { Wanted } from '../../../nodes/Segmind/batch/wanted';
import { now, settle, useFakeTime } from './setup';

beforeEach(() => useFakeTime());
afterEach(() => jest.useRealTimers());

type Row = Readonly<Record<string, unknown>>;

const done = (id: string, body: object = { prompt: id, seed: 1 }): Row => ({
	...{ request_id: id, model_name: 'm', model_status: 'COMPLETED', request_body: body },
	...{ generation_url: `https://files.example/${id}.png`, model_created: new Date(now()).toISOString() },
});

const wantedOf = (prompt: string, more: Partial<Wanted> = {}): Wanted => ({
	...{ model: 'm', body: { prompt, seed: 1 }, isUnique: true, since: 0, ...more },
});

/** A search in a history that answers with these rows at a time, or with a status. */
function searchIn(rowsAt: (time: number) => Row[] | number, cancelled?: AbortSignal) {
	const looks: number[] = [];
	const client = {
		redact: (text: string) => text,
		send: async () => {
			looks.push(Math.round(now()));
			const rows = rowsAt(now());
			const isError = typeof rows === 'number';
			const body = Buffer.from(JSON.stringify(isError ? { error: 'no' } : { results: rows }));
			return { statusCode: isError ? rows : 200, headers: {}, body };
		},
	} as unknown as SegmindClient;
	return { search: new HistorySearch(async () => client, cancelled), looks };
}

const until = (missing: number, pending = missing) => ({ missingUntil: missing, pendingUntil: pending });

test('one look finds all that are looked for at the same time', async () => {
	const { search, looks } = searchIn(() => [done('a'), done('b')]);
	const wanted = ['a', 'b'].map(async (prompt) => await search.find(wantedOf(prompt), until(1000)));
	const rows = await settle(Promise.all(wanted));
	expect(rows.map((row) => row?.requestId)).toEqual(['a', 'b']);
	expect(looks).toEqual([0]);
});

test('looks less and less often for what is missing, until its deadline', async () => {
	const { search, looks } = searchIn(() => []);
	expect(await settle(search.find(wantedOf('a'), until(20_000)))).toBeUndefined();
	expect(looks).toEqual([0, 1000, 2000, 3000, 4500, 6750, 10_125, 15_125, 20_125]);
});

test('finds a row that appears late', async () => {
	const { search } = searchIn((time) => (time < 7000 ? [] : [done('a')]));
	expect((await settle(search.find(wantedOf('a'), until(30_000))))?.requestId).toBe('a');
});

test('waits for a pending one longer than for a missing one, and gives it back when time is up', async () => {
	const pending = { ...done('a'), model_status: 'PENDING', generation_url: null };
	const ready = searchIn((time) => (time < 5000 ? [pending] : [done('a')]));
	const row = await settle(ready.search.find(wantedOf('a'), until(1000, 30_000)));
	expect(row).toMatchObject({ status: 'COMPLETED', links: ['https://files.example/a.png'] });
	const late = searchIn(() => [pending]);
	const start = now();
	expect(await settle(late.search.find(wantedOf('a'), until(start + 1000, start + 5000)))).toMatchObject({
		status: 'PENDING',
	});
	expect(now() - start).toBeGreaterThanOrEqual(5000);
});

test('gives a failed row at once, and a finished one without a file, which is collected by its id', async () => {
	const failed = searchIn(() => [{ ...done('a'), model_status: 'FAILED', generation_url: null }]);
	expect(await settle(failed.search.find(wantedOf('a'), until(0)))).toMatchObject({ status: 'FAILED' });
	const empty = searchIn(() => [{ ...done('a'), generation_url: null }]);
	const found = await settle(empty.search.find(wantedOf('a'), until(now() + 3000)));
	expect(found).toMatchObject({ requestId: 'a', links: [] });
});

test('gives no row twice, and none whose result the run has', async () => {
	const body = { prompt: 'a', seed: 1 };
	const { search } = searchIn(() => [done('r-1', body), done('r-2', body)]);
	search.claim('r-1');
	search.claim(null);
	const find = async () => await settle(search.find(wantedOf('a'), until(now())));
	expect((await find())?.requestId).toBe('r-2');
	expect(await find()).toBeUndefined();
});

test('waits while a request that looks alike has no response of its own', async () => {
	const { search } = searchIn(() => [done('a')]);
	const found = search.find(wantedOf('a'), until(10_000), () => now() < 2500);
	expect((await settle(found))?.requestId).toBe('a');
	expect(now()).toBeGreaterThanOrEqual(2500);
});

test('a history that can not be read ends every search, and is not asked again', async () => {
	const { search, looks } = searchIn(() => 404);
	const both = ['a', 'b'].map(async (prompt) => await search.find(wantedOf(prompt), until(30_000)));
	expect(await settle(Promise.all(both))).toEqual([undefined, undefined]);
	expect(search.unreadable).toMatchObject({ statusCode: 404 });
	expect(await settle(search.find(wantedOf('c'), until(30_000)))).toBeUndefined();
	expect(looks).toHaveLength(1);
});

test('cancelling ends every search at once', async () => {
	const cancellation = new AbortController();
	const { search, looks } = searchIn(() => [], cancellation.signal);
	const found = search.find(wantedOf('a'), until(30_000));
	setTimeout(() => cancellation.abort(), 1500); // eslint-disable-line @n8n/community-nodes/no-restricted-globals -- a test
	expect(await settle(found)).toBeUndefined();
	expect([looks, search.unreadable]).toEqual([[0, 1000], undefined]);
});

test('looks at all models once for what keys ask for, and takes no failed one', async () => {
	const rows = [
		{ ...done('f', { prompt: 'b', seed: 1 }), model_status: 'FAILED', generation_url: null },
		done('a'),
		{ ...done('p'), model_status: 'PENDING', generation_url: null },
	];
	const { search, looks } = searchIn(() => rows);
	const [a, b, p, other] = [wantedOf('a'), wantedOf('b'), wantedOf('p'), wantedOf('a', { model: 'm-2' })];
	const found = await settle(search.findAll([a, b, p, other]));
	expect([...found].map(([wanted, { requestId }]) => [wanted, requestId])).toEqual([
		[a, 'a'],
		[p, 'p'],
	]);
	expect(looks).toHaveLength(2);
	// The failed request of an earlier run is not taken for one that is sent next.
	expect(await settle(search.find(b, until(now())))).toBeUndefined();
});

test('says why keys can not be looked up, after two more tries', async () => {
	const { search, looks } = searchIn(() => 503);
	await expect(settle(search.findAll([wantedOf('a')]))).rejects.toMatchObject({ reason: 'server' });
	expect(looks).toHaveLength(3);
});
