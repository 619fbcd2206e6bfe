/** What the node is known to get wrong. Once it is mended, false here makes the generator and the checks strict. */
export const KNOWN_LIMITS = {
	/** An image that can't be read back once is forgotten, and paid for again. */
	readErrorForgetsPaidImage: true,
	/** A disk that stays full does not stop the run: the images that follow are paid for and lost as well. */
	fullDiskDoesNotStopRun: true,
	/** A seed that an expression draws makes another request in each try, which is paid for again. */
	randomSeedPaysAgain: true,
	/** A 500 with "Internal Polling Error" may be billed, and is retried as if it were not. */
	pollingErrorIsRetried: true,
	/** When a run stops, only one of the requests that failed in flight is reported. */
	stopReportsOneError: true,
	/** An image that could not be stored is reported with 0 attempts. */
	storeErrorHasNoAttempts: true,
	/** Images that the minimum of credits holds back share one error, and so the attempts of one of them. */
	heldBackImagesShareAttempts: true,
};
// Not generated at all: several outputs of one direct request, of which only one is delivered.
