import type { IExecuteFunctions } from 'n8n-workflow';

import type { SegmindError } from '../api/errors';
import type { Failure } from '../jobs/jobs';
import { counted, ownWords } from './hintText';

/** Different reasons that are shown one by one. */
const MAX_REASONS = 3;

function* failureLines(failures: readonly Failure[], missing: (count: number) => string): Generator<string> {
	const counts = new Map<string, number>();
	for (const { error } of failures) {
		const words = ownWords(error.message);
		counts.set(words, (counts.get(words) ?? 0) + 1);
	}
	const reasons = [...counts].toSorted(([, one], [, other]) => other - one);
	for (const [words, count] of reasons.slice(0, MAX_REASONS)) yield `${missing(count)}: ${words}`;
	const rest = reasons.slice(MAX_REASONS).reduce((sum, [, count]) => sum + count, 0);
	if (rest > 0) yield `${missing(rest)} for other reasons`;
}

/** Adds a warning for each reason why items have nothing: on the canvas such a run looks like any other. */
export function addFailureHints(
	context: IExecuteFunctions,
	outcomes: ReadonlyArray<{ readonly itemIndex: number; readonly error?: SegmindError }>,
): void {
	const failures = outcomes.filter((outcome): outcome is Failure => outcome.error !== undefined);
	const noun = (context.getNode().parameters.resource ?? 'image') === 'image' ? 'image' : 'result';
	const items = new Set(outcomes.map(({ itemIndex }) => itemIndex)).size;
	const failed = new Set(failures.map(({ itemIndex }) => itemIndex));
	const areWholeItems = outcomes.filter(({ itemIndex }) => failed.has(itemIndex)).length === failed.size;
	const lines = failureLines(failures, (count) =>
		areWholeItems
			? `${count} of ${counted(items, 'item')} ${count === 1 ? 'has' : 'have'} no ${noun}`
			: `${count} of ${counted(outcomes.length, noun)} ${count === 1 ? 'is' : 'are'} missing`,
	);
	context.addExecutionHints(
		...[...lines].map((message) => ({ message, type: 'warning', location: 'outputPane' }) as const),
	);
}
