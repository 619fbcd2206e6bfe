/** A request that Segmind has taken into its queue: it is paid for, and fetched by this name. */
export interface Ticket {
	readonly requestId: string;
	/** The seed that was sent, since a later try draws another. */
	readonly seed?: number;
	/** Where flows of the older form are asked for. */
	readonly pollPath?: string;
}

/** Where the ticket of one order is noted, so that whatever happens next it is fetched and not asked for again. */
export interface Slip {
	readonly ticket: Ticket | undefined;
	note(ticket: Ticket): void;
	/** The ticket is worth nothing any more. */
	drop(): void;
}
