import { BOUNDS, optionFields } from '../form/options';
import { toAskedName } from './fileName';
import type { Entered } from './request';
import { refuseValue, toBoolean, toNumber, toText, toWhole } from './request';

/** How long a public link opens, in the words that n8n signs it with. */
export const LINK_EXPIRIES = ['none', '1 hour', '1 day', '7 days'] as const;

/** How an image gets here. */
export const DELIVERIES = ['direct', 'queued', 'submitOnly'] as const;

/** Seconds; the queue may be long, and nothing is lost by waiting: Segmind's own client waits as long. */
const QUEUED_TIMEOUT = 600;

/** How the node behaves, which is nothing that the model knows of. */
export interface Settings {
	/** Name of the binary field that holds the image. */
	readonly binaryPropertyOutput: string;
	readonly delivery: (typeof DELIVERIES)[number];
	/** The name that was asked for, without an extension. */
	readonly fileName: string | undefined;
	readonly includeInputFields: boolean;
	readonly linkExpiry: (typeof LINK_EXPIRIES)[number];
	/** Retries of one image, after its first attempt. */
	readonly maxRetries: number;
	readonly numberOfImages: number;
	/** Whether to send again what may have been billed. */
	readonly retryUncertain: boolean;
	/** Seconds for one attempt, body included; for a queued one from submitting to the last byte. */
	readonly timeout: number;
}

/** What holds for all items of a run, and is taken from the first. */
export interface RunSettings {
	/** Requests in flight at most. */
	readonly concurrency: number;
	/** US dollars that must stay in the account; 0 is no floor. */
	readonly minimumRemainingCredits: number;
	/** 0 is no limit. */
	readonly requestsPerMinute: number;
}

/** The options that hold for a run. */
export const RUN_OPTIONS = ['concurrency', 'minimumRemainingCredits', 'requestsPerMinute'] as const;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function toOneOf<T extends string>(entered: Entered, name: string, values: readonly T[]): T {
	const value = values.find((each) => each === valueOf(entered, name));
	if (value === undefined) throw refuseValue(labelOf(name), 'is unknown', `Use one of ${values.join(', ')}`);
	return value;
}

/** The name under which the user knows an option, which is the form's. */
const labelOf = (name: string): string =>
	optionFields.find((field) => field.name === name)?.displayName ?? name;

const valueOf = (entered: Entered, name: string): unknown =>
	isGiven(entered[name]) ? entered[name] : optionFields.find((field) => field.name === name)?.default;

const toSwitch = (entered: Entered, name: string): boolean =>
	toBoolean(valueOf(entered, name), labelOf(name));

const toCount = (entered: Entered, name: keyof typeof BOUNDS): number =>
	toWhole(valueOf(entered, name), { label: labelOf(name), ...BOUNDS[name] });

/** Names that n8n drops when it copies an item to the next node. */
export const DROPPED_NAMES = ['__proto__', 'constructor', 'prototype'];

function toFieldName(entered: Entered): string {
	const label = labelOf('binaryPropertyOutput');
	const name = toText(valueOf(entered, 'binaryPropertyOutput'), label, 'e.g. data').trim();
	if (!DROPPED_NAMES.includes(name)) return name;
	throw refuseValue(label, `can't be ${name}: n8n drops a field of that name`, 'Use another name, e.g. data');
}

/**
 * What the user set for one item, checked; what was left out or empty has its default.
 *
 * @throws {Refusal} that names the option
 */
export function toSettings(entered: Entered): Settings {
	const delivery = toOneOf(entered, 'delivery', DELIVERIES);
	const timeout =
		isGiven(entered.timeout) || delivery === 'direct' ? toCount(entered, 'timeout') : QUEUED_TIMEOUT;
	return {
		binaryPropertyOutput: toFieldName(entered),
		delivery,
		fileName: isGiven(entered.fileName) ? toAskedName(entered.fileName) : undefined,
		includeInputFields: toSwitch(entered, 'includeInputFields'),
		linkExpiry: toOneOf(entered, 'linkExpiry', LINK_EXPIRIES),
		maxRetries: toCount(entered, 'maxRetries'),
		numberOfImages: toCount(entered, 'numberOfImages'),
		retryUncertain: toSwitch(entered, 'retryUncertain'),
		timeout,
	};
}

/**
 * What the user set for the run, checked.
 *
 * @throws {Refusal} that names the option
 */
export function toRunSettings(entered: Entered): RunSettings {
	return {
		concurrency: toCount(entered, 'concurrency'),
		minimumRemainingCredits: toNumber(valueOf(entered, 'minimumRemainingCredits'), {
			label: labelOf('minimumRemainingCredits'),
			...BOUNDS.minimumRemainingCredits,
		}),
		requestsPerMinute: toCount(entered, 'requestsPerMinute'),
	};
}
