import type { Settings } from '../request/settings';
import type { Made } from '../segmind/answer';
import { Awaited, Refusal, Unsent } from '../segmind/refusal';
import { wait } from '../segmind/wait';
import type { Budget } from './budget';
import type { Gate } from './gate';
import type { Attempted } from './work';

/** Milliseconds before the first retry; each further one waits twice as long. */
const FIRST_WAIT = 1000;

/** Milliseconds; a wait of our own grows no longer. */
const LONGEST_WAIT = 30_000;

/** Milliseconds; who asks to wait longer than this is not waited for. */
const LONGEST_PAUSE = 10 * 60_000;

/** Milliseconds: growing from retry to retry, and different for each image so that they don't come back at once. */
function backoff(attempts: number): number {
	const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1));
	return longest / 2 + (Math.random() * longest) / 2;
}

/** Retries of a call that is free. */
const FREE_RETRIES = 2;

/** Whether sending again can't pay twice, or the user takes that risk. */
const mayRetry = ({ retryable, cause }: Refusal, { retryUncertain }: Settings): boolean =>
	retryable || (cause === 'uncertain' && retryUncertain);

function isFinal(refusal: Refusal, settings: Settings): boolean {
	const tooLong = (refusal.retryAfter ?? 0) > LONGEST_PAUSE;
	const usedUp = refusal.attempts > settings.maxRetries;
	return (
		refusal instanceof Unsent ||
		refusal instanceof Awaited ||
		usedUp ||
		tooLong ||
		!mayRetry(refusal, settings)
	);
}

/**
 * Makes a call that is free, and again when that may help.
 *
 * @throws {Unsent} when there is no answer, so that what hangs on it is not sent
 */
export async function askPatiently<T>(ask: () => Promise<T>, { cancelled }: Gate): Promise<T> {
	for (let attempts = 1; ; attempts += 1) {
		const result = await ask().catch(Refusal.from);
		if (!(result instanceof Refusal)) return result;
		const isLast = attempts > FREE_RETRIES || cancelled?.aborted === true;
		if (isLast || !result.retryable) throw result.forUnsent();
		await wait(Math.min(result.retryAfter ?? backoff(attempts), LONGEST_WAIT), cancelled);
	}
}

/**
 * Sends a request until what it asks for is there, or a refusal that sending again would not change, or would perhaps pay
 * for twice.
 *
 * @throws {Refusal} the last one, with the number of requests that were sent
 */
export async function requestWithRetries<M extends Made>(
	send: () => Promise<M>,
	settings: Settings,
	gate: Gate,
	budget: Budget,
): Promise<Attempted<M>> {
	let attempts = 0;
	const countedSend = async (): Promise<M> => {
		attempts += 1;
		return await send();
	};
	for (;;) {
		const result = await attempt(countedSend, gate, budget);
		if (!(result instanceof Refusal)) return { made: result, attempts };
		result.attempts = attempts;
		const milliseconds = result.retryAfter ?? backoff(attempts);
		// The pause is for all, so it is taken also when this image's attempts are used up.
		if (result.cause === 'rateLimit') holdAll(gate, result, milliseconds);
		if (isFinal(result, settings)) throw result;
		if (result.cause !== 'rateLimit') await wait(milliseconds, gate.cancelled);
	}
}

/** The rate limit is the account's: all images wait for it together, or none is worth a request. */
function holdAll(gate: Gate, refusal: Refusal, milliseconds: number): void {
	if (milliseconds <= LONGEST_PAUSE) gate.pause(milliseconds);
	else gate.halt(refusal);
}

/** Sends a request once, when its turn comes and the budget allows. */
async function attempt<M extends Made>(
	send: () => Promise<M>,
	gate: Gate,
	budget: Budget,
): Promise<M | Refusal> {
	try {
		await gate.enter();
		await budget.reserve();
	} catch (thrown) {
		return Refusal.from(thrown);
	}
	const result = await sendUnlessHalted(send, gate);
	if (!(result instanceof Refusal)) budget.settle(result.told);
	else budget.settle(result.billed === 'unknown' ? 'maybe' : 'unpaid');
	return result;
}

/** The run may have been halted while the budget was waited for. */
async function sendUnlessHalted<M extends Made>(send: () => Promise<M>, gate: Gate): Promise<M | Refusal> {
	try {
		gate.check();
		return await send();
	} catch (thrown) {
		return Refusal.from(thrown);
	}
}
