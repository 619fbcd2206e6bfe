/** Strikes with the same sequence in every run, so that each contender meets the same chances. */
export class Chance {
	private state = 1;

	constructor(private readonly share: number) {}

	/** Whether it strikes this time. */
	strikes(): boolean {
		// The minimal standard generator of Park and Miller.
		this.state = (this.state * 48_271) % 2_147_483_647;
		return this.state / 2_147_483_647 < this.share;
	}
}
