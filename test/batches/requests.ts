import { isBilled } from '../emulator/fault';
import { isSettled } from './batch';
import type { Group } from './group';
import { countMet, detailsOf, groupsOf, indexOf, isError } from './group';
import type { Play, Try } from './play';

/** An image that may have been billed is not requested again by the same execution. */
function expectNoneAfterLost(
	{ images, retryUncertain, requestFaults, requestsIn }: Group,
	{ batch, tries }: Play,
): void {
	// With several images, it is not known which of them meets a fault.
	if (images > 1 || retryUncertain) return;
	let met = 0;
	for (const execution of new Set(tries.map((each) => each.execution))) {
		const count = countMet(tries.filter((each) => each.execution === execution).flatMap(requestsIn));
		// What the history has as failed was not billed.
		const losses = requestFaults
			.slice(met, met + count)
			.map((fault) => fault.loses === true && (!isSettled(batch) || isBilled(fault)));
		expect(losses.slice(0, count - 1)).not.toContain(true);
		met += count;
	}
}

/** No more is requested than was allowed, and as many attempts are reported as there were. */
function expectAttempts({ images, maxAttempts, owns, requestsIn }: Group, { tries }: Play): void {
	for (const [at, each] of tries.entries()) {
		const requests = requestsIn(each).length;
		// To wait for the rate limit need not count as an attempt.
		const counted = requestsIn(each).filter(({ status }) => status !== 429).length;
		expect(counted).toBeLessThanOrEqual(images * maxAttempts);
		const items = (each.items ?? []).filter((item) => owns(indexOf(item)));
		const attempts = items.map((item) => Number((isError(item) ? detailsOf(item) : item.json).attempts));
		expect(Math.max(0, ...attempts)).toBeLessThanOrEqual(maxAttempts);
		// Later tries repeat what the first one reported.
		if (at > 0 || each.items === undefined) continue;
		const sum = attempts.reduce((total, attempt) => total + attempt, 0);
		expect([sum >= counted, sum <= requests]).toEqual([true, true]);
	}
}

/** Statuses that every other request would meet as well: all of the account, or all of the same path. */
const FOR_ALL = [401];
const FOR_PATH = [302, 402, 403, 404, 405, 410];

/** Nothing is sent after what makes it pointless, but for what was on its way. */
function expectStops({ requests, error }: Try, { batch, failed }: Play): void {
	const sentAfter = (time: number) => requests.filter(({ at }) => requests[0]!.at <= time && at > time);
	for (const time of failed.stores) expect(sentAfter(time).length).toBeLessThan(batch.concurrency);
	if (batch.concurrency > 1) return;
	for (const [at, { status, path }] of requests.entries()) {
		const after = requests.slice(at + 1);
		if (FOR_ALL.includes(status ?? 0)) expect(after).toEqual([]);
		if (FOR_PATH.includes(status ?? 0)) expect(after.filter((each) => each.path === path)).toEqual([]);
	}
	if (error === undefined || failed.stores.length > 0) return;
	const { itemIndex = Number.POSITIVE_INFINITY } = error.context ?? {};
	const earlier = batch.items.slice(0, itemIndex + 1).map(({ prompt }) => prompt);
	expect(requests.filter(({ body }) => !earlier.includes(String(body.prompt)))).toEqual([]);
}

/** No more is sent than is sensible and allowed, at no other time than in a try. */
export function expectFewRequests(play: Play): void {
	const { batch, tries, emulator } = play;
	for (const group of groupsOf(play)) {
		expectNoneAfterLost(group, play);
		expectAttempts(group, play);
	}
	for (const each of tries) expectStops(each, play);
	const sent = emulator.requests.filter(({ method }) => method === 'POST');
	expect(tries.flatMap(({ requests }) => requests)).toHaveLength(sent.length);
	expect(emulator.maxInFlight).toBeLessThanOrEqual(batch.concurrency);
	expect(emulator.inFlight).toBe(0);
}
