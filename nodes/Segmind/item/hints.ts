import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

import { isLoopback } from '../../../credentials/baseUrl';
import type { Rounding } from '../request/request';
import type { RunSettings } from '../request/settings';
import type { Outcome } from './outcome';
import { isFailure } from './outcome';

/** What a run is summed up from. */
export interface Summary {
	readonly roundings: readonly Rounding[];
	readonly outcomes: readonly Outcome[];
	/** Milliseconds that all stood still for the rate limit. */
	readonly paused: number;
	readonly settings: RunSettings;
}

/** So many prices above the floor, and the user should know. */
const FEW_IMAGES = 10;

const NO_LINK =
	'No public link could be made: this n8n keeps files in memory, where no link reaches them. Set N8N_DEFAULT_BINARY_DATA_MODE to filesystem, or set Public Link to None';

const LOCAL_LINK =
	'The public link opens on this machine only. Set WEBHOOK_URL to the address that others reach; now it is';

/** Links that this n8n signed; Segmind's own are not ours to mend. */
const opensOnlyHere = (link: unknown): boolean =>
	typeof link === 'string' &&
	URL.canParse(link) &&
	new URL(link).pathname.includes('/binary-data/signed') &&
	isLoopback(new URL(link));

const images = (count: number): string => (count === 1 ? '1 image' : `${count} images`);

const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const numbersOf = (jsons: ReadonlyArray<Record<string, unknown>>, field: string): number[] =>
	jsons.map((json) => json[field]).filter((value): value is number => typeof value === 'number');

/** Short lines about the run as a whole, each only where there is something to tell. */
function* linesOf({ roundings, outcomes, paused, settings }: Summary): Generator<NodeExecutionHint> {
	const location = 'outputPane';
	const jsons = outcomes.flatMap((outcome) => (isFailure(outcome) ? [] : [outcome.item.json]));
	const fresh = jsons.filter(({ alreadyPaid }) => alreadyPaid !== true);
	const costs = numbersOf(fresh, 'cost');
	const left = Math.min(...numbersOf(fresh, 'remainingCredits'));
	const cost = costs.reduce((sum, each) => sum + each, 0);
	if (fresh.length > 0) {
		const spent = costs.length === fresh.length ? ` for ${dollars(cost)}` : '';
		const rest = Number.isFinite(left) ? `, ${dollars(left)} left` : '';
		if (`${spent}${rest}` !== '')
			yield { message: `${images(fresh.length)}${spent}${rest}`, type: 'info', location };
	}
	const reused = jsons.length - fresh.length;
	if (reused > 0) {
		yield { message: `${images(reused)} paid in an earlier try, not paid again`, type: 'info', location };
	}
	if (paused > 0) {
		const seconds = Math.ceil(paused / 1000);
		yield { message: `Waited ${seconds} s for Segmind's rate limit`, type: 'info', location };
	}
	const above = left - settings.minimumRemainingCredits;
	if (settings.minimumRemainingCredits > 0 && above < (FEW_IMAGES * cost) / Math.max(1, costs.length)) {
		const floor = dollars(settings.minimumRemainingCredits);
		yield { message: `Only ${dollars(above)} above the minimum of ${floor}`, type: 'warning', location };
	}
	if (jsons.some(({ imageUrl }) => imageUrl === null)) {
		yield { message: NO_LINK, type: 'warning', location };
	}
	const local = jsons.map(({ imageUrl }) => imageUrl).find(opensOnlyHere);
	if (local !== undefined) {
		yield { message: `${LOCAL_LINK} ${new URL(String(local)).origin}`, type: 'warning', location };
	}
	const [first] = roundings;
	if (first !== undefined) {
		const more = roundings.length === 1 ? '' : ` (and ${roundings.length - 1} more)`;
		yield {
			message: `${first.label} ${first.entered} was sent as ${first.sent}: the API counts in steps of ${first.step}${more}`,
			type: 'info',
			location,
		};
	}
}

/** Tells in the output panel what the run cost and what was done on the user's behalf. */
export function addHints(context: IExecuteFunctions, summary: Summary): void {
	context.addExecutionHints(...linesOf(summary));
}
