import { SkippedError } from '../api/errors';
import type { Usage } from '../api/response';
import type { Target } from './task';

/** US dollars; sums of binary fractions that differ by less are equal. */
const EPSILON = 1e-9;

/** What a request turned out to cost. */
type Spending =
	| { readonly billed: 'yes'; readonly usage: Pick<Usage, 'cost' | 'remainingCredits'> }
	| { readonly billed: 'no' | 'unknown' };

/** Money set aside for a request in flight. */
export interface Reservation {
	readonly endpoint: string;
	/** US dollars. */
	readonly amount: number;
	readonly isEstimate: boolean;
}

/** US dollars that a request of an unknown price is expected to cost. */
export const ESTIMATE = 0.05;

/** To a millionth of a dollar, which is finer than any price: sums of binary fractions drift. */
const rounded = (amount: number): number => Number(amount.toFixed(6));

/** Keeps a run within the user's limits while several requests are in flight. */
export class SpendingLimit {
	/** US dollars left by our own count. */
	private counted = 0;

	/** The lowest balance that a response reported, in US dollars. It includes spending elsewhere. */
	private reported = Infinity;

	private opened: Promise<void> | undefined;

	/** The highest prices that responses said, in US dollars by endpoint. */
	private readonly prices = new Map<string, number>();

	private readonly reservations = new Set<Reservation>();

	private readonly waiting: Array<() => void> = [];

	/**
	 * @param minimum US dollars that must stay in the account, 0 for no limit
	 * @param maximum US dollars that the run may cost, 0 for no limit
	 * @param spent US dollars that earlier tries of the run have paid, or may have paid
	 * @param readBalance requests the balance in US dollars, which is free
	 */
	constructor(
		private readonly minimum: number,
		private readonly maximum: number,
		private spent: number,
		private readonly readBalance: () => Promise<number>,
	) {}

	/**
	 * Reserves the price of one request. Waits while requests in flight might leave enough. An endpoint whose price is
	 * unknown gets one request at a time until a response says it.
	 *
	 * @throws {SkippedError} when the request would go beyond a limit
	 */
	async reserve({ endpoint, price }: Target): Promise<Reservation | undefined> {
		if (this.minimum === 0 && this.maximum === 0) return undefined;
		for (;;) {
			if (this.minimum > 0) await (this.opened ??= this.open());
			const learned = this.prices.get(endpoint);
			const known = learned === undefined ? price : Math.max(learned, price ?? 0);
			const reservation = { endpoint, amount: known ?? ESTIMATE, isEstimate: known === undefined };
			const mustLearn =
				reservation.isEstimate && [...this.reservations].some((other) => other.endpoint === endpoint);
			const error = this.errorFor(reservation.amount);
			if (!mustLearn && error === undefined) {
				this.reservations.add(reservation);
				return reservation;
			}
			if (error !== undefined && this.reservations.size === 0) throw error;
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
	}

	/**
	 * Ends a reservation. Responses overtake each other, and what one reports may or may not include what is in flight,
	 * so the balance only ever goes down to the lowest that is certain.
	 */
	settle(reservation: Reservation | undefined, spending: Spending): void {
		if (reservation === undefined) return;
		const { cost, remainingCredits } =
			spending.billed === 'yes' ? spending.usage : { cost: null, remainingCredits: null };
		// A free request says nothing about what the next one costs.
		if (cost !== null && cost > 0) {
			const { endpoint } = reservation;
			// What is priced by its length or size may cost as much again.
			this.prices.set(endpoint, Math.max(cost, this.prices.get(endpoint) ?? 0));
		}
		const spent = spending.billed === 'no' ? 0 : (cost ?? reservation.amount);
		this.spent += spent;
		this.counted -= spent;
		this.reported =
			remainingCredits === null ? this.reported - spent : Math.min(this.reported, remainingCredits);
		this.reservations.delete(reservation);
		// What an unknown price came to is read from the balance.
		if (reservation.isEstimate && spent > 0 && cost === null && remainingCredits === null) {
			this.opened = undefined;
		}
		for (const wake of this.waiting.splice(0)) wake();
	}

	/** Takes back what was counted for a request of an earlier try that has failed, in US dollars. */
	refund(amount: number): void {
		this.spent = Math.max(0, this.spent - amount);
	}

	private async open(): Promise<void> {
		this.counted = await this.readBalance();
	}

	private get balance(): number {
		return rounded(Math.min(this.counted, this.reported));
	}

	/** The error for a request of this price; undefined when it is within the limits. */
	private errorFor(price: number): SkippedError | undefined {
		const reserved = [...this.reservations].reduce((sum, { amount }) => sum + amount, 0);
		if (this.minimum > 0 && this.balance - reserved - price < this.minimum - EPSILON) {
			return new SkippedError(
				'credits',
				`Not sent: with $${this.balance.toFixed(2)} left, the request would take the balance below $${this.minimum.toFixed(2)}`,
				"Add credits in your Segmind console, or lower 'Minimum Remaining Credits'. Nothing was billed.",
				{ remainingCredits: this.balance },
			);
		}
		if (this.maximum > 0 && rounded(this.spent + reserved + price) > this.maximum + EPSILON) {
			return new SkippedError(
				'credits',
				`Not sent: after $${this.spent.toFixed(2)}, the request would take the run above $${this.maximum.toFixed(2)}`,
				"Raise 'Maximum Cost per Run', or run the rest later. Nothing was billed.",
			);
		}
		return undefined;
	}
}
