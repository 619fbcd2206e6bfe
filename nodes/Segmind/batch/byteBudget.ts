/** Keeps what is in memory at the same time below a number of bytes. */
export class ByteBudget {
	private used = 0;

	private lastTurn: Promise<void> = Promise.resolve();

	private wake = (): void => undefined;

	constructor(private readonly max: number) {}

	/** Does work as soon as its bytes fit, in the order of the calls. Work that is too large for the budget runs alone. */
	async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
		const turn = this.lastTurn.then(async () => {
			while (this.used > 0 && this.used + bytes > this.max) {
				await new Promise<void>((resolve) => {
					this.wake = resolve;
				});
			}
			this.used += bytes;
		});
		this.lastTurn = turn;
		await turn;
		try {
			return await work();
		} finally {
			this.used -= bytes;
			this.wake();
		}
	}
}
