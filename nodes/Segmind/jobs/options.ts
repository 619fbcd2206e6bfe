import type { INodeProperties } from 'n8n-workflow';

import type { RawParameters } from './checks';
import type { OptionUser } from './optionKinds';
import type { BatchOptions, JobOptions } from './optionTable';
import { OPTIONS } from './optionTable';

/** Seconds for queued requests: a queue may be long, and Segmind's own client waits as long. */
const QUEUED_TIMEOUT = 600;

/** Returns the fields of an operation's options, or of all options. */
export const optionFields = (operation?: OptionUser): INodeProperties[] =>
	Object.entries(OPTIONS)
		.filter(([, { usedBy }]) => operation === undefined || usedBy.includes(operation))
		.map(([name, { field }]) => ({ ...field, name }));

type AllOptions = JobOptions & BatchOptions;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Returns a reader of options: what was left out or empty has its default. */
function readerOf(raw: RawParameters) {
	return <Name extends keyof AllOptions>(name: Name): AllOptions[Name] => {
		const option = OPTIONS[name];
		return option.parse(isGiven(raw[name]) ? raw[name] : option.field.default);
	};
}

/**
 * Returns the checked options of one item.
 *
 * @throws {SegmindError} that names the option
 */
export function toJobOptions(raw: RawParameters): JobOptions {
	const read = readerOf(raw);
	const delivery = read('delivery');
	return {
		binaryPropertyOutput: read('binaryPropertyOutput'),
		delivery,
		fileName: read('fileName'),
		includeInputFields: read('includeInputFields'),
		linkExpiry: read('linkExpiry'),
		maxRetries: read('maxRetries'),
		numberOfImages: read('numberOfImages'),
		retryUncertain: read('retryUncertain'),
		timeout: delivery === 'direct' || isGiven(raw.timeout) ? read('timeout') : QUEUED_TIMEOUT,
	};
}

/** The options that hold for a whole batch. */
export const BATCH_OPTIONS = ['concurrency', 'minimumRemainingCredits', 'requestsPerMinute'] as const;

/**
 * Returns the checked options of a batch.
 *
 * @throws {SegmindError} that names the option
 */
export function toBatchOptions(raw: RawParameters): BatchOptions {
	const read = readerOf(raw);
	return {
		concurrency: read('concurrency'),
		minimumRemainingCredits: read('minimumRemainingCredits'),
		requestsPerMinute: read('requestsPerMinute'),
	};
}
