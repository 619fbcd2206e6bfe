/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at listeners and warnings */
import { getEventListeners } from 'node:events';
import process from 'node:process';

import { createYielder, Deadline, wait } from '../../../nodes/Segmind/api/wait';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick'] }));
afterEach(() => jest.useRealTimers());

test.each([-5, 0, 300, 1000, 2500])('waits %i ms, with a signal or without', async (time) => {
	for (const signal of [undefined, new AbortController().signal]) {
		const start = performance.now();
		const waited = wait(time, signal).then(() => performance.now() - start);
		await jest.runAllTimersAsync();
		expect(await waited).toBe(Math.max(0, time));
	}
});

test('does not wait when the execution is cancelled already', async () => {
	await wait(60_000, AbortSignal.abort());
	expect(jest.getTimerCount()).toBe(0);
});

test('ends at once when the execution is cancelled, and leaves a timer of at most a second', async () => {
	const controller = new AbortController();
	const waiting = wait(60_000, controller.signal);
	await jest.advanceTimersByTimeAsync(5500);
	controller.abort();
	await waiting;
	await jest.advanceTimersByTimeAsync(1000);
	expect(jest.getTimerCount()).toBe(0);
});

test('10,000 waits share one listener, warn of nothing, end together, and leave nothing behind', async () => {
	const warn = jest.fn();
	process.on('warning', warn);
	const controller = new AbortController();
	const listeners = () => getEventListeners(controller.signal, 'abort').length;
	const waits = (time: number) =>
		Array.from({ length: 10_000 }, async () => await wait(time, controller.signal));
	const short = waits(5);
	await jest.advanceTimersByTimeAsync(5);
	await Promise.all(short);
	expect(listeners()).toBe(0);
	const long = waits(60_000);
	expect(listeners()).toBe(1);
	controller.abort();
	await Promise.all(long);
	await new Promise<void>((resolve) => process.nextTick(resolve));
	process.off('warning', warn);
	expect([listeners(), warn.mock.calls]).toEqual([0, []]);
});

test('a loop lets n8n do other work each time it has blocked for 50 ms', async () => {
	const yieldIfNeeded = createYielder();
	const timersAfter = (milliseconds: number): number => {
		jest.advanceTimersByTime(milliseconds);
		void yieldIfNeeded();
		return jest.getTimerCount();
	};
	for (let rounds = 0; rounds < 2; rounds += 1) {
		expect([timersAfter(30), timersAfter(19), timersAfter(1)]).toEqual([0, 0, 1]);
		await jest.runAllTimersAsync();
	}
});

test('a deadline gives each request what is left, within its limit and at least a second', () => {
	const deadline = new Deadline(10);
	expect([deadline.seconds, deadline.left, deadline.secondsFor()]).toEqual([10, 10_000, 10]);
	jest.advanceTimersByTime(3500);
	expect([deadline.left, deadline.secondsFor(), deadline.secondsFor(5)]).toEqual([6500, 7, 5]);
	jest.advanceTimersByTime(7000);
	expect([deadline.left, deadline.secondsFor(), deadline.secondsFor(5)]).toEqual([-500, 1, 1]);
});

test.each([
	[10, 5000, 5000],
	[5, 5000, 4000],
	[1, 5000, null],
	[0, 1, null],
])('a deadline of %i s lets one pause of %i ms be %j ms', (seconds, wanted, expected) => {
	expect(new Deadline(seconds).pauseBefore(wanted)).toBe(expected);
});
