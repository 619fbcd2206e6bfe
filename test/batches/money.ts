import type { INodeExecutionData } from 'n8n-workflow';

import { isBilled } from '../emulator/fault';
import { MODELS } from '../emulator/published';
import { isFlow, isSettled, modelOf } from './batch';
import type { Group } from './group';
import { couldMake, countMet, detailsOf, groupsOf, isError } from './group';
import type { Play, Try } from './play';

/** Sums of binary fractions that differ by less are the same. */
const NOTHING = 1e-6;

/** How an error that stops a run says how many images may have been billed and lost. */
const MAY_BE_BILLED = /(\d+) of \d+ may have been billed without a result/;

/** How many images the errors that stopped the executions report as billed and lost, maybe. */
function lossesReported({ tries }: Play): number {
	const last = tries.filter(({ execution }, at) => tries[at + 1]?.execution !== execution);
	const counts = last.map(({ error }) => Number(MAY_BE_BILLED.exec(error?.description ?? '')?.[1] ?? 0));
	return counts.reduce((sum, count) => sum + count, 0);
}

/** Images that were paid for and did not come out. */
const countExtra = ({ requests, output }: Group): number =>
	requests.filter(({ paid }) => paid).length - output.filter((item) => !isError(item)).length;

/** Whether an item says that its image waits at Segmind or in n8n, where a later try fetches it. */
const isWaiting = (item: INodeExecutionData): boolean =>
	detailsOf(item).requestId !== null || /paid and kept/.test(String(item.json.error));

const isUnknown = (item: INodeExecutionData): boolean =>
	isError(item) && detailsOf(item).billed === 'unknown';

/** What was paid and not delivered was lost on the wire or on the disk, or waits for the next try. */
function expectPaidOnce(group: Group, { batch, failed }: Play): void {
	const { requests, output, requestFaults } = group;
	const extra = countExtra(group);
	expect(extra).toBeGreaterThanOrEqual(0);
	const lost = isSettled(batch)
		? []
		: requestFaults.slice(0, countMet(requests)).filter((fault) => fault.loses && isBilled(fault));
	const waiting = output.filter((item) => isUnknown(item) && isWaiting(item));
	expect(extra).toBeLessThanOrEqual(lost.length + waiting.length + failed.stores.length);
}

/** What was paid and not delivered is reported. */
function expectReported(groups: readonly Group[], play: Play): void {
	// Who turned on Retry When Billing Is Uncertain pays for some images twice, and gets no error.
	const strict = groups.filter(({ retryUncertain }) => !retryUncertain);
	if (play.batch.onError === 'stopWorkflow') {
		const extra = strict.reduce((sum, group) => sum + countExtra(group), 0);
		expect(extra).toBeLessThanOrEqual(lossesReported(play));
		return;
	}
	for (const group of strict) {
		expect(countExtra(group)).toBeLessThanOrEqual(group.output.filter(isUnknown).length);
	}
}

/** US dollars. Flows and models without a published price cost two cents at the emulator. */
const priceOf = (model: string): number => MODELS[model]?.price ?? 0.02;

/** US dollars that the node expects of a request whose price it does not know. */
const ESTIMATE = 0.05;

/** The balance stays above the floor and the costs below the ceiling, but for requests of a price that nobody said. */
function expectLimits({ before, after, floor, ceiling }: Try, { batch }: Play): void {
	const models = [...new Set(batch.items.map((item) => modelOf(batch, item)))];
	const faults = batch.items.flatMap((item) => item.faults).length;
	const isKnown = batch.work !== 'other' && !isFlow(batch);
	const surprises = models.map((model) => Math.max(0, priceOf(model) - ESTIMATE) * (1 + faults));
	const slack = NOTHING + (isKnown ? 0 : surprises.reduce((sum, each) => sum + each, 0));
	expect(after).toBeGreaterThanOrEqual(Math.min(floor, before) - slack);
	if (ceiling > 0) expect(before - after).toBeLessThanOrEqual(ceiling + slack);
}

/** The most that could be left in the account after an image, as far as the order of requests is known. */
function mostLeftAfter(item: INodeExecutionData, { batch, tries }: Play): number {
	const bounds = tries.flatMap(({ before, requests }) => {
		const at = requests.findIndex((seen) => couldMake(seen, item, batch));
		if (at < 0) return [];
		const earlier = batch.concurrency === 1 ? requests.slice(0, at).filter(({ paid }) => paid) : [];
		return earlier.reduce(
			(left, request) => left - priceOf(request.path.split('/').at(-1) ?? ''),
			before - Number(item.json.cost ?? 0),
		);
	});
	return Math.max(...bounds);
}

/** What was paid is delivered once or reported, the limits hold, and no balance is reported that is higher than it was. */
export function expectHonestMoney(play: Play): void {
	const groups = groupsOf(play);
	for (const group of groups) expectPaidOnce(group, play);
	expectReported(groups, play);
	for (const each of play.tries) {
		expectLimits(each, play);
		for (const item of each.items ?? []) {
			const { remainingCredits } = isError(item) ? detailsOf(item) : item.json;
			if (typeof remainingCredits !== 'number') continue;
			const most = isError(item) ? each.before : mostLeftAfter(item, play);
			expect(remainingCredits).toBeLessThanOrEqual(most + NOTHING);
		}
	}
}
