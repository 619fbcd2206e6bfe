import { Deadline, wait } from '../../../nodes/Segmind/api/wait';
import { now, settle, useFakeTime } from '../batch/setup';

beforeEach(() => useFakeTime());

test('waits as long as it is told, and not at all when the time is over or the execution is cancelled', async () => {
	const ends: number[] = [];
	for (const milliseconds of [250, 100, 0, -5])
		ends.push(await settle(wait(milliseconds, undefined).then(now)));
	expect(ends).toEqual([250, 350, 350, 350]);
	await settle(wait(1000, AbortSignal.abort()));
	expect(now()).toBe(350);
});

test('a deadline gives each request what is left, within its limit and at least a second', () => {
	const deadline = new Deadline(10);
	expect([deadline.seconds, deadline.left, deadline.secondsFor()]).toEqual([10, 10_000, 10]);
	jest.advanceTimersByTime(3500);
	expect([deadline.left, deadline.secondsFor(), deadline.secondsFor(5)]).toEqual([6500, 7, 5]);
	jest.advanceTimersByTime(7000);
	expect([deadline.left, deadline.secondsFor(), deadline.secondsFor(5)]).toEqual([-500, 1, 1]);
});
