import { Deadline, wait } from '../../../nodes/Segmind/api/wait';
import { after, now, settle, useFakeTime } from '../batch/setup';

beforeEach(() => useFakeTime());

test.each([0, -5, 1, 100, 250, 1000])('waits %s milliseconds', async (milliseconds) => {
	await settle(wait(milliseconds, undefined));
	expect(now()).toBe(Math.max(0, milliseconds));
});

test('a cancelled wait ends within 100 ms', async () => {
	const cancellation = new AbortController();
	after(250, () => cancellation.abort());
	await settle(wait(60_000, cancellation.signal));
	expect(now()).toBe(300);
	await settle(wait(60_000, cancellation.signal));
	expect(now()).toBe(300);
});

test('a deadline gives each request what is left, within its limit and at least a second', () => {
	const deadline = new Deadline(10);
	expect([deadline.seconds, deadline.left, deadline.secondsFor()]).toEqual([10, 10_000, 10]);
	jest.advanceTimersByTime(3500);
	expect([deadline.left, deadline.secondsFor(), deadline.secondsFor(5)]).toEqual([6500, 7, 5]);
	jest.advanceTimersByTime(7000);
	expect([deadline.left, deadline.secondsFor(), deadline.secondsFor(5)]).toEqual([-500, 1, 1]);
});
