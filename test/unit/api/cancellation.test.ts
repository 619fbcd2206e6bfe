/* eslint-disable @n8n/community-nodes/no-restricted-imports -- looks at listeners */
import { getEventListeners } from 'node:events';

import { untilCancelled } from '../../../nodes/Segmind/api/cancellation';

const never = new Promise<never>(() => undefined);
const cancelledError = (): Error => new Error('cancelled');

test.each([undefined, new AbortController().signal])(
	'returns what the work returns, with %s',
	async (signal) => {
		expect(await untilCancelled(Promise.resolve('done'), signal, cancelledError)).toBe('done');
		await expect(untilCancelled(Promise.reject(new Error('x')), signal, cancelledError)).rejects.toThrow('x');
		if (signal !== undefined) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
	},
);

test('ends work in the abort event itself, and once', async () => {
	const controller = new AbortController();
	const onCancel = jest.fn(cancelledError);
	const ended = expect(untilCancelled(never, controller.signal, onCancel)).rejects.toThrow('cancelled');
	expect(onCancel).not.toHaveBeenCalled();
	controller.abort();
	expect(onCancel).toHaveBeenCalledTimes(1);
	await ended;
	expect(onCancel).toHaveBeenCalledTimes(1);
});

test('does not wait for work when the execution is cancelled already', async () => {
	await expect(untilCancelled(never, AbortSignal.abort(), cancelledError)).rejects.toThrow('cancelled');
});
