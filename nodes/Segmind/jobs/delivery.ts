import type { Option } from './optionKinds';
import { choice } from './optionKinds';

/** How a result comes: in the response, from the queue, or by a later Get Result. */
export type Delivery = 'direct' | 'queued' | 'submitOnly';

const QUEUED = {
	name: 'Queued',
	value: 'queued',
	description: 'Submits, waits and fetches; if a connection breaks, a retry fetches what was paid for',
} as const;

const SUBMIT_ONLY = {
	name: 'Submit Only',
	value: 'submitOnly',
	description: 'Returns the request ID at once; fetch the result with Get Result within the hour',
} as const;

const DIRECT = {
	name: 'Direct',
	value: 'direct',
	description:
		"One request that returns the result; if the connection breaks, Segmind's request history is asked for it",
} as const;

/** The option Delivery. Many models take minutes, and flows have no direct form, so for those it starts as Queued. */
export const delivery: Option<Delivery> = {
	...choice<Delivery>(
		['image:edit', 'image:generate', 'model:run', 'pixelFlow:run'],
		'Delivery',
		[DIRECT, QUEUED, SUBMIT_ONLY],
		'direct',
		'How to wait for the result; left out, images are Direct, models and flows are Queued',
	),
	variants: {
		'model:run': [{ default: 'queued' }],
		'pixelFlow:run': [{ default: 'queued', options: [QUEUED, SUBMIT_ONLY] }],
	},
};
