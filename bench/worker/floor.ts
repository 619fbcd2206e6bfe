import { Pool } from 'undici';

import type { Job } from '../job';
import { promptOf } from '../job';

const PATH = '/v1/flux-1.1-pro';

/** Nothing but undici: so many requests at once, each body read and dropped. The time that no node can beat. */
export async function runFloor({ address, items, atOnce }: Job): Promise<number> {
	const pool = new Pool(address.baseUrl, { connections: atOnce });
	const indexes = Array.from({ length: items }, (_, index) => index).values();
	const work = async (): Promise<void> => {
		for (const index of indexes) {
			const { statusCode, body } = await pool.request({
				path: PATH,
				method: 'POST',
				headers: { 'x-api-key': address.apiKey, 'content-type': 'application/json' },
				body: JSON.stringify({ prompt: promptOf(index) }),
			});
			await body.dump({ limit: Number.MAX_SAFE_INTEGER });
			if (statusCode !== 200) throw new Error(`the emulator answered ${statusCode}`);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	await pool.close();
	return items;
}
