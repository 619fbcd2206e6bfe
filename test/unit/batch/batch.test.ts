import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { PendingError, SegmindError } from '../../../nodes/Segmind/api/errors';
import { executeJobs } from '../../../nodes/Segmind/batch/execute';
import type { Task } from '../../../nodes/Segmind/batch/task';
import type { Job } from '../../../nodes/Segmind/jobs/jobs';
import { toBatchOptions } from '../../../nodes/Segmind/jobs/options';
import { FakeN8n } from '../context';
import { errorOf, imageOf, jobsOf, now, settle, useFakeTime, usageOf } from './setup';

/** Stands in for an operation and for Segmind. */
class FakeTask implements Task<string> {
	/** What was sent and collected, and when. */
	readonly log: Array<[string, number]> = [];
	/** What a step fails with once. */
	readonly errors = new Map<string, Error>();
	delivery: 'direct' | 'queued' | 'submitOnly' = 'direct';
	isFree = false;
	price: number | undefined = 0.05;
	usage = usageOf();
	/** Milliseconds for one image. */
	duration = 0;
	onCollect = (): void => undefined;
	targetOf = ({ request }: Job<string>) => ({ endpoint: request === 'x' ? 'x' : 'flux', price: this.price });
	identityOf = ({ request }: Job<string>): unknown => [request];
	fileNameOf: Task<string>['fileNameOf'] = ({ request }, queued) => queued?.requestId ?? request;

	send: Task<string>['send'] = async (_client, { request }) => {
		await this.step(`send ${request}`);
		const { usage, delivery } = this;
		return delivery === 'direct'
			? { result: imageOf(request, usage) }
			: { queued: { requestId: `id-${request}` } };
	};

	collect: Task<string>['collect'] = async (_client, { request }, { requestId }) => {
		this.onCollect();
		await this.step(`collect ${requestId}`);
		const image = imageOf(request, this.usage);
		return this.delivery === 'submitOnly' ? { ...image, files: [], status: 'QUEUED' } : image;
	};

	private async step(name: string): Promise<void> {
		this.log.push([name, now()]);
		const error = this.errors.get(name);
		this.errors.delete(name);
		if (error !== undefined) throw error;
		if (this.duration > 0) await sleep(this.duration);
	}
}

let n8n: FakeN8n;
let task: FakeTask;

beforeEach(() => {
	useFakeTime();
	n8n = new FakeN8n();
	task = new FakeTask();
});

/** Runs the node once, with a job for each letter. */
async function run(letters: string, options: IDataObject = {}, invalid: number[] = []) {
	n8n.items = [...letters].map((prompt) => ({ json: { prompt } }));
	const jobs = jobsOf([...letters], options).filter(({ itemIndex }) => !invalid.includes(itemIndex));
	const failures = invalid.map((itemIndex) => ({ itemIndex, error: errorOf('request') }));
	const list = { jobs, failures, options: toBatchOptions(options) };
	const rounding = { label: 'Width', entered: 500, sent: 512, step: 32 };
	return await settle(
		executeJobs(n8n.context, task, list, invalid.length > 0 ? { roundings: [rounding] } : undefined),
	);
}

/** Runs the node once and returns each item as its prompt or the reason of its error; with * if it was paid before. */
async function outcomesOf(...args: Parameters<typeof run>): Promise<string> {
	const texts = (await run(...args)).map(({ json: { prompt, alreadyPaid, details } }) => {
		const reason = (details as { cause?: string } | undefined)?.cause;
		return `${(prompt as string | undefined) ?? reason}${alreadyPaid === true ? '*' : ''}`;
	});
	return texts.join(' ');
}

const stepsOf = ({ log }: FakeTask): string => log.map(([step]) => step).join(', ');

test('pays for each job once, and leaves nothing behind when all are delivered', async () => {
	expect(await outcomesOf('aba')).toBe('a b a');
	expect(stepsOf(task)).toBe('send a, send b, send a');
	expect([n8n.nodeContext, n8n.balanceRequests, n8n.hints]).toEqual([{}, 0, ['3 images for $0.15']]);
});

const unexpected = new TypeError('x is not a function');
const pending = new PendingError('Not ready', 'id-b');
const blocked = errorOf('moderation');
const again = 'send b, collect id-b';

test.each<[string, FakeTask['delivery'], Error | 'storage', string, string]>([
	['resends what was not billed', 'direct', blocked, 'moderation, then b', 'send b'],
	['does not resend what may have been billed', 'direct', errorOf('response'), 'response, then response', ''],
	['does not resend after an unexpected error', 'direct', unexpected, 'uncertain, then uncertain', ''],
	['does not resend what could not be stored', 'direct', 'storage', 'uncertain, then uncertain', ''],
	['collects after a PendingError', 'queued', pending, 'uncertain, then b*', 'collect id-b'],
	['collects after an unexpected error', 'queued', unexpected, 'uncertain, then b*', 'collect id-b'],
	['collects what could not be stored', 'queued', 'storage', 'uncertain, then b*', 'collect id-b'],
	['resends a queued request that failed', 'queued', blocked, 'moderation, then b', again],
	['resends a submission that failed', 'submitOnly', blocked, 'moderation, then b', again],
])('a second try %s', async (_name, delivery, error, outcomes, steps) => {
	task.delivery = delivery;
	if (error !== 'storage') task.errors.set(delivery === 'queued' ? 'collect id-b' : 'send b', error);
	n8n.storageError = error === 'storage' ? 'No space left' : undefined;
	const first = await outcomesOf('b');
	n8n.storageError = undefined;
	task.log.length = 0;
	expect(`${first}, then ${await outcomesOf('b')}`).toBe(outcomes);
	expect(stepsOf(task)).toBe(steps);
});

test('says what happened when it can not know whether an image was billed', async () => {
	task.errors.set('send a', unexpected);
	const error = 'The response could not be read: TypeError: x is not a function';
	expect((await run('a'))[0]?.json).toMatchObject({ error, details: { billed: 'unknown', attempts: 1 } });
});

test('an uncertain request is resent by Retry execution, or when the user takes the risk', async () => {
	task.errors.set('send a', errorOf('uncertain')).set('send b', errorOf('uncertain'));
	expect(await outcomesOf('ab')).toBe('uncertain uncertain');
	expect(await outcomesOf('xa', { retryUncertain: true }, [0])).toBe('request a');
	n8n.retryExecution();
	expect(await outcomesOf('ab')).toBe('a* b');
});

test('a later try delivers what is paid, without a credential and whatever becomes of the rest', async () => {
	task.errors.set('send b', errorOf('request'));
	await run('bac');
	expect(n8n.credentialsRead).toBe(3);
	expect(await outcomesOf('xca', {}, [0])).toBe('request c* a*');
	expect(n8n.credentialsRead).toBe(3);
	task.errors.set('send x', errorOf('credential'));
	expect(await outcomesOf('xya', { concurrency: 1 })).toBe('credential credential a*');
	expect(stepsOf(task)).toBe('send b, send a, send c, send x');
});

test('gives every file of a run a name of its own', async () => {
	task.errors.set('send B', errorOf('request'));
	const names = async (...args: Parameters<typeof run>) =>
		(await run(...args)).map(({ binary }) => binary?.data?.fileName ?? '').join(' ');
	expect(await names('Bbb')).toBe(' b-2.png b-3.png');
	expect(await names('bbB')).toBe('b-3.png b-2.png B.png');
	expect(await names('ab', { fileName: 'mine' })).toBe('mine.png mine-2.png');
});

test('keeps to the options: images at once, requests per minute, retries', async () => {
	task.duration = 5000;
	await run('abc', { concurrency: 2 });
	await run('abc', { requestsPerMinute: 30 });
	expect(task.log.map(([, time]) => time)).toEqual([0, 0, 5000, 10_000, 12_000, 14_000]);
	task.errors.set('send a', errorOf('server')).set('send b', errorOf('server'));
	expect((await run('a', { maxRetries: 1 }))[0]?.json.attempts).toBe(2);
	expect(await outcomesOf('b', { maxRetries: 0 })).toBe('server');
});

test('stores a queued request before it is polled', async () => {
	task.delivery = 'queued';
	task.onCollect = () => {
		const stored = { state: 'queued', queued: { requestId: 'id-a' }, itemIndex: 0, executionId: '1' };
		expect(n8n.nodeContext).toMatchObject({ ledger: { 0: { 0: stored } } });
	};
	expect(await outcomesOf('a')).toBe('a');
});

test('collects what an earlier try submitted, whatever the limit and when the delivery was changed', async () => {
	task.delivery = 'submitOnly';
	const options = { minimumRemainingCredits: 1 };
	expect(await outcomesOf('ab', {}, [0])).toBe('request b');
	expect(await outcomesOf('ab', options)).toBe('credits b*');
	task.delivery = 'queued';
	const [, image] = await run('ab', options);
	expect(image).toMatchObject({ json: { attempts: 1 }, binary: { data: { fileName: 'id-b.png' } } });
});

test('what is free is never uncertain, and is fetched again when it could not be stored', async () => {
	task.isFree = true;
	task.errors.set('send a', errorOf('uncertain'));
	expect(await outcomesOf('a', { minimumRemainingCredits: 1 })).toBe('uncertain');
	n8n.storageError = 'No space left';
	const [item] = await run('a');
	expect(item?.json).toMatchObject({
		error: 'The result was made but n8n could not store it: No space left',
		details: { billed: 'no', attempts: 1 },
		message: expect.stringContaining('fetched by its request ID, v1-id,'),
	});
	n8n.storageError = undefined;
	expect(await outcomesOf('a')).toBe('a');
});

describe('a minimum of remaining credits', () => {
	const options = { minimumRemainingCredits: 0.5 };

	test('holds back what would go below it, at the price that was paid', async () => {
		n8n.balance.body = { credits: 0.5, 'free-credits': 0.5 };
		task.usage = usageOf(0.2);
		expect(await outcomesOf('abcd', { ...options, concurrency: 1 })).toBe('a b credits credits');
		expect(n8n.balanceRequests).toBe(1);
	});

	test('holds back everything while the balance is unknown', async () => {
		n8n.balance = { statusCode: 500, body: { error: 'busy' } };
		expect(await outcomesOf('ab', options)).toBe('server server');
		expect([n8n.balanceRequests, task.log]).toEqual([3, []]);
	});

	test('sends nothing when the execution is cancelled while the balance is read', async () => {
		n8n.balance = { statusCode: 500, body: { error: 'busy' } };
		void sleep(250).then(() => {
			n8n.balance = { statusCode: 200, body: { credits: 1 } };
			n8n.cancellation.abort();
		});
		await expect(run('a', options)).rejects.toMatchObject({ message: 'The execution was cancelled' });
		expect([task.log, now()]).toEqual([[], 250]);
	});
});

describe('a node that stops on errors', () => {
	beforeEach(() => {
		n8n.onError = 'stopWorkflow';
		task.errors.set('send b', errorOf('request'));
	});

	test('sends nothing after the first one, and says what is paid and kept', async () => {
		await expect(run('acbd', { concurrency: 1 })).rejects.toMatchObject({
			message: 'It failed: request',
			description: expect.stringMatching(
				/^Try again later\. 2 of 4 results are paid and kept: .* pay only for the rest\./,
			),
		});
		expect(stepsOf(task)).toBe('send a, send c, send b');
		task.errors.set('send x', errorOf('request'));
		const description = expect.stringMatching(/^Try again later\. Retry execution keeps this run's input/);
		await expect(run('x')).rejects.toMatchObject({ description });
	});

	const KEPT = '1 of 2 results are paid and kept: Retry On Fail and Retry execution pay only for the rest.';
	const UNCERTAIN =
		'1 of 2 may have been billed without a result: Retry execution looks them up, and sends again what it does not find.';
	const CHANGE = "Retry execution keeps this run's input: change the value in the node and retry with the";

	test.each<[step: string, error: SegmindError, notes: string[]]>([
		['send b', errorOf('uncertain'), [KEPT, UNCERTAIN]],
		['send b', errorOf('server'), [KEPT]],
		['send a', errorOf('server'), []],
		['send a', errorOf('request'), [CHANGE]],
		['collect id-b', new PendingError('Not ready', null), [KEPT]],
		['collect id-b', errorOf('moderation'), [KEPT, CHANGE]],
	])('says what to do after %s failed (%#)', async (step, error, notes) => {
		task.errors.clear();
		task.errors.set(step, error);
		task.delivery = step.startsWith('collect') ? 'queued' : 'direct';
		const thrown: unknown = await run('ab', { concurrency: 1, maxRetries: 0 }).catch((each: unknown) => each);
		const { description } = thrown as { description: string };
		const expected = [error.description, ...notes].join(' ');
		expect(notes.at(-1) === CHANGE ? description.slice(0, expected.length) : description).toBe(expected);
	});

	test('sends nothing at all when an item is invalid', async () => {
		await expect(run('aa', {}, [1])).rejects.toThrow('It failed: request');
		expect(task.log).toEqual([]);
	});
});

test('a node that continues on errors delivers in the order of its items, with hints', async () => {
	task.errors.set('send a', errorOf('moderation')).set('send c', errorOf('rateLimit', 2500));
	expect(await outcomesOf('abcd', { concurrency: 1 }, [1])).toBe('moderation request c d');
	expect(n8n.hints).toEqual([
		'2 images for $0.10',
		"Waited 6 s for Segmind's rate limit",
		'Rounded to a multiple of 32: width 500 → 512',
		'2 of 4 items have no image: It failed',
	]);
});

test('a cancelled execution ends at once, and knows what may have been billed', async () => {
	task.duration = 10_000;
	void sleep(250).then(() => n8n.cancellation.abort());
	await expect(run('abcd', { concurrency: 2 })).rejects.toMatchObject({
		message: 'The execution was cancelled',
	});
	expect(now()).toBe(250);
	expect(JSON.stringify(n8n.nodeContext).match(/"state":"uncertain"/g)).toHaveLength(2);
	n8n.cancellation = new AbortController();
	task.duration = 0;
	expect(await outcomesOf('abcd')).toBe('uncertain uncertain c d');
});

test.each<[state: string, delivery: FakeTask['delivery'], isFree: boolean, later: string]>([
	['what is paid', 'direct', false, 'a* uncertain c'],
	['what is queued', 'queued', false, 'a* b* c'],
	['nothing that is free', 'direct', true, 'a* b c'],
])('a cancelled execution remembers %s', async (_name, delivery, isFree, later) => {
	Object.assign(task, { delivery, isFree, duration: 200 });
	void sleep(delivery === 'queued' ? 700 : 250).then(() => n8n.cancellation.abort());
	await expect(run('abc', { concurrency: 1 })).rejects.toThrow('The execution was cancelled');
	const text = 'The execution was cancelled while the result was being made';
	expect(JSON.stringify(n8n.nodeContext).includes(text)).toBe(later.includes('uncertain'));
	n8n.cancellation = new AbortController();
	expect(await outcomesOf('abc')).toBe(later);
});

test.each<[FakeTask['delivery'], areGone: boolean, outcomes: string, steps: string]>([
	['direct', false, 'request b*', 'send a'],
	['queued', false, 'request b*', 'send a'],
	['direct', true, 'request b', 'send a, send b'],
	['queued', true, 'request b*', 'send a, collect id-b'],
])('a second try with delivery %s and files gone: %j', async (delivery, areGone, outcomes, steps) => {
	task.delivery = delivery;
	for (const expected of ['request b', outcomes]) {
		task.errors.set('send a', errorOf('request'));
		task.log.length = 0;
		expect(await outcomesOf('ab', { concurrency: 1 })).toBe(expected);
		if (areGone) n8n.files.clear();
	}
	expect(stepsOf(task)).toBe(steps);
});

test('what earlier tries have paid, or may have, counts towards the maximum of a run', async () => {
	task.price = undefined;
	task.errors.set('send a', errorOf('uncertain')).set('send b', errorOf('request'));
	const options = { maximumCostPerRun: 0.1, concurrency: 1 };
	expect(await outcomesOf('abc', options)).toBe('uncertain request c');
	expect(await outcomesOf('abc', options)).toBe('uncertain credits c*');
});

test('an error skips only what would meet it as well', async () => {
	task.errors.set('send x', new SegmindError('endpoint', 'Gone', 'Look.', { stops: 'endpoint' }));
	expect(await outcomesOf('xaxb', { concurrency: 1 })).toBe('endpoint a endpoint b');
	expect(stepsOf(task)).toBe('send x, send a, send b');
});

test('storage that fails stops the batch, with the attempts that were made', async () => {
	n8n.storageError = 'No space left';
	const items = await run('abcdef', { concurrency: 2 });
	expect(items.map(({ json }) => (json.details as IDataObject).attempts)).toEqual([1, 1, 0, 0, 0, 0]);
	expect(stepsOf(task)).toBe('send a, send b');
});

test('storage that can not be read keeps what is paid', async () => {
	task.errors.set('send a', errorOf('request'));
	await run('ab');
	n8n.readError = 'EMFILE';
	expect(await outcomesOf('ab')).toBe('a uncertain');
	task.errors.set('send x', errorOf('request'));
	n8n.readError = undefined;
	expect(stepsOf(task)).toBe('send a, send b, send a');
});

test('keeps what is paid when its files can be neither read nor fetched again', async () => {
	task.delivery = 'queued';
	task.errors.set('send a', errorOf('request'));
	expect(await outcomesOf('ab')).toBe('request b');
	n8n.readError = 'EMFILE';
	task.errors.set('send a', errorOf('request')).set('collect id-b', errorOf('server'));
	const [, item] = await run('ab');
	expect(item?.json.error).toBe(
		'The result is paid and kept, but its files could not be fetched: It failed: server',
	);
	n8n.readError = undefined;
	task.errors.set('send a', errorOf('request'));
	expect(await outcomesOf('ab')).toBe('request b*');
});

test('a job that was held back after an uncertain one is sent by the next try', async () => {
	n8n.onError = 'stopWorkflow';
	task.errors.set('send a', errorOf('uncertain'));
	await run('ab', { concurrency: 1 }).catch(() => undefined);
	n8n.onError = 'continueRegularOutput';
	expect(await outcomesOf('ab')).toBe('uncertain b');
});
