import { SkippedError } from '../api/errors';
import type { Usage } from '../api/response';

/** US dollars; sums of binary fractions that differ by less are equal. */
const EPSILON = 1e-9;

/** What a request turned out to cost. */
type Spending =
	| { readonly billed: 'yes'; readonly usage: Pick<Usage, 'cost' | 'remainingCredits'> }
	| { readonly billed: 'no' | 'unknown' };

/** Keeps the balance at or above a minimum while several requests are in flight. */
export class SpendingLimit {
	/** US dollars left by our own count. */
	private counted = 0;

	/** The lowest balance that a response reported, in US dollars. It includes spending elsewhere. */
	private reported = Infinity;

	private opened: Promise<void> | undefined;

	private reserved = 0;

	private readonly waiting: Array<() => void> = [];

	/**
	 * @param minimum US dollars that must stay in the account, 0 for no limit
	 * @param price US dollars that a request is expected to cost until one was paid
	 * @param readBalance requests the balance in US dollars, which is free
	 */
	constructor(
		private readonly minimum: number,
		private price: number,
		private readonly readBalance: () => Promise<number>,
	) {}

	/**
	 * Reserves the price of one request. Waits while requests in flight might leave enough.
	 *
	 * @throws {SkippedError} when the request would take the balance below the minimum
	 */
	async reserve(): Promise<void> {
		if (this.minimum === 0) return;
		await (this.opened ??= this.open());
		while (this.balance - (this.reserved + 1) * this.price < this.minimum - EPSILON) {
			if (this.reserved === 0) throw this.limitError();
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		this.reserved += 1;
	}

	/**
	 * Ends a reservation. Responses overtake each other, and what one reports may or may not include what is in flight,
	 * so the balance only ever goes down to the lowest that is certain.
	 */
	settle(spending: Spending): void {
		if (this.minimum === 0) return;
		const { cost, remainingCredits } =
			spending.billed === 'yes' ? spending.usage : { cost: null, remainingCredits: null };
		// A free request says nothing about what the next one costs.
		if (cost !== null && cost > 0) this.price = cost;
		const spent = spending.billed === 'no' ? 0 : (cost ?? this.price);
		this.counted -= spent;
		this.reported =
			remainingCredits === null ? this.reported - spent : Math.min(this.reported, remainingCredits);
		this.reserved -= 1;
		for (const wake of this.waiting.splice(0)) wake();
	}

	/** To a millionth of a dollar, which is finer than any price: sums of binary fractions drift. */
	private get balance(): number {
		return Number(Math.min(this.counted, this.reported).toFixed(6));
	}

	private async open(): Promise<void> {
		this.counted = await this.readBalance();
	}

	private limitError(): SkippedError {
		return new SkippedError(
			'credits',
			`Not sent: with $${this.balance.toFixed(2)} left, the image would take the balance below $${this.minimum.toFixed(2)}`,
			"Add credits in your Segmind console, or lower 'Minimum Remaining Credits'. Nothing was billed.",
			{ remainingCredits: this.balance },
		);
	}
}
