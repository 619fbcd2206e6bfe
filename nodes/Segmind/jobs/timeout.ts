import type { Option } from './optionKinds';
import { wholeNumber } from './optionKinds';

/** Seconds for queued requests: a queue may be long, and Segmind's own client waits as long. */
export const QUEUED_TIMEOUT = 600;

/** Seconds for direct requests: the API gives up after about 100. */
const DIRECT_TIMEOUT = 120;

/** Deliveries through the queue. */
const QUEUED = ['queued', 'submitOnly'];

/**
 * One of the two is shown, or both where Delivery is an expression. Older editors take the default of the first one in any
 * case, so that is the longer one.
 */
const BY_DELIVERY = [
	{ default: QUEUED_TIMEOUT, displayOptions: { show: { delivery: QUEUED } } },
	{ displayOptions: { hide: { delivery: QUEUED } } },
];

/** The option Timeout. Its field starts with the value that holds without it. */
export const timeout: Option<number> = {
	...wholeNumber(
		['image:edit', 'image:generate', 'image:getResult', 'model:run', 'pixelFlow:run'],
		'Timeout (Seconds)',
		{ min: 5, max: QUEUED_TIMEOUT, unit: 'seconds', default: DIRECT_TIMEOUT },
		'How long to wait for one image, until its last byte; left out, it is 120, and 600 with queued delivery, Get Result and PixelFlow',
	),
	variants: {
		'image:edit': BY_DELIVERY,
		'image:generate': BY_DELIVERY,
		'image:getResult': [{ default: QUEUED_TIMEOUT }],
		'model:run': [
			{ default: QUEUED_TIMEOUT, displayOptions: { hide: { delivery: ['direct'] } } },
			{ displayOptions: { show: { delivery: ['direct'] } } },
		],
		'pixelFlow:run': [{ default: QUEUED_TIMEOUT }],
	},
};
