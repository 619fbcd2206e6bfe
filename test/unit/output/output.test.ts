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
const outcomes = [
	{ itemIndex: 2, item: { json: { prompt: 'fox' } } },
	{ itemIndex: 1, error },
	{ itemIndex: 0, error: SkippedError.because(error) },
];
const { context } = new FakeN8n();

test('returns errors as items in the order of the input', () => {
	const [skipped, failed, delivered] = toOutput(context, outcomes, false);
	expect(skipped?.json.error).toBe(`Not sent because another request failed: ${message}`);
	expect(delivered).toBe(outcomes[0]!.item);
	const money = { billed: 'no', retryable: false, attempts: 0, remainingCredits: null };
	const details = { statusCode: 400, cause: 'moderation', requestId: 'id-1', ...money };
	expect(failed).toEqual({
		json: { error: message, message: 'Reword it.', details },
		pairedItem: { item: 1 },
	});
});

/** The error that the node stops with. */
function stop(...args: Parameters<typeof toOutput>): unknown {
	try {
		return toOutput(...args);
	} catch (thrown) {
		return thrown;
	}
}

test('stops with the error that others were skipped for, in its own words and without the key', () => {
	const stopped = stop(context, outcomes, true, 'One is paid.');
	expect(stopped).toBeInstanceOf(NodeApiError);
	expect(stopped).toMatchObject({ message, description: 'Reword it. One is paid.', httpCode: '400' });
	expect(stopped).toMatchObject({ context: { itemIndex: 1 } });
	expect(JSON.stringify(stopped)).not.toContain('SG_');
	expect(stop(context, [outcomes[2]!], true)).toMatchObject({ context: { itemIndex: 0 } });
	const local = stop(context, [{ itemIndex: 3, error: errorOf('request') }], true);
	expect(local).toBeInstanceOf(NodeOperationError);
	expect(local).toMatchObject({ message: 'It failed: request', description: 'Try again later.' });
	expect(toOutput(context, [outcomes[0]!], true)).toHaveLength(1);
});

test.each([
	['segmind', undefined, true],
	['segmind', 'continueRegularOutput', false],
	['segmindTool', undefined, false],
	['segmindTool', 'stopWorkflow', true],
] as const)('%s with On Error %s: stops on errors: %s', (nodeType, onError, expected) => {
	expect(stopsOnError(Object.assign(new FakeN8n(), { nodeType, onError }).context)).toBe(expected);
});
