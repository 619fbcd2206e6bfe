/** Returns a number with its noun. */
export const counted = (count: number, noun: string): string =>
	count === 1 ? `1 ${noun}` : `${count} ${noun}s`;

/**
 * Returns the node's own words of a message. The editor renders hints, so what Segmind or the user wrote is left out,
 * which is in quotes or after a colon.
 */
export const ownWords = (message: string): string =>
	message
		.replace(/\s*"(?:[^"\\]|\\.)*("|$)/gs, '')
		.replace(/:+(\s.*)?$/s, '')
		.replace(/[<>&]/g, '')
		.trim();
