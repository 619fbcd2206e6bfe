import { Ledger } from '../../../nodes/Segmind/batch/ledger';
import { keptError, restorePaid } from '../../../nodes/Segmind/batch/restore';
import { storeResult } from '../../../nodes/Segmind/output/binaryData';
import { FakeN8n } from '../context';
import { imageOf, jobsOf } from './setup';

type Change = (n8n: FakeN8n) => unknown;

const nothing: Change = () => undefined;
const deleted: Change = (n8n) => n8n.files.clear();
const unreadable: Change = (n8n) => (n8n.readError = 'EMFILE');

test.each<
	[name: string, isQueued: boolean, isUsable: boolean, change: Change, file: string | Error, state: string]
>([
	['are there', false, true, nothing, 'cat.png', 'paid'],
	['are there', true, true, nothing, 'cat.png', 'paid'],
	['are not what a queued job now wants', true, false, nothing, '', 'paid'],
	['are all that there is', false, false, nothing, 'cat.png', 'paid'],
	['are gone', false, true, deleted, '', 'nothing'],
	['are gone', true, true, deleted, '', 'queued'],
	['can not be read now', true, true, unreadable, '', 'paid'],
	['can not be read now', false, true, unreadable, new Error('n8n could not read it: EMFILE'), 'paid'],
])('when the files %s (queued: %j, usable: %j)', async (_name, isQueued, isUsable, change, file, state) => {
	const n8n = new FakeN8n();
	const queued = isQueued ? { requestId: 'r-1' } : undefined;
	const jobs = jobsOf(['fox']);
	const result = await storeResult(n8n.context, imageOf('fox'), 1, 'fox', () => 'fox-2');
	new Ledger<string>(n8n.context, ({ request }) => request).record(jobs[0]!, {
		...{ state: 'paid', result, queued },
	});
	change(n8n);
	const ledger = new Ledger<string>(n8n.context, ({ request }) => request);
	await ledger.load(jobs);
	const restoring = restorePaid(n8n.context, ledger, jobs[0]!, {
		isUsable: () => isUsable,
		isListed: false,
		fileName: 'cat',
	});
	if (file instanceof Error) {
		const error = { message: `The result is paid and kept, but ${file.message}`, retryable: true };
		await expect(restoring).rejects.toMatchObject({
			...error,
			name: 'PendingError',
			cause: expect.any(Error),
		});
	} else {
		expect((await restoring)?.files[0]?.binary.fileName ?? '').toBe(file);
	}
	expect(ledger.entryOf(jobs[0]!)?.state ?? 'nothing').toBe(state);
	expect(ledger.queuedOf(jobs[0]!)).toEqual(queued);
});

test('restores nothing where nothing is paid', async () => {
	const { context } = new FakeN8n();
	const wants = { isUsable: () => true, isListed: true, fileName: 'cat' };
	const [job] = jobsOf(['fox']);
	const ledger = new Ledger<string>(context, ({ request }) => request);
	ledger.record(job!, { state: 'queued', queued: { requestId: 'r-1' } });
	expect(await restorePaid(context, ledger, job!, wants)).toBeUndefined();
	expect(ledger.entryOf(job!)?.state).toBe('queued');
	expect(keptError('x', 'why').message).toBe('The result is paid and kept, but x: why');
});
