import { sleep } from 'n8n-workflow';

import { mapConcurrent } from '../../../nodes/Segmind/batch/mapConcurrent';
import { now, settle, useFakeTime } from './setup';

test('keeps at most `limit` calls going and returns the results in order', async () => {
	useFakeTime();
	let running = 0;
	const map = async (milliseconds: number): Promise<number[]> => {
		running += 1;
		const atOnce = running;
		await sleep(milliseconds);
		running -= 1;
		return [milliseconds, atOnce];
	};
	const results = await settle(mapConcurrent([300, 100, 200, 50], 2, map));
	expect(results).toEqual([
		[300, 1],
		[100, 2],
		[200, 2],
		[50, 1],
	]);
	expect(now()).toBe(350);
});

test('throws the first error', async () => {
	const fail = async (name: string): Promise<never> => await Promise.reject(new Error(name));
	await expect(mapConcurrent(['a', 'b'], 1, fail)).rejects.toThrow('a');
});
