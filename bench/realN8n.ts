import type { IDataObject } from 'n8n-workflow';

import { longList } from '../test/emulator/longList';
import { load } from '../test/e2e/load';
import { queueMode } from '../test/e2e/production';
import { Setup } from '../test/e2e/setup';
import { median } from './types';

/** How n8n's queue mode fares with so many calls of a webhook at once, each of which makes five images. */
export interface QueueRow {
	readonly workers: number;
	readonly executions: number;
	/** Requests of the account in so many milliseconds; null for an account without a limit. */
	readonly rateLimit: { readonly requests: number; readonly window: number } | null;
	readonly seconds: number;
	readonly images: number;
	readonly paid: number;
	readonly delivered: number;
	/** Requests that the rate limit refused. */
	readonly refused: number;
}

/** Milliseconds that an image takes. */
export const IMAGE_DELAY = 300;

/** Ten images a second. */
const RATE_LIMIT = { requests: 30, window: 3000 };

async function measureLoad(
	setup: Setup,
	workers: number,
	executions: number,
	rateLimit: QueueRow['rateLimit'],
): Promise<QueueRow> {
	const options = { delay: IMAGE_DELAY, ...(rateLimit === null ? {} : { rateLimit }) };
	const { images, seconds, prompts, account } = await load(setup, executions, options);
	return {
		...{ workers, executions, rateLimit, seconds },
		images: prompts.length,
		paid: account.paid,
		delivered: new Set(images.map(({ requestId }) => requestId)).size,
		refused: account.requests.filter(({ status }) => status === 429).length,
	};
}

/** Milliseconds from the editor's request to n8n's answer, with Segmind's list of 500 models a moment away. */
export interface EditorTimes {
	/** The list of models, its first page. */
	readonly list: number;
	/** The fields of a model with 40 inputs. */
	readonly fields: number;
}

const ROUNDS = 5;

/** Of the long list. */
const MODEL_WITH_40_INPUTS = 'model-9';

async function measureEditor({ n8n, emulator, credential }: Setup): Promise<EditorTimes> {
	emulator.inject({ on: 'list', body: longList(), times: -1 });
	const timeOf = async (what: string, parameters: IDataObject): Promise<number> => {
		const times: number[] = [];
		for (let round = 0; round < ROUNDS; round += 1) {
			const started = performance.now();
			await n8n.rest('POST', `/dynamic-node-parameters/${what}`, {
				nodeTypeAndVersion: { name: 'n8n-nodes-segmind.segmind', version: 1 },
				credentials: { segmindApi: credential },
				...parameters,
			});
			times.push(performance.now() - started);
		}
		return median(times);
	};
	const run = { resource: 'model', operation: 'run' };
	const list = { methodName: 'searchModels', path: 'parameters.modelId', currentNodeParameters: run };
	const model = { ...run, modelId: { mode: 'list', value: MODEL_WITH_40_INPUTS } };
	const fields = { methodName: 'getModelInputs', path: 'parameters.inputs', currentNodeParameters: model };
	return {
		list: await timeOf('resource-locator-results', list),
		fields: await timeOf('resource-mapper-fields', fields),
	};
}

/** What was measured in a real n8n in queue mode, on PostgreSQL and Redis. */
export interface RealN8n {
	readonly queue: readonly QueueRow[];
	readonly editor: EditorTimes;
}

export async function measureRealN8n(): Promise<RealN8n> {
	const setup = new Setup();
	try {
		await setup.start({ environment: async () => await queueMode(setup) });
		const editor = await measureEditor(setup);
		await setup.n8n.startWorker();
		// The first execution loads what n8n needs.
		await measureLoad(setup, 1, 2, null);
		const one = await measureLoad(setup, 1, 40, null);
		await setup.n8n.startWorker();
		await measureLoad(setup, 2, 4, null);
		const two = await measureLoad(setup, 2, 40, null);
		return { queue: [one, two, await measureLoad(setup, 2, 200, RATE_LIMIT)], editor };
	} finally {
		await setup.close();
	}
}
