import type { Answer, Redact } from './answer';
import { isSuccess, jsonOf, numberOf, wordsOf } from './answer';
import { notSegmind, toRefusal, unpaid } from './meaning';
import { Refusal } from './refusal';
import type { Segmind } from './segmind';

/** What an account has left, in US dollars. */
export interface Balance {
	readonly credits: number;
	/** Null when Segmind did not say. */
	readonly freeCredits: number | null;
	readonly totalCredits: number;
}

/** The free call that tells the balance; the credential is tested with it, too. */
export const BALANCE_PATH = '/v1/get-user-credits';

/** Seconds; no image is made, so the answer comes at once. */
export const BALANCE_TIMEOUT = 30;

/** A valid key whose account has no balance record is told so with a 404. */
const NO_RECORD: Balance = { credits: 0, freeCredits: 0, totalCredits: 0 };
const saysNoRecord = ({ statusCode, body }: Answer): boolean =>
	statusCode === 404 && /no credits found/i.test(body.toString('utf8'));

/** No image was asked for: no payment is in doubt, and another prompt changes nothing. */
const withoutImage = (thrown: unknown): unknown =>
	thrown instanceof Refusal && (thrown.billed === 'unknown' || thrown.cause === 'server')
		? unpaid(thrown.message, thrown.statusCode)
		: thrown;

/**
 * Reads the balance from the answer to {@link BALANCE_PATH}.
 *
 * @throws {Refusal} when it tells none
 */
export function toBalance(answer: Answer, redact: Redact): Balance {
	if (saysNoRecord(answer)) return NO_RECORD;
	if (!isSuccess(answer.statusCode)) throw withoutImage(toRefusal(answer, redact));
	const json = jsonOf(answer.body.toString('utf8'));
	const fields: Record<string, unknown> = typeof json === 'object' ? { ...json } : {};
	const credits = numberOf(fields.credits);
	if (credits === null) {
		throw notSegmind(`The answer is not a balance: ${wordsOf(answer, redact)}`, answer.statusCode);
	}
	const freeCredits = numberOf(fields['free-credits']);
	// A millionth of a dollar is finer than any price, and keeps 0.1 + 0.2 from showing.
	return { credits, freeCredits, totalCredits: Number((credits + (freeCredits ?? 0)).toFixed(6)) };
}

/**
 * Asks what is left in the account, which costs nothing.
 *
 * @throws {Refusal} when the account does not say
 */
export async function requestBalance({ ask, redact }: Segmind): Promise<Balance> {
	const answer = await ask({ method: 'GET', path: BALANCE_PATH, timeout: BALANCE_TIMEOUT }).catch(
		(thrown) => {
			throw withoutImage(thrown);
		},
	);
	return toBalance(answer, redact);
}
