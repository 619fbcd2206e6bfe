import { SkippedError } from '../../../nodes/Segmind/api/errors';
import { SpendingLimit } from '../../../nodes/Segmind/batch/spendingLimit';
import { flush, settleError, usageOf } from './setup';

const FLUX = { endpoint: 'flux', price: 0.1 };

/** How many more requests it lets through, one at a time, at the price that it knows. */
async function countOf(limit: SpendingLimit): Promise<number> {
	for (let count = 0; count < 1000; count += 1) {
		try {
			limit.settle(await limit.reserve(FLUX), { billed: 'unknown' });
		} catch (error) {
			expect(error).toBeInstanceOf(SkippedError);
			return count;
		}
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
	['does not trust a lower price than the usual one', 0.5, 1, [[0.01]], 4],
	['keeps the highest price, since the next one may cost as much again', 0.5, 1, [[0.2], [0.01]], 1],
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
	const limit = new SpendingLimit(minimum, 0, 0, readBalance);
	for (const response of responses) {
		const reservation = await limit.reserve(FLUX);
		if (typeof response === 'string') limit.settle(reservation, { billed: response });
		else limit.settle(reservation, { billed: 'yes', usage: usageOf(...response) });
	}
	expect(await countOf(limit)).toBe(expected);
	expect(readBalance).toHaveBeenCalledTimes(minimum === 0 ? 0 : 1);
});

test('requests wait while those in flight may leave enough for them', async () => {
	const limit = new SpendingLimit(0.8, 0, 0, async () => 1);
	type Reservation = Awaited<ReturnType<typeof limit.reserve>>;
	const started: Reservation[] = [];
	const reserved = [0, 1, 2, 3].map(async () => started.push(await limit.reserve(FLUX)));
	await flush();
	expect(started).toHaveLength(2);
	limit.settle(started[0], { billed: 'no' });
	await flush();
	expect(started).toHaveLength(3);
	limit.settle(started[1], { billed: 'unknown' });
	limit.settle(started[2], { billed: 'unknown' });
	expect(await settleError(reserved[3]!)).toMatchObject({
		reason: 'credits',
		message: 'Not sent: with $0.80 left, the request would take the balance below $0.80',
		description: expect.stringMatching(/'Minimum Remaining Credits'.*Nothing was billed/),
		remainingCredits: 0.8,
	});
});

test('counts with the price of each model', async () => {
	const limit = new SpendingLimit(9.9, 0, 0, async () => 9.98);
	const cheap = await limit.reserve({ endpoint: 'cheap', price: 0.03 });
	limit.settle(cheap, { billed: 'yes', usage: usageOf(0.03, 9.95) });
	await expect(limit.reserve({ endpoint: 'dear', price: 0.06 })).rejects.toBeInstanceOf(SkippedError);
	expect(await limit.reserve({ endpoint: 'cheap', price: 0.03 })).toMatchObject({ amount: 0.03 });
});

test('sends one request of an unknown price, and learns it before the next', async () => {
	const limit = new SpendingLimit(1, 0, 0, async () => 5);
	const video = { endpoint: 'video', price: undefined };
	const first = await limit.reserve(video);
	let second: unknown;
	const waiting = limit.reserve(video).then(
		(reservation) => (second = reservation),
		(error: unknown) => (second = error),
	);
	await flush();
	expect(second).toBeUndefined();
	limit.settle(first, { billed: 'yes', usage: usageOf(3) });
	await waiting;
	expect(second).toBeInstanceOf(SkippedError);
});

test.each<[minimum: number, endpoints: string[]]>([
	[0, ['video', 'video']],
	[1, ['video', 'other']],
])('requests of an unknown price need not wait for each other with a minimum of %d: %j', async (...row) => {
	const [minimum, endpoints] = row;
	const limit = new SpendingLimit(minimum, 0, 0, async () => 5);
	const reserve = endpoints.map(async (endpoint) => await limit.reserve({ endpoint, price: undefined }));
	await expect(Promise.all(reserve)).resolves.toHaveLength(2);
});

test.each<[readings: number, outcome: string, response: Response]>([
	[2, 'cost something unknown', [null]],
	[2, 'may have cost something', 'unknown'],
	[1, 'cost nothing', 'no'],
	[1, 'says the balance', [null, 2]],
	[1, 'says its cost', [3.02]],
])('reads the balance %i times where a request of an unknown price %s', async (readings, _name, response) => {
	const readBalance = jest.fn().mockResolvedValueOnce(5).mockResolvedValue(2);
	const limit = new SpendingLimit(1.97, 0, 0, readBalance);
	const video = { endpoint: 'video', price: undefined };
	const reservation = await limit.reserve(video);
	if (typeof response === 'string') limit.settle(reservation, { billed: response });
	else limit.settle(reservation, { billed: 'yes', usage: usageOf(...response) });
	const next = limit.reserve(video);
	if (response === 'no') await next;
	else await expect(next).rejects.toBeInstanceOf(SkippedError);
	expect(readBalance).toHaveBeenCalledTimes(readings);
});

test('what is in flight counts towards the maximum of a run', async () => {
	const limit = new SpendingLimit(0, 0.3, 0.1, async () => 0);
	const first = await limit.reserve(FLUX);
	await limit.reserve(FLUX);
	const onThird = jest.fn();
	const third = limit.reserve(FLUX).then(onThird);
	await flush();
	expect(onThird).not.toHaveBeenCalled();
	limit.settle(first, { billed: 'no' });
	await third;
});

test('a run costs no more than its maximum, with what earlier tries have paid', async () => {
	const readBalance = jest.fn(async () => 0);
	const limit = new SpendingLimit(0, 0.5, 0.2, readBalance);
	expect(await countOf(limit)).toBe(3);
	await expect(limit.reserve(FLUX)).rejects.toMatchObject({
		reason: 'credits',
		description: expect.stringContaining("'Maximum Cost per Run'"),
	});
	expect(readBalance).not.toHaveBeenCalled();
});

test.each([
	[
		'minimum',
		new SpendingLimit(0.95, 0, 0, async () => 1),
		/^Not sent: with \$1\.00 left, .* below \$0\.95$/,
		1,
	],
	[
		'maximum',
		new SpendingLimit(0, 0.15, 0.1, async () => 1),
		/^Not sent: after \$0\.10, .* above \$0\.15$/,
		null,
	],
])('says which limit holds a request back: the %s', async (_name, limit, message, remainingCredits) => {
	const error = { message: expect.stringMatching(message), remainingCredits, billed: 'no', attempts: 0 };
	await expect(limit.reserve(FLUX)).rejects.toMatchObject(error);
});
