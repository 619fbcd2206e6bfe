import { sleep } from 'n8n-workflow';

import { mapConcurrent } from '../../../nodes/Segmind/batch/mapConcurrent';
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
