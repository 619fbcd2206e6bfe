import type { Told } from '../segmind/answer';
import { Unsent } from '../segmind/refusal';

/** US dollars; sums of binary fractions that differ by less are the same. */
const NOTHING = 1e-9;

/** Keeps the balance at or above a floor, also while several images are being made. */
export class Budget {
	/** US dollars left by our own count. */
	private counted = 0;

	/** US dollars left by the lowest that an answer told, which knows of other spending, too. */
	private reported = Infinity;

	private opened: Promise<void> | undefined;

	private reserved = 0;

	private readonly waiting: Array<() => void> = [];

	/**
	 * @param floor US dollars that must stay in the account, 0 for no floor
	 * @param price US dollars that an image is taken to cost until one was paid
	 * @param readBalance asks for the balance, which is free
	 */
	constructor(
		private readonly floor: number,
		private price: number,
		private readonly readBalance: () => Promise<number>,
	) {}

	/**
	 * Sets the price of one image aside.
	 *
	 * @throws {Unsent} when the image would take the balance below the floor
	 */
	async reserve(): Promise<void> {
		if (this.floor === 0) return;
		await (this.opened ??= this.open());
		while (this.balance - (this.reserved + 1) * this.price < this.floor - NOTHING) {
			if (this.reserved === 0) throw this.refusal();
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		this.reserved += 1;
	}

	/**
	 * Ends a reservation with what became of it. Answers overtake each other, and what one tells may or may not
	 * include what is in flight, so the balance only ever goes down to the lowest that is certain.
	 *
	 * @param told of the image that was paid, 'maybe' when that is not known, 'unpaid' otherwise
	 */
	settle(told: Pick<Told, 'cost' | 'remainingCredits'> | 'maybe' | 'unpaid'): void {
		if (this.floor === 0) return;
		const cost = typeof told === 'object' ? told.cost : null;
		// One that was free says nothing of what the next will cost.
		if (cost !== null && cost > 0) this.price = cost;
		const spent = told === 'unpaid' ? 0 : (cost ?? this.price);
		const remaining = typeof told === 'object' ? told.remainingCredits : null;
		this.counted -= spent;
		this.reported = remaining === null ? this.reported - spent : Math.min(this.reported, remaining);
		this.reserved -= 1;
		for (const wake of this.waiting.splice(0)) wake();
	}

	/** To the millionth of a dollar, which is finer than any price: sums of binary fractions drift. */
	private get balance(): number {
		return Number(Math.min(this.counted, this.reported).toFixed(6));
	}

	private async open(): Promise<void> {
		this.counted = await this.readBalance();
	}

	private refusal(): Unsent {
		return new Unsent(
			'credits',
			`Not sent: with $${this.balance.toFixed(2)} left, the image would take the balance below $${this.floor.toFixed(2)}`,
			"Add credits in your Segmind console, or lower 'Minimum Remaining Credits'. Nothing was billed.",
			{ remainingCredits: this.balance },
		);
	}
}
