import type { IDataObject } from 'n8n-workflow';

import type { Cause } from './meanings';
import type { Place, Stand } from './stand';

/** What kind of fault it is; the report has a table for each. */
export const GROUPS = ['status', 'network', 'content', 'time', 'money', 'key'] as const;

export type Group = (typeof GROUPS)[number];

/** What must come of one fault. */
export interface Expected {
	/** Why there is no image; 'none' where the image arrives all the same. */
	readonly cause: Cause | 'none';
	/** The status that a failed item tells. */
	readonly statusCode?: number;
	/** Requests for one image in one try of the node that the server sees; by default two where sending again is free. */
	readonly requests?: number;
	/** Whether the server makes and bills an image at each of those requests. */
	readonly paid?: boolean;
	/** The fault is over after so many requests. */
	readonly lasts?: number;
	/** Every item meets it, since it concerns the connection or the balance; by default one of three. */
	readonly meetsAll?: boolean;
	/** Why the items after this one are held back, where that does not follow from its own cause. */
	readonly holds?: Cause;
	/** Images that the floor leaves room for; the items after them are held back for the credits. */
	readonly affords?: number;
	/** What the json of the image must tell. */
	readonly tells?: IDataObject;
	/** What the first line of the refusal must say. */
	readonly says?: string;
}

/** One fault: how a server misbehaves, and what must come of it. */
export interface Trial {
	readonly name: string;
	readonly group: Group;
	/** In which form the same fault comes; the report has one line for those of which the same comes. */
	readonly form?: string;
	readonly expected: Expected;
	/** Starts the server that misbehaves. */
	readonly stand: (place: Place) => Promise<Stand>;
	/** Options of the node, on top of those that every row has. */
	readonly options?: IDataObject;
	/** The key does not start like Segmind's. */
	readonly bareKey?: boolean;
}

/** What n8n does with a refusal, by the node's settings. */
export interface Setting {
	readonly onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	readonly retryOnFail: boolean;
}

/** Every pair of settings, in the order of the report. */
export const SETTINGS: readonly Setting[] = [
	{ onError: 'stopWorkflow', retryOnFail: false },
	{ onError: 'stopWorkflow', retryOnFail: true },
	{ onError: 'continueRegularOutput', retryOnFail: false },
	{ onError: 'continueRegularOutput', retryOnFail: true },
	{ onError: 'continueErrorOutput', retryOnFail: false },
	{ onError: 'continueErrorOutput', retryOnFail: true },
];

/** One fault under one setting. */
export interface Row {
	readonly trial: Trial;
	readonly setting: Setting;
}

/** A row by its name, as it is looked for and shown. */
export function titleOf({ trial: { group, name, form }, setting }: Row): string {
	const tries = setting.retryOnFail ? 'Retry On Fail' : 'one try';
	return `${group}: ${name}${form === undefined ? '' : ` as ${form}`} (${setting.onError}, ${tries})`;
}
