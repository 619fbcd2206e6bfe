import type { IExecuteFunctions } from 'n8n-workflow';

import { SegmindError } from '../../../nodes/Segmind/api/errors';
import { toJobList } from '../../../nodes/Segmind/jobs/jobs';
import { readAttributes, readOptions, readParameters } from '../../../nodes/Segmind/jobs/parameters';
import { flux11Pro } from '../../../nodes/Segmind/models/flux11Pro';

let cancellation = new AbortController();
beforeEach(() => {
	cancellation = new AbortController();
});

/** A context whose items have these parameters, by their paths. */
const contextOf = (...items: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
	({
		getExecutionCancelSignal: () => cancellation.signal,
		getInputData: () => items,
		getNodeParameter: (name: string, index: number, fallback: unknown) =>
			Object.hasOwn(items[index]!, name) ? items[index]![name] : fallback,
	}) as unknown as IExecuteFunctions;

const DEFAULTS = { concurrency: 0, maximumCostPerRun: 0, minimumRemainingCredits: 0, requestsPerMinute: 0 };

it('lists the jobs of every item, and each item that fails', async () => {
	const error = new SegmindError('request', 'x', 'y');
	const list = await toJobList(contextOf({}, {}, {}, {}), (itemIndex) => {
		if (itemIndex === 1) throw error;
		if (itemIndex === 2) throw new Error('No such node');
		return [`${itemIndex}a`, `${itemIndex}b`] as never;
	});
	const wrapped = expect.objectContaining({ reason: 'request', message: 'No such node' });
	const failures = [error, wrapped].map((each, index) => ({ itemIndex: index + 1, error: each }));
	expect(list).toStrictEqual({ options: DEFAULTS, jobs: ['0a', '0b', '3a', '3b'], failures });
});

it('reads no more items once the execution is cancelled', async () => {
	const jobsOf = jest.fn(async (itemIndex: number) => {
		if (itemIndex === 1) cancellation.abort();
		return [];
	});
	const error = { reason: 'request', billed: 'no', message: 'The execution was cancelled' };
	await expect(toJobList(contextOf({}, {}, {}), jobsOf)).rejects.toMatchObject(error);
	await expect(toJobList(contextOf({}, {}, {}), jobsOf)).rejects.toMatchObject(error);
	expect(jobsOf).toHaveBeenCalledTimes(2);
});

it('does not wait for a file that is being read when the execution is cancelled', async () => {
	const list = toJobList(contextOf({}), async () => await new Promise<never>(() => undefined));
	cancellation.abort();
	await expect(list).rejects.toThrow('The execution was cancelled');
});

it('reads the options of the batch from the first item alone', async () => {
	const first = { 'options.concurrency': 2, 'options.minimumRemainingCredits': '1', 'options.timeout': 'x' };
	const { options } = await toJobList(contextOf(first, { 'options.requestsPerMinute': 'x' }), () => []);
	expect(options).toStrictEqual({ ...DEFAULTS, concurrency: 2, minimumRemainingCredits: 1 });
});

it.each([
	['options.concurrency', 21, "'Parallel Requests' is out of range: 21"],
	['options.maximumCostPerRun', undefined, "'Maximum Cost per Run' is empty"],
])('has no jobs when %s of the first item is %p', async (name, value, message) => {
	const jobsOf = jest.fn();
	const list = await toJobList(contextOf({ [name]: value }, {}), jobsOf);
	const error = expect.objectContaining({ message });
	expect(list.failures).toStrictEqual([0, 1].map((itemIndex) => ({ itemIndex, error })));
	expect(list).toMatchObject({ options: DEFAULTS, jobs: [] });
	expect(jobsOf).not.toHaveBeenCalled();
});

it('reads the parameters of an item, with a default for what the panel hides unless it is a size', () => {
	const top = { prompt: 'a fox', aspectRatio: '' };
	const item = { ...top, additionalFields: { seed: 0, prompt: 'x' }, options: { timeout: 9 } };
	const context = contextOf({}, item);
	const defaults = { prompt: '', aspectRatio: '1:1', width: '', height: '', outputFormat: 'webp' };
	const attributes = flux11Pro.attributes.filter(({ parameter }) => parameter in { ...defaults, seed: 0 });
	const model = { ...flux11Pro, attributes };
	expect(readAttributes(context, model, 0)).toStrictEqual(defaults);
	expect(readAttributes(context, model, 1)).toStrictEqual({ ...defaults, ...top, seed: 0 });
	expect([readOptions(context, 0), readOptions(context, 1)]).toStrictEqual([{}, { timeout: 9 }]);
	expect(readParameters(context, ['prompt', 'flow'], 1)).toStrictEqual({ prompt: 'a fox', flow: '' });
});
