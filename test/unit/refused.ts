import { Refusal } from '../../nodes/Segmind/segmind/refusal';

/** Words that the node's own messages avoid. */
export const AVOIDED_WORDS = /error|problem|failure|mistake/i;

/**
 * What an action gives, or the refusal that it ends with.
 *
 * @throws for anything else that the action throws
 */
export function outcomeOf<T>(action: () => T): T | Refusal {
	let thrown: unknown;
	try {
		return action();
	} catch (caught) {
		thrown = caught;
	}
	if (thrown instanceof Refusal) return thrown;
	throw new Error('what was thrown is no refusal', { cause: thrown });
}

/** The refusal that an action ends with. */
export function refusedBy(action: () => unknown): Refusal {
	const outcome = outcomeOf(action);
	if (outcome instanceof Refusal) return outcome;
	throw new Error('nothing was refused');
}
