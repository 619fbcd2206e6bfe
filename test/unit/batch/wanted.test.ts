import type { HistoryRow } from '../../../nodes/Segmind/api/historyRow';
import type { Wanted } from '../../../nodes/Segmind/batch/wanted';
import { hasBody, WantedList } from '../../../nodes/Segmind/batch/wanted';

const rowOf = (row: Partial<HistoryRow>): HistoryRow => ({
	...{ requestId: 'r-1', model: 'm', status: 'COMPLETED', cost: 0.05, body: { prompt: 'a', seed: 1 } },
	...{ links: [], createdAt: 10_000, generationTime: null, error: null, ...row },
});

const wantedOf = (wanted: Partial<Wanted> = {}): Wanted => ({
	...{ model: 'm', body: { prompt: 'a', seed: 1 }, isUnique: true, since: 10_000, ...wanted },
});

const listOf = (...wanted: Wanted[]): WantedList<Wanted> => {
	const list = new WantedList<Wanted>();
	for (const each of wanted) list.add(each);
	return list;
};

test.each<[boolean, object, object]>([
	[true, { prompt: 'a', seed: 1 }, { prompt: 'a', seed: 1 }],
	[true, { prompt: 'a', seed: '1', raw: 'false' }, { prompt: 'a', seed: 1, raw: false }],
	[true, { prompt: 'a', steps: 25 }, { prompt: 'a' }],
	[true, { prompt: 'a', urls: ['x', 'y'] }, { prompt: 'a', urls: ['x', 'y'] }],
	[true, { prompt: 'a', lora: { scale: 1, path: 'p' } }, { prompt: 'a', lora: { scale: 1 } }],
	[false, { prompt: 'a' }, { prompt: 'a', seed: 1 }],
	[false, { prompt: 'a', seed: 2 }, { prompt: 'a', seed: 1 }],
	[false, { prompt: 'a', urls: ['x'] }, { prompt: 'a', urls: ['x', 'y'] }],
	[false, { prompt: 'a', urls: ['y', 'x'] }, { prompt: 'a', urls: ['x', 'y'] }],
	[false, { prompt: 'a', urls: 'x,y' }, { prompt: 'a', urls: ['x', 'y'] }],
	[false, { prompt: 'a', lora: 'p' }, { prompt: 'a', lora: { path: 'p' } }],
	[false, { prompt: 'a' }, {}],
	[false, {}, { prompt: 'a' }],
])('%j: %j has what was sent: %j', (expected, listed, sent) => {
	expect(hasBody(listed as never, sent as never)).toBe(expected);
});

test.each<[boolean, string, Partial<HistoryRow>, Partial<Wanted>]>([
	[true, 'the same', {}, {}],
	[true, 'of another id that a response said', { requestId: 'r-2' }, { requestId: 'r-9' }],
	[true, 'of the id that a response said, whatever the body', { body: {} }, { requestId: 'r-1' }],
	[true, 'without a model', { model: null }, {}],
	[false, 'of another model', { model: 'm-2' }, {}],
	[false, 'of another seed', { body: { prompt: 'a', seed: 2 } }, {}],
	[true, 'with a seed that the API added', {}, { body: { prompt: 'a' } }],
	[true, 'earlier, and unique', { createdAt: 1 }, {}],
	[true, 'of no time, and unique', { createdAt: null }, {}],
	[true, 'a moment earlier by another clock', { createdAt: 8000 }, { isUnique: false }],
	[false, 'earlier, and not unique', { createdAt: 7999 }, { isUnique: false }],
	[false, 'of no time, and not unique', { createdAt: null }, { isUnique: false }],
	[true, 'of any time', { createdAt: null }, { isUnique: false, since: null }],
	[true, 'without a prompt and a seed', { body: { x: 1 } }, { body: { x: 1 } }],
])('%j: a row is about a request, %s', (expected, _, row, wanted) => {
	const list = listOf(wantedOf(wanted));
	expect(list.find(rowOf(row)) !== undefined).toBe(expected);
	expect(list.size).toBe(1);
	expect(list.take(rowOf(row)) !== undefined).toBe(expected);
	expect(list.size).toBe(expected ? 0 : 1);
	expect(list.take(rowOf(row))).toBeUndefined();
});

test('gives each request one row, in the order that they were asked for', () => {
	const [first, second, other] = [wantedOf(), wantedOf(), wantedOf({ body: { prompt: 'b' } })];
	const list = listOf(first, second, other);
	const row = rowOf({});
	expect([list.take(row), list.take(row), list.take(row)]).toEqual([first, second, undefined]);
	expect(list.take(rowOf({ body: { prompt: 'b', seed: 3 } }))).toBe(other);
});

test('compares a row with the requests of its prompt and seed only', () => {
	const list = new WantedList<Wanted>();
	for (let seed = 0; seed < 10_000; seed += 1) list.add(wantedOf({ body: { prompt: 'a', seed } }));
	const start = performance.now();
	for (let seed = 0; seed < 20_000; seed += 1) list.take(rowOf({ body: { prompt: 'a', seed } }));
	expect(list.size).toBe(0);
	expect(performance.now() - start).toBeLessThan(5000);
});
