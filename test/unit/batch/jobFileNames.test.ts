import { JobFileNames } from '../../../nodes/Segmind/batch/jobFileNames';
import { Ledger } from '../../../nodes/Segmind/batch/ledger';
import type { Task } from '../../../nodes/Segmind/batch/task';
import type { Job } from '../../../nodes/Segmind/jobs/jobs';
import { FakeN8n } from '../context';
import { jobsOf, usageOf } from './setup';

const LOOP = [{ name: 'Loop Over Items', type: 'n8n-nodes-base.splitInBatches' }] as FakeN8n['loop'];

let n8n: FakeN8n;
let ledger: Ledger<string>;

beforeEach(() => {
	n8n = new FakeN8n();
	n8n.loop = LOOP;
});

/** A name is known before the request where it depends on no request id. */
const fileNameOf: Task<string>['fileNameOf'] = ({ request }, _queued, requestId) =>
	request === 'late' ? (requestId === null ? undefined : `late-${requestId}`) : request;

/** The names as a try of the node opens them. */
function open(jobs: ReadonlyArray<Job<string>>): JobFileNames<string> {
	ledger = new Ledger(n8n.context, ({ request }) => request);
	return new JobFileNames(n8n.context, { fileNameOf } as Task<string>, ledger, jobs);
}

/** Runs the node once and returns the names of two files for each job. */
function tryOnce(prompts: string[], fileName?: string): string {
	const jobs = jobsOf(prompts, fileName === undefined ? {} : { fileName });
	const names = open(jobs);
	return jobs
		.flatMap((job) => {
			const first = names.nameOf(job, 'r-1');
			return [first, names.nextName(first)];
		})
		.join(' ');
}

test('names that the user gave are unique over the rounds of a loop, and stay when a round is tried again', () => {
	const seen: string[] = [];
	for (const round of [0, 1, 2]) {
		n8n.runIndex = round;
		const names = tryOnce(['a', 'b'], 'Fox');
		seen.push(...names.toLowerCase().split(' '));
		expect(tryOnce(['a', 'b'], 'Fox')).toBe(names);
		n8n.retryExecution();
		expect(tryOnce(['a', 'b'], 'Fox')).toBe(names);
	}
	expect(seen.slice(0, 4)).toEqual(['fox', 'fox-3', 'fox-2', 'fox-2-2']);
	expect(new Set(seen).size).toBe(12);
	n8n.runIndex = 0;
	expect(tryOnce(['a', 'b'], 'Fox').toLowerCase().split(' ')).toEqual(seen.slice(0, 4));
	n8n.runIndex = 3;
	expect(tryOnce(['a'], 'FOX-2-2')).toMatch(/^FOX-2-2-2 /);
});

test.each<[string, FakeN8n['loop'], string | undefined]>([
	['outside a loop', [], 'fox'],
	['where the seed tells files apart', LOOP, undefined],
])('the next run has the same names %s', (_name, loop, fileName) => {
	n8n.loop = loop;
	expect(tryOnce(['fox'], fileName)).toBe('fox fox-2');
	n8n.runIndex = 1;
	expect(tryOnce(['fox'], fileName)).toBe('fox fox-2');
	expect(JSON.stringify(n8n.nodeContext)).not.toContain('fox');
});

test('is in no loop where the nodes after it are not those before it', () => {
	Object.defineProperty(n8n, 'context', {
		value: {
			...n8n.context,
			getChildNodes: () => [{ name: 'Next' }],
			getParentNodes: () => [{ name: 'Before' }],
		},
	});
	tryOnce(['fox'], 'fox');
	n8n.runIndex = 1;
	expect(tryOnce(['fox'], 'fox')).toBe('fox fox-2');
});

test('jobs whose name is known take theirs first, as do files that an earlier try has stored', () => {
	const jobs = jobsOf(['late', 'fox', 'fox']);
	open(jobs);
	const result = { fields: {}, usage: usageOf(), fileName: 'mine', files: [], namedFiles: {}, attempts: 1 };
	ledger.record(jobs[1]!, { state: 'paid', result });
	const names = new JobFileNames(n8n.context, { fileNameOf } as Task<string>, ledger, jobs);
	expect(jobs.map((job) => names.nameOf(job, '7'))).toEqual(['late-7', 'mine', 'fox']);
	const unnamed = { fileNameOf: () => undefined } as unknown as Task<string>;
	expect(new JobFileNames(n8n.context, unnamed, ledger, []).nameOf(jobs[0]!, null)).toBe('image');
});
