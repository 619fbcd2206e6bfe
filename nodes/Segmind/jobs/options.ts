import type { INodeProperties } from 'n8n-workflow';

import type { RawParameters } from './checks';
import type { Option, OptionUser } from './optionKinds';
import type { AllOptions, BatchOptions, JobOptions } from './optionTable';
import { OPTIONS } from './optionTable';
import { QUEUED_TIMEOUT } from './timeout';

/** Returns the fields of an operation's options; without an operation, one field for each option. */
export const optionFields = (operation?: OptionUser): INodeProperties[] =>
	Object.entries<Option<AllOptions[keyof AllOptions]>>(OPTIONS)
		.filter(([, { usedBy }]) => operation === undefined || usedBy.includes(operation))
		.flatMap(([name, { field, variants }]) => {
			const fields = (operation === undefined ? undefined : variants?.[operation]) ?? [{}];
			return fields.map((variant) => ({ ...field, ...variant, name }));
		});

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Returns a reader of options: what was left out or empty has its default. */
function readerOf(raw: RawParameters) {
	return <Name extends keyof AllOptions>(name: Name): AllOptions[Name] => {
		const option = OPTIONS[name];
		const value = raw[name];
		const isLost = option.mustBeFound === true && Object.hasOwn(raw, name) && value !== '';
		return option.parse(isGiven(value) || isLost ? value : (option.leftOut ?? option.field.default));
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
		idempotencyKey: read('idempotencyKey'),
		includeInputFields: read('includeInputFields'),
		linkExpiry: read('linkExpiry'),
		maxRetries: read('maxRetries'),
		numberOfImages: read('numberOfImages'),
		output: read('output'),
		retryUncertain: read('retryUncertain'),
		timeout: delivery === 'direct' || isGiven(raw.timeout) ? read('timeout') : QUEUED_TIMEOUT,
	};
}

/** The options that hold for a whole batch. */
export const BATCH_OPTIONS = [
	'concurrency',
	'maximumCostPerRun',
	'minimumRemainingCredits',
	'requestsPerMinute',
] as const;

/**
 * Returns the checked options of a batch.
 *
 * @throws {SegmindError} that names the option
 */
export function toBatchOptions(raw: RawParameters): BatchOptions {
	const read = readerOf(raw);
	return {
		concurrency: read('concurrency'),
		maximumCostPerRun: read('maximumCostPerRun'),
		minimumRemainingCredits: read('minimumRemainingCredits'),
		requestsPerMinute: read('requestsPerMinute'),
	};
}
