/* eslint-disable @n8n/community-nodes/no-restricted-imports -- listens for unhandled rejections of the test itself */
import process from 'node:process';
import { sleep } from 'n8n-workflow';

import { Concurrency, mapConcurrent } from '../../../nodes/Segmind/batch/mapConcurrent';
import { now, settle, useFakeTime } from './setup';

test('keeps at most `limit` calls going and returns the results in order', async () => {
	useFakeTime();
	let running = 0;
	const map = async (milliseconds: number): Promise<string> => {
		const place = (running += 1);
		await sleep(milliseconds);
		running -= 1;
		return `${milliseconds} as number ${place}`;
	};
	const results = await settle(mapConcurrent([300, 100, 200], { limit: 2 }, map));
	expect(results).toEqual(['300 as number 1', '100 as number 2', '200 as number 2']);
	expect(now()).toBe(300);
	expect(await mapConcurrent([], { limit: 2 }, map)).toEqual([]);
});

test('a call that releases its place lets the next one start, until half as many again are under way as are allowed', async () => {
	useFakeTime();
	const started: number[] = [];
	const map = async (_: number, release: () => void): Promise<void> => {
		started.push(now());
		await sleep(10);
		release();
		release();
		await sleep(100);
	};
	await settle(mapConcurrent([1, 2, 3, 4, 5, 6], { limit: 2 }, map));
	expect(started).toEqual([0, 0, 10, 110, 110, 120]);
	expect(now()).toBe(230);
});

test('throws the first error in the order of the list, and no other is unhandled', async () => {
	useFakeTime();
	const map = async (milliseconds: number): Promise<void> => {
		await sleep(milliseconds);
		throw new Error(String(milliseconds));
	};
	const unhandled = jest.fn();
	process.on('unhandledRejection', unhandled);
	await expect(settle(mapConcurrent([300, 100, 200], { limit: 3 }, map))).rejects.toThrow('300');
	jest.useRealTimers();
	await sleep(10);
	process.off('unhandledRejection', unhandled);
	expect(unhandled).not.toHaveBeenCalled();
});

test('works on more as soon as more is allowed, and on less when less is', async () => {
	useFakeTime();
	const concurrency = { limit: 1 };
	const started: number[] = [];
	const map = async (limit: number): Promise<void> => {
		started.push(now());
		await sleep(100);
		concurrency.limit = limit;
	};
	await settle(mapConcurrent([3, 3, 3, 1, 1, 1], concurrency, map));
	expect(started).toEqual([0, 100, 100, 100, 200, 300]);
});

test('concurrency that adapts starts at 4, grows to 20, and halves once in a second; a fixed one stays', () => {
	useFakeTime();
	const [adapting, fixed] = [new Concurrency(0), new Concurrency(7)];
	const limitAfter = (change: 'grow' | 'shrink', count: number): number => {
		for (let done = 0; done < count; done += 1) for (const each of [adapting, fixed]) each[change]();
		expect(fixed.limit).toBe(7);
		return adapting.limit;
	};
	expect(adapting.limit).toBe(4);
	expect([limitAfter('grow', 1), limitAfter('grow', 100)]).toEqual([5, 20]);
	expect([limitAfter('grow', 1), limitAfter('shrink', 1), limitAfter('shrink', 9)]).toEqual([20, 10, 10]);
	jest.advanceTimersByTime(999);
	expect(limitAfter('shrink', 1)).toBe(10);
	for (const limit of [5, 2, 1, 1]) {
		jest.advanceTimersByTime(1000);
		expect(limitAfter('shrink', 1)).toBe(limit);
	}
});
