import fc from 'fast-check';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { HistoryOptions } from '../emulator/history';
import { QUEUE_FAULTS, QUEUED_IMAGE_FAULTS, REQUEST_FAULTS } from './faults';

/** What makes small images, by the names of the form; the emulator draws a ratio that it does not know in 256 pixels. */
const SMALL: Readonly<Record<string, IDataObject>> = {
	'flux-1.1-pro': { aspectRatio: 'custom', width: 256, height: 256, outputFormat: 'webp' },
	'flux-1.1-pro-ultra': { aspectRatio: '21:9', outputFormat: 'png' },
	'flux-pro': { aspectRatio: '1:1', outputFormat: 'jpg' },
	'other-model': {},
};

const FLOWS = ['product-photo', '6629b1-v2'];

const itemOf = fc.record({
	prompt: fc.constantFrom(...'abcdefgh').map((letter) => `fox ${letter}.`),
	/** Of `other` alone: one batch can have several models, and so several prices. */
	modelId: fc.constantFrom(...Object.keys(SMALL)),
	seed: fc.constantFrom(null, null, null, 0, 7),
	images: fc.constantFrom(1, 1, 1, 2, 3),
	delivery: fc.constantFrom('direct', 'queued'),
	maxRetries: fc.integer({ min: 0, max: 2 }),
	fileName: fc.constantFrom('', '', 'fox', 'FOX', 'fox-2', 'fox-a-7'),
	includeInputFields: fc.boolean(),
	retryUncertain: fc.constantFrom(false, false, false, true),
	/** An input column that is called as the error of a failed item. */
	errorColumn: fc.boolean(),
	faults: fc.array(fc.constantFrom(...Object.keys(REQUEST_FAULTS)), { maxLength: 3 }),
	queueFaults: fc.array(fc.constantFrom(...Object.keys(QUEUED_IMAGE_FAULTS)), { maxLength: 1 }),
});

/** So many files that fail, after so many that don't; in most batches, none. */
const failing = (max: number): fc.Arbitrary<{ after: number; times: number }> =>
	fc.record({
		after: fc.integer({ min: 0, max: 4 }),
		times: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max })),
	});

const anyBatch = fc.record({
	work: fc.constantFrom('flux-1.1-pro', 'flux-1.1-pro-ultra', 'flux-pro', 'other', ...FLOWS),
	items: fc.array(itemOf, { minLength: 1, maxLength: 8 }),
	concurrency: fc.integer({ min: 1, max: 6 }),
	/** US dollars in the account. */
	credits: fc.constantFrom(10, 10, 10, 10, 0.3),
	/** US dollars below which no image is made. */
	floor: fc.constantFrom(0, 0, 9.9, 9.6, 0.2),
	/** US dollars that a run may cost, 0 for no limit. */
	ceiling: fc.constantFrom(0, 0, 0, 0.22),
	onError: fc.constantFrom('stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'),
	/** Tries of Retry On Fail, 1 where it is off. */
	maxTries: fc.constantFrom(1, 1, 2, 3),
	/** What a flow puts out. */
	outputs: fc.constantFrom(['picture'], ['picture', 'mask']),
	randomSeeds: fc.constantFrom(false, false, true),
	/** Whether Segmind has a request history, and how it lists requests. */
	history: fc.constantFrom<HistoryOptions>(
		...[
			{ state: 'absent' } as const,
			{ state: 'malformed' } as const,
			{},
			{},
			{ wrapper: '', bodyAsText: true },
		],
		...[{ copies: 2, time: 'seconds' } as const, { lag: 300 }],
	),
	/** Whether each row has an idempotency key, where the history is there to be asked. */
	keyed: fc.constantFrom(false, true),
	stores: failing(20),
	reads: failing(2),
});

export type Batch = ReturnType<typeof normalized>;

export const isFlow = ({ work }: Pick<Batch, 'work'>): boolean => FLOWS.includes(work);

/** Whether the history says what became of every request whose response was lost. */
export const isSettled = ({ work, history }: { work: string; history: HistoryOptions }): boolean =>
	!FLOWS.includes(work) && history.state === undefined;

/** Items with the same prompt meet the same faults, so they share what decides which faults there are. */
function normalized({ items, ...batch }: typeof anyBatch extends fc.Arbitrary<infer T> ? T : never) {
	const flow = FLOWS.includes(batch.work);
	const queueFaults = Object.keys(flow ? QUEUE_FAULTS : QUEUED_IMAGE_FAULTS);
	// Lifted limits are another workflow, in which a drawn seed asks for another image.
	const limits = batch.randomSeeds ? { floor: 0, ceiling: 0 } : {};
	return {
		...batch,
		...limits,
		keyed: batch.keyed && isSettled(batch) && !batch.randomSeeds,
		items: items.map((item, index) => {
			const first = items.findIndex(({ prompt }) => prompt === item.prompt);
			const { retryUncertain } = items[first]!;
			const delivery = flow ? 'queued' : items[first]!.delivery;
			const later = delivery === 'queued' ? item.queueFaults : [];
			const met = [...item.faults, ...later.filter((name) => queueFaults.includes(name))];
			const own = flow ? { images: 1, modelId: batch.work } : {};
			return { ...item, ...own, retryUncertain, delivery, faults: first === index ? met : [] };
		}),
	};
}

/** Batches of every kind. */
export const batches = anyBatch.map(normalized);

/** The path's last part for an item. */
export const modelOf = ({ work }: Batch, { modelId }: Batch['items'][number]): string =>
	work === 'other' ? modelId : work;

/** The input items. Their options are read from them by expressions. */
export function inputOf(batch: Batch, lane: string): INodeExecutionData[] {
	return batch.items.map(({ errorColumn, ...item }, index) => {
		const { aspectRatio, outputFormat, ...size } = SMALL[item.modelId] ?? {};
		const seed = item.seed === null ? {} : { seed: item.seed };
		const small = outputFormat === undefined ? {} : { output_format: outputFormat };
		const ratio = aspectRatio === undefined ? {} : { aspect_ratio: aspectRatio };
		const body = { prompt: item.prompt, ...seed, ...ratio, ...small, ...size };
		return {
			json: { ...item, lane, body, key: `row ${index}`, ...(errorColumn ? { error: 'of the input' } : {}) },
		};
	});
}

const from = (...names: string[]): IDataObject =>
	Object.fromEntries(names.map((name) => [name, `={{ $json.${name} }}`]));

/** The parameters of the node for a batch, with these limits. */
export function parametersOf(batch: Batch, limits: IDataObject): IDataObject {
	const { work, concurrency, randomSeeds } = batch;
	const always = from('maxRetries', 'includeInputFields', 'retryUncertain');
	const common = { concurrency, ...limits, ...always };
	if (isFlow(batch)) {
		const flow = { resource: 'pixelFlow', operation: 'run', flow: work, inputMode: 'json' };
		return { ...flow, inputJson: '={{ { prompt: $json.prompt } }}', options: common };
	}
	const key = batch.keyed ? { idempotencyKey: '={{ $json.key }}' } : {};
	const given = { ...common, ...key, ...from('delivery', 'fileName') };
	const options = { ...given, numberOfImages: '={{ $json.images }}' };
	if (work === 'other') {
		const run = { resource: 'model', operation: 'run', inputMode: 'json', inputJson: '={{ $json.body }}' };
		return { ...run, ...from('modelId'), options };
	}
	const seed = randomSeeds ? '={{ Math.floor(Math.random() * 1e6) }}' : '={{ $json.seed }}';
	return { model: work, ...from('prompt'), ...SMALL[work], additionalFields: { seed }, options };
}
