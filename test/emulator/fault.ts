/** What goes wrong with a request. It is plain JSON, so the control endpoint takes it as well. */
export interface Fault {
	/**
	 * Which requests it applies to: generation (default), balance, queue status, queue result, result file, history,
	 * upload or list of models.
	 */
	readonly on?: 'image' | 'account' | 'status' | 'result' | 'file' | 'history' | 'upload' | 'list';
	/** Applies only to requests whose prompt contains this. */
	readonly prompt?: string;
	/** How many requests it applies to, 1 by default; -1 is all of them. */
	readonly times?: number;
	/** Milliseconds before the response starts. */
	readonly delay?: number;
	/** Responds with this status instead of the image. */
	readonly status?: number;
	/** The body of the response: a string as it is, anything else as JSON. */
	readonly body?: unknown;
	/** Overrides fields of a JSON body; null removes one. `{file}` stands for the URL of the job's or the uploaded file. */
	readonly fields?: Readonly<Record<string, unknown>>;
	/** The body as base64, for what a string can't hold. */
	readonly bytes?: string;
	/** Added to the usual headers; null removes one. */
	readonly headers?: Readonly<Record<string, string | null>>;
	/** Sends the body in pieces of this many bytes, this many milliseconds apart. */
	readonly drip?: { readonly bytes: number; readonly every: number };
	/** Breaks the connection after this many bytes of the body. */
	readonly cut?: number;
	/** Breaks the connection before any response. */
	readonly reset?: boolean;
	/** Never responds. */
	readonly hang?: boolean;
	/** Pads the body to this many bytes. */
	readonly huge?: number;
	/** The queue accepts the request, and it fails later with these fields. */
	readonly fails?: Readonly<Record<string, unknown>>;
	/** Whether the image is billed all the same. By default it is unless the status is not 2xx. */
	readonly billed?: boolean;
	/** Milliseconds after the response for which the request goes on, as the request history says. */
	readonly finishes?: number;
	/** Whether the request history has the request as failed. By default it has what the API answered with 5xx. */
	readonly listed?: boolean;
}

/** Injected faults, each waiting for the next requests that match it. */
export class Faults {
	private pending: Array<{ readonly fault: Fault; left: number }> = [];

	inject(fault: Fault): void {
		this.pending.push({ fault, left: fault.times ?? 1 });
	}

	/** Returns the first fault that matches the request and counts it as used. */
	take(on: NonNullable<Fault['on']>, prompt: string): Fault {
		const match = this.pending.find(
			({ fault, left }) => left !== 0 && (fault.on ?? 'image') === on && prompt.includes(fault.prompt ?? ''),
		);
		if (match === undefined) return {};
		match.left -= 1;
		return match.fault;
	}

	clear(): void {
		this.pending = [];
	}
}

/** Fills the URL of a file into the fields of a fault. */
export function withFile(fault: Fault, file: string): Fault {
	if (fault.fields === undefined) return fault;
	const fields = JSON.stringify(fault.fields).replaceAll('{file}', file);
	return { ...fault, fields: JSON.parse(fields) as NonNullable<Fault['fields']> };
}

/** Whether Segmind would bill a request with this fault. */
export function isBilled({ billed, status }: Fault): boolean {
	return billed ?? (status === undefined || (status >= 200 && status < 300));
}

/** Whether the request history has a request with this fault as failed. */
export function isListedAsFailed({ listed, status = 200, body, billed = false }: Fault): boolean {
	return listed ?? (status >= 500 && typeof body !== 'string' && !billed);
}
