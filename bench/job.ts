/** What one process is to do. */
export interface Job {
	readonly client: 'undici' | 'node' | 'empty';
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly items: number;
	/** Requests in flight. */
	readonly atOnce: number;
}

/** What one process measured of itself. */
export interface Measured {
	/** From the first request to the last item, without the start of the process. */
	readonly milliseconds: number;
	/** Most resident memory that the process ever had. */
	readonly peakBytes: number;
}
