import type { INodeProperties } from 'n8n-workflow';

import { toAskedName } from './fileName';
import type { Entered } from './request';
import { refuseValue, toBoolean, toText, toWhole } from './request';

/** How long a public link opens, in the words that n8n signs it with. */
export const LINK_EXPIRIES = ['none', '1 hour', '1 day', '7 days'] as const;

/** How the node behaves, which is nothing that the model knows of. */
export interface Settings {
	/** Name of the binary field that holds the image. */
	readonly binaryPropertyOutput: string;
	/** The name that was asked for, without an extension. */
	readonly fileName: string | undefined;
	readonly includeInputFields: boolean;
	readonly linkExpiry: (typeof LINK_EXPIRIES)[number];
	/** Seconds for one attempt, body included. */
	readonly timeout: number;
}

/** Seconds; the API itself gives up after about 100, and the longest wait seen elsewhere is 600. */
const TIMEOUT = { label: 'Timeout', min: 5, max: 600, unit: 'seconds' };

/** What is offered under Options. */
export const settingsFields: INodeProperties[] = [
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. product-42',
		description:
			'A name without extension, which follows the file type; left empty, it is made of the prompt and the seed',
	},
	{
		displayName: 'Include Input Fields',
		name: 'includeInputFields',
		type: 'boolean',
		default: false,
		description: 'Whether to keep the fields and files of the input item beside the image',
	},
	{
		displayName: 'Public Link',
		name: 'linkExpiry',
		type: 'options',
		options: [
			{ name: '1 Day', value: '1 day', description: 'A link that opens without a login for a day' },
			{ name: '1 Hour', value: '1 hour', description: 'A link that opens without a login for an hour' },
			{ name: '7 Days', value: '7 days', description: 'A link that opens without a login for a week' },
			{ name: 'None', value: 'none', description: 'No link; the image stays inside n8n' },
		],
		default: 'none',
		description:
			'Whether to add imageUrl, a signed link to the image on this n8n, for posts that fetch it and for agents',
	},
	{
		displayName: 'Put Output in Field',
		name: 'binaryPropertyOutput',
		type: 'string',
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the binary field that will hold the image',
		description: 'The binary field to put the image in',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: TIMEOUT.min, maxValue: TIMEOUT.max, numberPrecision: 0 },
		default: 120,
		description: 'Seconds to wait for one image, until its last byte; most take about 14',
	},
];

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function toLinkExpiry(value: unknown): Settings['linkExpiry'] {
	const expiry = LINK_EXPIRIES.find((each) => each === value);
	if (expiry === undefined)
		throw refuseValue('Public Link', 'is unknown', `Use one of ${LINK_EXPIRIES.join(', ')}`);
	return expiry;
}

/**
 * What the user set, checked; what was left out or empty has its default.
 *
 * @throws {Refusal} that names the option
 */
export function toSettings(entered: Entered): Settings {
	const valueOf = (name: string): unknown =>
		isGiven(entered[name]) ? entered[name] : settingsFields.find((field) => field.name === name)?.default;
	return {
		binaryPropertyOutput: toText(valueOf('binaryPropertyOutput'), 'Put Output in Field', 'e.g. data').trim(),
		fileName: isGiven(entered.fileName) ? toAskedName(entered.fileName) : undefined,
		includeInputFields: toBoolean(valueOf('includeInputFields'), 'Include Input Fields'),
		linkExpiry: toLinkExpiry(valueOf('linkExpiry')),
		timeout: toWhole(valueOf('timeout'), TIMEOUT),
	};
}
