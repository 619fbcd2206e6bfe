import { toSafeName } from '../files/fileName';
import { MEDIA_EXTENSIONS } from '../files/fileType';
import { checkValues, invalidValue, toText } from './checks';
import type { Delivery } from './delivery';
import { delivery } from './delivery';
import type { Option, OptionUser } from './optionKinds';
import { choice, dollarLimit, toggle, wholeNumber } from './optionKinds';
import { timeout } from './timeout';

/** What the user set for one item. */
export interface JobOptions {
	/** Name of the output field that holds the file. */
	readonly binaryPropertyOutput: string;
	readonly delivery: Delivery;
	/** The file name without an extension; undefined for the default name. */
	readonly fileName: string | undefined;
	/** Runs with the same key and the same request pay once; undefined for none. */
	readonly idempotencyKey: string | undefined;
	readonly includeInputFields: boolean;
	/** How long the public link works, in the words that n8n signs it with; `segmind` is the file's own address. */
	readonly linkExpiry: 'none' | 'segmind' | '1 hour' | '1 day' | '7 days';
	/** Retries of one job after its first attempt. */
	readonly maxRetries: number;
	readonly numberOfImages: number;
	/** Whether an item has every output field, or those that an agent needs. */
	readonly output: 'all' | 'simplified';
	/** Whether to resend what may have been billed. */
	readonly retryUncertain: boolean;
	/** Seconds for one attempt, to the last byte. */
	readonly timeout: number;
}

/** What holds for all items, and is taken from the first. */
export interface BatchOptions {
	/** Requests in flight at most. */
	readonly concurrency: number;
	/** US dollars that the run may cost; 0 for no limit. */
	readonly maximumCostPerRun: number;
	/** US dollars that must stay in the account; 0 for no limit. */
	readonly minimumRemainingCredits: number;
	/** 0 for no limit. */
	readonly requestsPerMinute: number;
}

/** Every option by its name. */
export type AllOptions = JobOptions & BatchOptions;

const MADE: readonly OptionUser[] = ['image:edit', 'image:generate', 'model:run'];
const PAID: readonly OptionUser[] = [...MADE, 'pixelFlow:run'];
const WITH_FILE: readonly OptionUser[] = [...MADE, 'image:getResult'];
const ALL: readonly OptionUser[] = [...WITH_FILE, 'pixelFlow:run'];

/** Fields that n8n drops when it copies an item to the next node. */
export const DROPPED_FIELDS = ['__proto__', 'constructor', 'prototype'];

/** Characters of an idempotency key. */
const MAX_KEY = 500;

/** Extensions that a user may have typed along with the name. */
const EXTENSIONS = new RegExp(`(\\.(${MEDIA_EXTENSIONS.join('|')}))+$`, 'i');

/** Every option: its field, its default, its limits and its check. The limits are our own unless said otherwise. */
export const OPTIONS: { readonly [Name in keyof AllOptions]: Option<AllOptions[Name]> } = {
	binaryPropertyOutput: {
		field: {
			displayName: 'Put Output in Field',
			type: 'string',
			default: 'data',
			placeholder: 'e.g. data',
			hint: 'The name of the output field that will hold the file',
			description: 'The name of the output field to put the image in',
		},
		usedBy: WITH_FILE,
		parse(value) {
			const label = this.field.displayName;
			const name = toText(value, label, 'e.g. data').trim();
			if (!DROPPED_FIELDS.includes(name)) return name;
			throw invalidValue(
				label,
				`can't be ${name}: n8n drops a field of that name`,
				'Use another name, e.g. data',
			);
		},
	},
	concurrency: wholeNumber(
		ALL,
		'Parallel Requests',
		{ min: 0, max: 20, default: 0 },
		'How many requests run at the same time; 0 is automatic: up to 20, as long as the rate limit allows',
	),
	delivery,
	fileName: {
		field: {
			displayName: 'File Name',
			type: 'string',
			default: '',
			placeholder: 'e.g. product-42',
			description:
				'A name without extension, which follows the file type; left empty, it is made of the prompt and the seed, or of the flow and the request ID',
		},
		usedBy: ALL,
		parse(value) {
			if (value === '') return undefined;
			const label = this.field.displayName;
			const advice = 'Use letters, digits, spaces, - and _, e.g. product-42, or leave it out';
			if (typeof value !== 'string' && typeof value !== 'number') {
				throw invalidValue(label, 'is not a text', advice);
			}
			checkValues(value, label);
			const name = toSafeName(String(value).trim().replace(EXTENSIONS, ''));
			if (name !== '') return name;
			throw invalidValue(label, 'has no character that a file name can contain', advice);
		},
	},
	idempotencyKey: {
		field: {
			displayName: 'Idempotency Key',
			type: 'string',
			default: '',
			placeholder: 'e.g. {{ $json.sku }}',
			description:
				'Runs with the same key and request pay once in seven days, e.g. the ID of the row; where no seed is drawn, any equal request counts',
		},
		usedBy: MADE,
		mustBeFound: true,
		parse(value) {
			if (value === '') return undefined;
			const label = this.field.displayName;
			const key = toText(typeof value === 'number' ? String(value) : value, label, 'e.g. product-42').trim();
			if (key.length <= MAX_KEY) return key;
			throw invalidValue(
				label,
				`has more than ${MAX_KEY} characters`,
				'Use a shorter one, e.g. the id of the row',
			);
		},
	},
	includeInputFields: toggle(
		ALL,
		'Include Input Fields',
		'Whether to keep the fields and files of the input item beside the image',
	),
	linkExpiry: {
		...choice(
			WITH_FILE,
			'Public Link',
			[
				{ name: '1 Day', value: '1 day', description: 'A link that opens without a login for a day' },
				{ name: '1 Hour', value: '1 hour', description: 'A link that opens without a login for an hour' },
				{ name: '7 Days', value: '7 days', description: 'A link that opens without a login for a week' },
				{
					name: 'None',
					value: 'none',
					description: 'No link of its own; with queued delivery, the one at Segmind',
				},
				{
					name: 'Segmind, 7 Days',
					value: 'segmind',
					description: 'The address of the file at Segmind, for an n8n that the internet does not reach',
				},
			],
			'1 day',
			'What imageUrl holds, for posts that fetch the image and for agents: a signed link to it on this n8n, or its address at Segmind',
		),
		leftOut: 'none',
	},
	maximumCostPerRun: dollarLimit(
		PAID,
		'Maximum Cost per Run',
		'US dollars that one run may cost over all its items: only the first request of an unknown price may exceed it; 0 is no limit',
	),
	maxRetries: wholeNumber(
		PAID,
		'Max Retries',
		{ min: 0, max: 10, default: 4 },
		'How often to resend a request that was not billed',
	),
	minimumRemainingCredits: dollarLimit(
		PAID,
		'Minimum Remaining Credits',
		'US dollars that must stay in the account: only the first request of an unknown price may take more; 0 is no limit',
	),
	numberOfImages: wholeNumber(
		MADE,
		'Number of Images',
		{ min: 1, max: 10, default: 1 },
		'How many images to make for each item, with seeds counting up; each one is paid for',
	),
	output: choice(
		WITH_FILE,
		'Output',
		[
			{ name: 'All Fields', value: 'all', description: 'Every field that is known about the image' },
			{
				name: 'Simplified',
				value: 'simplified',
				description: 'The image, its link, its size and what it cost; enough for an agent',
			},
		],
		'all',
		'Which fields an item has',
	),
	requestsPerMinute: wholeNumber(
		PAID,
		'Requests per Minute',
		{ min: 0, max: 6000, default: 0 },
		'Spreads the requests evenly over all items of the run; 0 is no limit',
	),
	retryUncertain: toggle(
		PAID,
		'Retry When Billing Is Uncertain',
		'Whether to resend a request whose response was lost, although its image may have been made and billed',
	),
	timeout,
};
