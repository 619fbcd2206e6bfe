import { SkippedError } from '../../../nodes/Segmind/api/errors';
import { SpendingLimit } from '../../../nodes/Segmind/batch/spendingLimit';
import { flush, settleError, usageOf } from './setup';

/** How many more requests it lets through, one at a time, at the price that it knows. */
async function countOf(limit: SpendingLimit): Promise<number> {
	for (let count = 0; count < 1000; count += 1) {
		const error = await limit.reserve().catch((thrown: unknown) => thrown);
		if (error instanceof SkippedError) return count;
		limit.settle({ billed: 'unknown' });
	}
	return Infinity;
}

/** What a response says: its cost and the balance, or only whether it was billed. */
type Response = [cost: number | null, remainingCredits?: number] | 'no' | 'unknown';

test.each<[string, number, number, Response[], number]>([
	['spends down to the minimum', 0.5, 1, [], 5],
	['does not spend below the minimum', 0.5, 0.9999, [], 4],
	['counts in decimal fractions, where 0.3 - 0.2 is 0.1', 0.1, 0.3, [], 2],
	['learns a higher price from the first response', 0.5, 1, [[0.2]], 1],
	['learns a lower price from the first response', 0.5, 1, [[0.01]], 49],
	['learns nothing from a free request', 0.5, 1, [[0]], 5],
	['learns nothing from a response without a cost', 0.5, 1, [[null]], 4],
	['counts what may have been billed', 0.5, 1, ['unknown'], 4],
	['does not count what was not billed', 0.5, 1, ['no'], 5],
	['believes the lowest balance that was reported', 0.5, 1, [[0.1, 0.7], [0.1, 0.8], 'no'], 2],
	['counts what was spent since a balance was reported', 0.5, 1, [[0.1, 0.7], [0.1]], 1],
	['believes its own count more than a balance that lags behind', 0.5, 1, [[0.1, 1]], 4],
	['holds nothing back without a minimum', 0, 0, [[100]], Infinity],
])('%s', async (_name, minimum, balance, responses, expected) => {
	const readBalance = jest.fn(async () => balance);
	const limit = new SpendingLimit(minimum, 0.1, readBalance);
	for (const response of responses) {
		await limit.reserve();
		if (typeof response === 'string') limit.settle({ billed: response });
		else limit.settle({ billed: 'yes', usage: usageOf(...response) });
	}
	expect(await countOf(limit)).toBe(expected);
	expect(readBalance).toHaveBeenCalledTimes(minimum === 0 ? 0 : 1);
});

test('requests wait while those in flight may leave enough for them', async () => {
	const limit = new SpendingLimit(0.8, 0.1, async () => 1);
	const started: number[] = [];
	const reserved = [0, 1, 2, 3].map(async (each) => await limit.reserve().then(() => started.push(each)));
	await flush();
	expect(started).toEqual([0, 1]);
	limit.settle({ billed: 'no' });
	await flush();
	expect(started).toEqual([0, 1, 2]);
	limit.settle({ billed: 'unknown' });
	limit.settle({ billed: 'unknown' });
	expect(await settleError(reserved[3]!)).toMatchObject({
		reason: 'credits',
		message: 'Not sent: with $0.80 left, the image would take the balance below $0.80',
		description: expect.stringMatching(/'Minimum Remaining Credits'.*Nothing was billed/),
		remainingCredits: 0.8,
	});
});
