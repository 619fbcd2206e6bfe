/* eslint-disable @n8n/community-nodes/no-restricted-globals -- reads how many batches to run */
import fc from 'fast-check';

import { batches } from './batch';
import { expectPaidOnceByKey } from './keys';
import { expectHonestMoney } from './money';
import { expectWholeOutput } from './output';
import { startLanes } from './play';
import { expectFewRequests } from './requests';

/** `BATCHES=1000 npx jest test/batches` runs longer, with a seed of its own; `SEED` repeats one that failed. */
const { BATCHES, SEED } = process.env;

/** Most of the time of a batch is waiting. Jest runs as many tests at once. */
const LANES = [0, 1, 2, 3, 4];

const started = startLanes(LANES.length);

afterAll(async () => await (await started).stop());

test.concurrent.each(LANES)(
	'whatever goes wrong, what is paid is delivered once or reported as uncertain (lane %i)',
	async (lane) => {
		const { play } = await started;
		const property = fc.asyncProperty(batches, async (batch) => {
			const played = await play(lane, batch);
			await expectWholeOutput(played);
			expectHonestMoney(played);
			expectFewRequests(played);
			await expectPaidOnceByKey(played);
		});
		const seed = Number(SEED ?? (BATCHES === undefined ? 1 : Date.now() % 1_000_000)) + lane;
		await fc.assert(property, { numRuns: Math.ceil(Number(BATCHES ?? 60) / LANES.length), seed });
	},
	Math.max(300, Number(BATCHES ?? 0)) * 1000,
);
