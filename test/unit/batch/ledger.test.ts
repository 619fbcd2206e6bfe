import type { LedgerEntry } from '../../../nodes/Segmind/batch/ledger';
import { Ledger } from '../../../nodes/Segmind/batch/ledger';
import type { Job } from '../../../nodes/Segmind/jobs/jobs';
import { FakeN8n } from '../context';
import { errorOf, jobsOf, usageOf } from './setup';

let n8n: FakeN8n;

beforeEach(() => {
	n8n = new FakeN8n();
});

/** The ledger as a new try of the node opens it. */
const open = (identityOf: (job: Job<string>) => unknown = ({ request }) => request): Ledger<string> =>
	new Ledger(n8n.context, identityOf);

const queued = (requestId: string) => ({ state: 'queued' as const, queued: { requestId } });

const paid = (fileName: string) => ({
	state: 'paid' as const,
	result: {
		...{ fields: {}, usage: usageOf(), fileName, files: [], namedFiles: {}, attempts: 1 },
	},
});

const textOf = (entry: LedgerEntry | undefined): string => {
	if (entry?.state === 'paid') return entry.result.fileName;
	return entry?.state === 'queued' ? entry.queued.requestId : (entry?.state ?? '-');
};

/** Opens the ledger in a new try with these jobs, each of an item with its prompt. */
async function load(
	jobs: ReadonlyArray<Job<string>>,
	identityOf?: (job: Job<string>) => unknown,
): Promise<Ledger<string>> {
	n8n.items = [];
	for (const { itemIndex, request } of jobs) n8n.items[itemIndex] = { json: { prompt: request } };
	const ledger = open(identityOf);
	await ledger.load(jobs);
	return ledger;
}

/** What a new try knows about each of its jobs: the name of its file, its request id, 'uncertain' or nothing. */
async function knownOf(jobs: ReadonlyArray<Job<string>>): Promise<string> {
	const ledger = await load(jobs);
	return jobs.map((job) => textOf(ledger.entryOf(job))).join(' ');
}

/** The same, once the risks that the user accepts are forgotten. */
async function knownAtRisk(jobs: ReadonlyArray<Job<string>>): Promise<string> {
	const ledger = await load(jobs);
	ledger.forgetAcceptedRisks(jobs, false);
	return jobs.map((job) => textOf(ledger.entryOf(job))).join(' ');
}

/** Records that a job was paid for each letter. */
function pay(letters: string): void {
	const jobs = jobsOf([...letters]);
	n8n.items = jobs.map(({ request }) => ({ json: { prompt: request } }));
	const ledger = open();
	for (const job of jobs) ledger.record(job, paid(`${job.request}${job.itemIndex}`));
}

test.each([
	['gives each entry to one job', 'ab', 'abca', 'a0 b1 - -'],
	['moves an entry with its job when items are reordered or removed', 'abc', 'cxa', 'c2 - a0'],
	['keeps entries of equal jobs at their items, others in order', 'aaaa', 'xaxaaaa', '- a1 - a3 a0 a2 -'],
])('%s', async (_name, before, after, expected) => {
	pay(before);
	for (let executions = 0; executions < 3; executions += 1) {
		expect(await knownOf(jobsOf([...after]))).toBe(expected);
		n8n.retryExecution();
	}
});

test('tells the images of one item apart', async () => {
	const images = [0, 1].map((imageIndex) => ({ ...jobsOf(['a'])[0]!, imageIndex }));
	const ledger = open();
	for (const job of images) ledger.record(job, paid(`a${job.imageIndex}`));
	expect(await knownOf(images.toReversed())).toBe('a1 a0');
});

test('finds a job by its values, whatever the order of its fields, but not of its lists', async () => {
	const jobs = jobsOf(['a']);
	open(() => [{ b: [1, 2], a: { d: null, c: 'x' } }]).record(jobs[0]!, paid('a'));
	n8n.parameters = { other: true };
	const isKnown = async (identity: unknown) =>
		(await load(jobs, () => identity)).entryOf(jobs[0]!) !== undefined;
	expect(await isKnown([{ a: { c: 'x', d: null }, b: [1, 2] }])).toBe(true);
	expect(await isKnown([{ a: { c: 'x', d: null }, b: [2, 1] }])).toBe(false);
	expect(await isKnown([{ a: { c: 'x' }, b: [1, 2] }])).toBe(false);
});

test('what is paid comes before what is queued, and that before what is uncertain', async () => {
	const jobs = jobsOf([...'aaaa']);
	const ledger = open();
	ledger.recordUncertain(jobs[0]!, errorOf('uncertain'), undefined);
	ledger.record(jobs[1]!, queued('id-1'));
	ledger.record(jobs[2]!, paid('a2'));
	const moved = jobs.map((job) => ({ ...job, itemIndex: job.itemIndex + 4 }));
	expect(await knownOf(moved)).toBe('a2 id-1 uncertain -');
});

test('an expression that changes from try to try asks for nothing new', async () => {
	const jobs = jobsOf(['a']);
	n8n.items = [{ json: { prompt: 'a' } }];
	open(() => 'seed 1').record(jobs[0]!, paid('first'));
	const known = async (): Promise<[string, number]> => {
		const ledger = await load(jobs, () => 'seed 2');
		return [textOf(ledger.entryOf(jobs[0]!)), ledger.changed];
	};
	expect(await known()).toEqual(['first', 1]);
	n8n.retryExecution();
	expect(await known()).toEqual(['first', 1]);
	n8n.parameters = { seed: '={{ 2 }}' };
	expect(await known()).toEqual(['-', 0]);
	n8n.parameters = {};
	jobs[0] = { ...jobs[0]!, request: 'another input' };
	expect(await known()).toEqual(['-', 0]);
});

test('each try of a tool finds what it asked for, whatever its run index, and nothing else', async () => {
	n8n.type = 'segmindTool';
	const [a, b] = [jobsOf(['a']), jobsOf(['b'])];
	open().record(a[0]!, queued('id-a'));
	n8n.runIndex = 1;
	expect(await knownOf(b)).toBe('-');
	expect(await knownOf(a)).toBe('id-a');
	const call = open();
	call.record(b[0]!, paid('b'));
	call.clear();
	n8n.runIndex = 2;
	expect([await knownOf(a), await knownOf(b)]).toEqual(['id-a', '-']);
	const last = await load(a);
	last.clear();
	expect(n8n.nodeContext).toEqual({});
});

test('a call of a tool gets nothing that another call asked for, although their items are equal', async () => {
	n8n.type = 'segmindTool';
	n8n.items = [{ json: {} }];
	const [fox, cat] = [jobsOf(['fox']), jobsOf(['cat'])];
	open().record(fox[0]!, paid('fox'));
	const ledger = open();
	await ledger.load(cat);
	expect(ledger.entryOf(cat[0]!)).toBeUndefined();
});

test('knows what earlier tries have spent, or may have', async () => {
	const jobs = jobsOf(['a', 'b', 'c']);
	const ledger = open();
	ledger.record(jobs[0]!, paid('a'));
	ledger.record(jobs[1]!, queued('id-b'));
	ledger.recordUncertain(jobs[2]!, errorOf('uncertain'), undefined);
	for (const each of [ledger, await load(jobs)]) {
		expect([each.spentOn(jobs, () => 1), each.changed]).toEqual([2.05, 0]);
	}
	expect(ledger.spentOn(jobsOf(['d']), () => 1)).toBe(0);
});

test('holds an uncertain job back in Retry On Fail, and forgets it in Retry execution', async () => {
	const jobs = jobsOf(['a']);
	open().recordUncertain(jobs[0]!, errorOf('uncertain'), undefined);
	const description = expect.stringMatching(/^Try again later\. Not retried automatically\. .*'Retry When/);
	const error = { message: 'It failed: uncertain', description };
	expect((await load(jobs)).entryOf(jobs[0]!)).toMatchObject({ error });
	expect(await knownAtRisk(jobs)).toBe('uncertain');
	expect(await knownAtRisk(jobsOf(['a'], { retryUncertain: true }))).toBe('-');
	open().recordUncertain(jobs[0]!, errorOf('uncertain'), undefined);
	n8n.retryExecution();
	expect(await knownAtRisk(jobs)).toBe('-');
	expect(JSON.stringify(n8n.nodeContext)).not.toContain('uncertain');
});

test('a new state replaces the earlier one of its job and no other, also in a later try', async () => {
	const jobs = jobsOf([...'aabc']);
	const [, , b, c] = jobs;
	pay('aa');
	const first = open();
	expect(first.queuedOf(c!)).toBeUndefined();
	first.record(b!, queued('id-b'));
	first.record(c!, queued('id-c'));
	expect(first.queuedOf(c!)).toEqual({ requestId: 'id-c' });
	expect(await knownOf(jobs)).toBe('a0 a1 id-b id-c');
	const second = open();
	await second.load(jobs);
	second.record(b!, paid('b2'));
	second.forget(c!);
	expect([second.queuedOf(b!), second.queuedOf(c!)]).toEqual([undefined, undefined]);
	expect(await knownOf(jobsOf([...'aabcb']))).toBe('a0 a1 b2 - -');
	second.record(c!, queued('id-d'));
	expect(await knownOf(jobs)).toBe('a0 a1 b2 id-d');
});

test('each run of the node in a loop has entries of its own, and clearing them leaves nothing', async () => {
	pay('a');
	n8n.runIndex = 1;
	expect(await knownOf(jobsOf(['a']))).toBe('-');
	open().clear();
	n8n.runIndex = 0;
	expect(await knownOf(jobsOf(['a']))).toBe('a0');
	open().clear();
	expect(n8n.nodeContext).toEqual({});
});
