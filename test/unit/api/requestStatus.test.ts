import { isCompleted, isFailed, isPending, statusText } from '../../../nodes/Segmind/api/requestStatus';

const CHECKS = { completed: isCompleted, failed: isFailed, pending: isPending };

/** Words for a status in the answers that were seen. */
test.each([
	['completed', 'COMPLETED complete done Finished succeeded success'],
	['failed', 'FAILED failure error errored CANCELED cancelled TIMED_OUT timeout expired rejected aborted'],
	['pending', 'QUEUED queue pending PROCESSING in_progress in-queue starting started running waiting'],
	['', 'READY incomplete not_failed queued_up 7'],
])('a request is %s where its status is one of: %s', (expected, words) => {
	for (const word of words.split(' ')) {
		const found = (fields: object) =>
			Object.entries(CHECKS).flatMap(([name, check]) => (check({ ...fields }) ? [name] : []));
		expect([word, ...found({ status: word })]).toEqual([word, ...(expected === '' ? [] : [expected])]);
		expect(found({ state: ` ${word}\n` })).toEqual(found({ status: word, state: 'other' }));
	}
});

test.each<[unknown, string]>([
	[undefined, 'none'],
	[null, 'none'],
	['Odd\nkey', 'Odd …'],
	[7, '7'],
	[{ code: 1 }, '{"code":1}'],
	['x'.repeat(61), `${'x'.repeat(59)}…`],
])('shows the status %j as %s', (status, text) => {
	expect(statusText({ status }, (shown) => shown.replace('key', '…'))).toBe(text);
});
