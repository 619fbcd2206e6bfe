import type { INodeExecutionData } from 'n8n-workflow';

import type { ReceivedRequest } from '../emulator/emulator';
import { isBilled } from '../emulator/fault';
import { MODELS } from '../emulator/published';
import { modelOf } from './batch';
import { KNOWN_LIMITS } from './faults';
import type { Group } from './group';
import { couldMake, countMet, detailsOf, groupsOf, isError } from './group';
import type { Play, Try } from './play';

/** Sums of binary fractions that differ by less are the same. */
const NOTHING = 1e-6;

/** How an error that stops a run says that money may have been spent. */
const SAYS_UNKNOWN = /may have been made and billed|was billed|not paid for again/i;

/** Times that a run was stopped by an error which says of an image of this group that it may have been billed. */
function stopsThatReport({ owns }: Group, { tries }: Play): number {
	const last = tries.filter(({ execution }, at) => tries[at + 1]?.execution !== execution);
	return last.filter(
		({ error }) => owns(error?.context?.itemIndex ?? -1) && SAYS_UNKNOWN.test(error?.description ?? ''),
	).length;
}

/** What was paid and not delivered was lost on the wire or on the disk, and is reported. */
function expectPaidOnce(group: Group, play: Play): void {
	const { requests, output, requestFaults, queueFaults, retryUncertain } = group;
	const { batch, failed } = play;
	const unknown = output.filter((item) => isError(item) && detailsOf(item).billed === 'unknown');
	const extra = requests.filter(({ paid }) => paid).length - output.filter((item) => !isError(item)).length;
	expect(extra).toBeGreaterThanOrEqual(0);

	const lost = requestFaults.slice(0, countMet(requests)).filter((fault) => fault.loses && isBilled(fault));
	const gone = queueFaults.filter(({ loses }) => loses);
	// What waits at Segmind is not lost: its request id is reported.
	const waiting = unknown.filter((item) => detailsOf(item).requestId !== null);
	const forgotten = KNOWN_LIMITS.readErrorForgetsPaidImage ? failed.reads.length : 0;
	const excused = lost.length + gone.length + waiting.length + failed.stores.length + forgotten;
	expect(extra).toBeLessThanOrEqual(excused);

	// Who turned on Retry When Billing Is Uncertain pays for some images twice, and gets no error.
	if (retryUncertain) return;
	const stops = batch.onError === 'stopWorkflow';
	const oneByOne = batch.concurrency === 1 && failed.stores.length + failed.reads.length === 0;
	if (stops && KNOWN_LIMITS.stopReportsOneError && !oneByOne) return;
	const reported = stops ? stopsThatReport(group, play) : unknown.length;
	expect(extra).toBeLessThanOrEqual(reported + forgotten);
}

/** The balance stays above the floor where all images have one price, which is known before the first. */
function expectFloor({ before, after, floor }: Try, { batch }: Play): void {
	const models = [...new Set(batch.items.map((item) => modelOf(batch, item)))];
	const isKnown = models.length === 1 && (batch.work !== 'other' || models[0] === 'other-model');
	if (isKnown) expect(after).toBeGreaterThanOrEqual(Math.min(floor, before) - NOTHING);
}

/** US dollars. Flows and models without a published price cost two cents at the emulator. */
const priceOf = ({ path }: ReceivedRequest): number => MODELS[path.split('/').at(-1) ?? '']?.price ?? 0.02;

/** The most that could be left in the account after an image, as far as the order of requests is known. */
function mostLeftAfter(item: INodeExecutionData, { batch, tries }: Play): number {
	const bounds = tries.flatMap(({ before, requests }) => {
		const at = requests.findIndex((seen) => couldMake(seen, item, batch));
		if (at < 0) return [];
		const earlier = batch.concurrency === 1 ? requests.slice(0, at).filter(({ paid }) => paid) : [];
		return earlier.reduce((left, request) => left - priceOf(request), before - Number(item.json.cost ?? 0));
	});
	return Math.max(...bounds);
}

/** What was paid is delivered once or reported, the floor holds, and no balance is reported that is higher than it was. */
export function expectHonestMoney(play: Play): void {
	for (const group of groupsOf(play)) expectPaidOnce(group, play);
	for (const each of play.tries) {
		expectFloor(each, play);
		for (const item of each.items ?? []) {
			const { remainingCredits } = isError(item) ? detailsOf(item) : item.json;
			if (typeof remainingCredits !== 'number') continue;
			const most = isError(item) ? each.before : mostLeftAfter(item, play);
			expect(remainingCredits).toBeLessThanOrEqual(most + NOTHING);
		}
	}
}
