import { Ledger } from '../../nodes/Segmind/batch/ledger';
import { UniqueNames } from '../../nodes/Segmind/files/fileName';
import { cpuSeconds, jobsOf, usageOf } from './batch/setup';
import { FakeN8n } from './context';

/** Seconds of the processor for 10,000 items. */
const MOST = 2;

test.each([
	['different', 0, (index: number) => `fox ${index}`],
	['different and moved', 1, (index: number) => `fox ${index}`],
	['equal', 0, () => 'fox'],
	['equal and moved', 10_000, () => 'fox'],
])('finds the entries of 10,000 jobs that are %s', async (_name, shift, promptOf) => {
	const start = cpuSeconds();
	const n8n = new FakeN8n();
	const open = (): Ledger<string> => new Ledger(n8n.context, ({ request }) => request);
	const setItems = (jobs: ReturnType<typeof jobsOf>): void => {
		n8n.items = [];
		for (const { itemIndex, request } of jobs) n8n.items[itemIndex] = { json: { prompt: request } };
	};
	const jobs = jobsOf(Array.from({ length: 10_000 }, (_, index) => promptOf(index)));
	setItems(jobs);
	const result = { fields: {}, usage: usageOf(), fileName: 'fox', files: [], namedFiles: {}, attempts: 1 };
	const ledger = open();
	for (const job of jobs) ledger.record(job, { state: 'paid', result });
	const moved = jobs.map((job) => ({ ...job, itemIndex: job.itemIndex + shift }));
	setItems(moved);
	const loaded = open();
	await loaded.load(moved);
	expect(moved.every((job) => loaded.entryOf(job) !== undefined)).toBe(true);
	expect(cpuSeconds() - start).toBeLessThan(MOST);
});

test('gives 10,000 equal files names of their own', () => {
	const start = cpuSeconds();
	const names = UniqueNames.forFiles();
	const claimed = Array.from({ length: 10_000 }, () => names.claim('fox'));
	expect([new Set(claimed).size, claimed.at(-1)]).toEqual([10_000, 'fox-10000']);
	expect(cpuSeconds() - start).toBeLessThan(MOST);
});
