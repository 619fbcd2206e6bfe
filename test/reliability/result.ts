/** What came of one row. */
export interface Result {
	readonly requests: number;
	readonly paid: number;
	/** Images that came out, or are kept for the next try of a run that stopped. */
	readonly delivered: number;
	readonly kept: number;
	/** Items that told that their image may have been billed. */
	readonly inDoubt: number;
	/** The process can't be trusted with another row. */
	readonly spoiled: boolean;
	/** What is not as it must be; nothing where all is well. */
	readonly wrong: readonly string[];
}

/** A row that came to no end of its own. */
export const spoiledBy = (why: string): Result => ({
	requests: 0,
	paid: 0,
	delivered: 0,
	kept: 0,
	inDoubt: 0,
	spoiled: true,
	wrong: [why],
});
