import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { SegmindError, SkippedError } from '../../../nodes/Segmind/api/errors';
import { stopsOnError, toOutput } from '../../../nodes/Segmind/output/output';
import { errorOf } from '../batch/setup';
import { FakeN8n } from '../context';

// n8n replaces a message in which it finds one of its codes.
const message = 'Blocked (400) ENOENT';
const cause = new Error('x-api-key: SG_0123456789abcdef');
const error = new SegmindError('moderation', message, 'Reword it.', {
	statusCode: 400,
	requestId: 'id-1',
	cause,
});
const skipped = { itemIndex: 0, error: SkippedError.because(error) };
const failed = { itemIndex: 1, error };
const delivered = { itemIndex: 2, item: { json: { prompt: 'fox' } } };
const { context } = new FakeN8n();
const stopping = Object.assign(new FakeN8n(), { onError: 'stopWorkflow' }).context;

test('returns errors as items in the order of the input', () => {
	const items = toOutput(context, [delivered, failed, skipped]);
	const money = { billed: 'no', retryable: false, attempts: 0, remainingCredits: null };
	const details = { statusCode: 400, cause: 'moderation', requestId: 'id-1', ...money };
	expect(items[1]).toEqual({
		json: { error: message, message: 'Reword it.', details },
		pairedItem: { item: 1 },
	});
	expect(items[0]?.json.error).toBe(`Not sent because another request failed: ${message}`);
	expect(items[2]).toBe(delivered.item);
});

/** The error that the node stops with. */
function stop(outcomes: Parameters<typeof toOutput>[1], note?: string): unknown {
	try {
		return toOutput(stopping, outcomes, note);
	} catch (thrown) {
		return thrown;
	}
}

test('stops with the error that others were skipped for, in its own words and without the key', () => {
	const stopped = stop([delivered, failed, skipped], 'One is paid.');
	expect(stopped).toBeInstanceOf(NodeApiError);
	const description = 'Reword it. One is paid.';
	expect(stopped).toMatchObject({ message, description, httpCode: '400', context: { itemIndex: 1 } });
	expect(JSON.stringify(stopped)).not.toContain('SG_');
	expect(stop([skipped])).toMatchObject({ context: { itemIndex: 0 } });
	const local = stop([{ itemIndex: 3, error: errorOf('request') }]);
	expect(local).toBeInstanceOf(NodeOperationError);
	expect(local).toMatchObject({ message: 'It failed: request', description: 'Try again later.' });
	expect(stop([delivered])).toEqual([delivered.item]);
});

test('stops on errors unless it continues, and as a tool only when the user says so', () => {
	const stops = (type: string, onError?: FakeN8n['onError']): boolean =>
		stopsOnError(Object.assign(new FakeN8n(), { type, onError }).context);
	expect([stops('segmind'), stops('segmind', 'continueRegularOutput')]).toEqual([true, false]);
	expect([stops('segmindTool'), stops('segmindTool', 'stopWorkflow')]).toEqual([false, true]);
});
