import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

import { isLoopback } from '../../../credentials/connection';
import type { SegmindError } from '../api/errors';
import type { ImageRequest } from '../jobs/imageRequest';
import type { BatchOptions } from '../jobs/optionTable';
import { counted, ownWords } from './hintText';
import type { Delivery } from './item';

/** What the hints of a run are made from. */
export interface Summary {
	/** What one result is called. */
	readonly noun: 'image' | 'run' | 'result';
	readonly roundings: ImageRequest['roundings'];
	/** Values in a place where nothing reads them, with the right one. */
	readonly misplaced: readonly string[];
	readonly deliveries: readonly Delivery[];
	/** Milliseconds that all requests waited for the rate limit. */
	readonly waited: number;
	/** Paid results whose job now asks for something else, by an expression that changes. */
	readonly changed: number;
	/** Images of earlier runs that were made again, since Segmind no longer has their files. */
	readonly gone: number;
	/** Results that another run can't find by their idempotency keys. */
	readonly unrepeatable: number;
	/** Why Segmind's request history could not be read, where it was needed. */
	readonly unreadable: SegmindError | undefined;
	readonly options: BatchOptions;
}

/** Warns the user when the balance above the minimum pays for fewer images than this. */
const FEW_IMAGES = 10;

const NO_LINK =
	'No public link could be made: this n8n keeps files in memory, where no link reaches them. Set N8N_DEFAULT_BINARY_DATA_MODE to filesystem, or set Public Link to None';

const NO_SEGMIND_LINK =
	"imageUrl is empty: Segmind's request history does not have the file. Set Delivery to Queued, where the link comes with the image";

const UNUSED_LINK =
	"imageUrl is empty, and a later node uses it. Add the option Public Link: 'Segmind, 7 Days' opens everywhere, the others where others reach this n8n";

const LOCAL_LINK =
	'The public link opens on this machine only. Set WEBHOOK_URL, or N8N_EDITOR_BASE_URL if you use it, to the address that others reach; now it is';

const UNSAVED_LINK =
	'This workflow saves no successful executions, so n8n deletes the image and its public link soon after the run, within 15 minutes by default. If the link has to live on, set Save Successful Production Executions to Save in the workflow settings';

/** Whether it is a link that this n8n signed, and not Segmind's own. */
const isSigned = (link: unknown): link is string =>
	typeof link === 'string' && URL.canParse(link) && new URL(link).pathname.includes('/binary-data/signed');

const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const isKnown = <T>(value: T | null): value is T => value !== null;

function* costLines(
	noun: string,
	paidNow: readonly Delivery[],
	minimum: number,
): Generator<[string, 'info' | 'warning']> {
	const requests = paidNow.filter(({ outputIndex }) => outputIndex === 0);
	const costs = requests.map(({ usage }) => usage.cost).filter(isKnown);
	const cost = costs.reduce((sum, each) => sum + each, 0);
	const left = paidNow
		.map(({ usage }) => usage.remainingCredits)
		.filter(isKnown)
		.reduce((lowest, each) => Math.min(lowest, each), Infinity);
	const spent = requests.length > 0 && costs.length === requests.length ? ` for ${dollars(cost)}` : '';
	const rest = left === Infinity ? '' : `, ${dollars(left)} left`;
	if (`${spent}${rest}` !== '') yield [`${counted(paidNow.length, noun)}${spent}${rest}`, 'info'];
	const above = left - minimum;
	if (minimum > 0 && above < (FEW_IMAGES * cost) / Math.max(1, costs.length)) {
		yield [`Only ${dollars(above)} above the minimum of ${dollars(minimum)}`, 'warning'];
	}
}

/** What the workflow around the node means for its links. */
interface Surroundings {
	/** Whether n8n keeps successful executions. */
	readonly isSaved: boolean;
	/** Whether a later node uses imageUrl. */
	readonly usesLink: boolean;
}

function surroundingsOf(context: IExecuteFunctions): Surroundings {
	const later = context.getChildNodes(context.getNode().name, { includeNodeParameters: true });
	return {
		isSaved: context.getWorkflowSettings().saveDataSuccessExecution !== 'none',
		// n8n before 2.0 does not say what parameters a node has.
		usesLink: later.some(({ parameters = {} }) => JSON.stringify(parameters).includes('imageUrl')),
	};
}

function* linkLines(
	deliveries: readonly Delivery[],
	{ isSaved, usesLink }: Surroundings,
): Generator<[string, 'warning']> {
	const files = deliveries.filter(({ item }) => item.binary !== undefined);
	const missing = new Set(
		files.filter(({ imageUrl }) => imageUrl === null).map(({ linkExpiry }) => linkExpiry),
	);
	if (missing.delete('segmind')) yield [NO_SEGMIND_LINK, 'warning'];
	if (missing.delete('none') && usesLink) yield [UNUSED_LINK, 'warning'];
	if (missing.size > 0) yield [NO_LINK, 'warning'];
	const signed = deliveries.map(({ imageUrl }) => imageUrl).filter(isSigned);
	const local = signed.find((link) => isLoopback(new URL(link)));
	if (local !== undefined) yield [`${LOCAL_LINK} ${new URL(local).origin}`, 'warning'];
	if (signed.length > 0 && !isSaved) yield [UNSAVED_LINK, 'warning'];
}

function* linesOf(
	{
		noun,
		roundings,
		misplaced,
		deliveries,
		waited,
		changed,
		gone,
		unrepeatable,
		unreadable,
		options,
	}: Summary,
	surroundings: Surroundings,
): Generator<[string, 'info' | 'warning']> {
	const paidNow = deliveries.filter(({ alreadyPaid }) => !alreadyPaid);
	yield* costLines(noun, paidNow, options.minimumRemainingCredits);
	const reused = deliveries.length - paidNow.length;
	if (reused > 0) yield [`${counted(reused, noun)} paid before, not paid again`, 'info'];
	const recovered = deliveries.filter(({ item }) => item.json.recovered === true).length;
	if (recovered > 0) {
		yield [`${counted(recovered, noun)} whose response was lost, found in Segmind's request history`, 'info'];
	}
	const refused = deliveries.reduce((sum, delivery) => sum + delivery.refused, 0);
	if (refused > 0) {
		yield [
			`${counted(refused, 'file')} missing from a result that has more: the host refuses to give them`,
			'warning',
		];
	}
	if (gone > 0) {
		yield [
			`${counted(gone, noun)} made again: Segmind keeps files for seven days, and they were gone`,
			'warning',
		];
	}
	if (unrepeatable > 0) {
		yield [
			`${counted(unrepeatable, noun)} can't be found again by the Idempotency Key: each run uploads the picture to another address. Leave the seed out if the model has one, or give the picture by its address`,
			'warning',
		];
	}
	if (unreadable !== undefined) {
		yield [`Segmind's request history could not be read: ${ownWords(unreadable.message)}`, 'warning'];
	}
	if (changed > 0) {
		yield [
			`${counted(changed, noun)} handed over although an expression now gives another value; to pay for new ones, run the workflow again or change the node`,
			'info',
		];
	}
	if (waited > 0) yield [`Waited ${Math.ceil(waited / 1000)} s for Segmind's rate limit`, 'info'];
	yield* linkLines(deliveries, surroundings);
	const replaced = [...new Set(deliveries.flatMap((delivery) => delivery.replaced))];
	if (replaced.length > 0) {
		yield [`Input fields replaced or left out: ${replaced.slice(0, 10).join(', ')}`, 'info'];
	}
	if (misplaced.length > 0) {
		yield [`Ignored, since they belong elsewhere: ${misplaced.slice(0, 10).join(', ')}`, 'warning'];
	}
	const [first] = roundings;
	if (first !== undefined) {
		const { label, entered, sent, step } = first;
		const more = roundings.length === 1 ? '' : ` (and ${roundings.length - 1} more)`;
		yield [`Rounded to a multiple of ${step}: ${label.toLowerCase()} ${entered} → ${sent}${more}`, 'info'];
	}
}

/** Adds hints to the output panel: what the run cost, and what the node decided for the user. */
export function addHints(context: IExecuteFunctions, summary: Summary): void {
	const hints = [...linesOf(summary, surroundingsOf(context))].map(([message, type]): NodeExecutionHint => ({
		message,
		type,
		location: 'outputPane',
	}));
	context.addExecutionHints(...hints);
}
