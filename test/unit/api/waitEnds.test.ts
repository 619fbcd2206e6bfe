/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at listeners and warnings */
import { getEventListeners } from 'node:events';
import process from 'node:process';

import { Deadline, wait } from '../../../nodes/Segmind/api/wait';

describe('a wait', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	test('ends on the abort event itself', async () => {
		const controller = new AbortController();
		const order: string[] = [];
		const waiting = wait(60_000, controller.signal).then(() => order.push('ended'));
		await jest.advanceTimersByTimeAsync(5500);
		controller.abort();
		await waiting;
		expect(order).toEqual(['ended']);
	});

	test('leaves a timer of at most a second behind', async () => {
		const controller = new AbortController();
		const waiting = wait(60_000, controller.signal);
		controller.abort();
		await waiting;
		await jest.advanceTimersByTimeAsync(1000);
		expect(jest.getTimerCount()).toBe(0);
	});

	test.each([0, 300, 1000, 2500])('of %i ms takes that long, with a signal or without', async (time) => {
		for (const signal of [undefined, new AbortController().signal]) {
			const started = performance.now();
			const waiting = wait(time, signal).then(() => performance.now() - started);
			await jest.runAllTimersAsync();
			expect(await waiting).toBe(time);
		}
	});

	test('does not start when it is cancelled already', async () => {
		await wait(60_000, AbortSignal.abort());
		expect(jest.getTimerCount()).toBe(0);
	});
});

describe('10,000 waits on one signal', () => {
	test('share one listener, warn of nothing, end together, and leave nothing behind', async () => {
		jest.useFakeTimers({ doNotFake: ['nextTick'] });
		const warnings: Error[] = [];
		const warn = (warning: Error): void => void warnings.push(warning);
		process.on('warning', warn);
		const controller = new AbortController();
		const listeners = () => getEventListeners(controller.signal, 'abort').length;
		const short = Array.from({ length: 10_000 }, async () => await wait(5, controller.signal));
		await jest.advanceTimersByTimeAsync(5);
		await Promise.all(short);
		expect(listeners()).toBe(0);
		const waits = Array.from({ length: 10_000 }, async () => await wait(60_000, controller.signal));
		expect(listeners()).toBe(1);
		controller.abort();
		await Promise.all(waits);
		await new Promise<void>((resolve) => process.nextTick(resolve));
		process.off('warning', warn);
		expect([listeners(), warnings]).toEqual([0, []]);
		jest.useRealTimers();
	});
});

test.each([
	[10, 5000, 5000],
	[5, 5000, 4000],
	[1, 5000, null],
	[0, 1, null],
])('a deadline of %i s lets one pause of %i ms be %j ms', (seconds, wanted, expected) => {
	jest.useFakeTimers();
	expect(new Deadline(seconds).pauseBefore(wanted)).toBe(expected);
	jest.useRealTimers();
});
