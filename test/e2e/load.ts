import type { IDataObject } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import type { EmulatorOptions } from '../emulator/emulator';
import type { Setup } from './setup';
import { nodeOf, webhookOf } from './workflow';

/** Images of one execution. */
const IMAGES = 5;

/** What came of many calls of a webhook at once. */
export interface Load {
	readonly prompts: readonly string[];
	/** The items with images, in the order of the calls. */
	readonly images: readonly IDataObject[];
	/** From the first call to the last response. */
	readonly seconds: number;
	/** The account that paid. */
	readonly account: Emulator;
}

/** Calls the webhook of a published workflow so many times at once. Each execution makes five images on one account. */
export async function load(setup: Setup, executions: number, options: EmulatorOptions): Promise<Load> {
	const { n8n } = setup;
	const account = setup.closeLater(await Emulator.start({ credits: 1000, ...options }));
	const data = { apiKey: account.key, baseUrl: account.url };
	const segmindApi = await n8n.credential('segmindApi', data, 'Account under load');
	const split = { fieldToSplitOut: 'body.prompts', options: { destinationFieldName: 'prompt' } };
	const nodes = [
		nodeOf('Rows', 'n8n-nodes-base.splitOut', split),
		setup.segmind({ options: { linkExpiry: '1 hour' } }, { credentials: { segmindApi: { ...segmindApi } } }),
	];
	const path = `load-${account.key}`;
	await n8n.publish(await setup.save(nodes, { trigger: webhookOf(path) }));
	const calls = Array.from({ length: executions }, (_, index) =>
		Array.from({ length: IMAGES }, (__, number) => `fox ${index}-${number}`),
	);
	const started = Date.now();
	const responses = await Promise.all(
		calls.map(async (prompts) => await n8n.call<IDataObject[]>(path, { prompts })),
	);
	const seconds = (Date.now() - started) / 1000;
	return { prompts: calls.flat(), images: responses.flat(), seconds, account };
}
