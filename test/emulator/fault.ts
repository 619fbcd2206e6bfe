/**
 * What goes wrong with a request, in place of or on top of the picture. As plain JSON it can be ordered at the
 * control endpoint as well.
 */
export interface Fault {
	/** Which requests: those for images, those for the balance, or what is asked of the queue. */
	readonly on?: 'image' | 'account' | 'status' | 'result' | 'file';
	/** Only requests whose prompt contains this. */
	readonly prompt?: string;
	/** How many requests it meets; -1 is all of them. */
	readonly times?: number;
	/** Milliseconds before the answer starts. */
	readonly delay?: number;
	/** An answer of this status instead of the picture. */
	readonly status?: number;
	/** Its body: text as it is, anything else as JSON. */
	readonly body?: unknown;
	/** Fields over those of its JSON body, null takes one away; `{file}` stands for the job's file. */
	readonly fields?: Readonly<Record<string, unknown>>;
	/** Bytes of its body in base64, for what text can't hold. */
	readonly bytes?: string;
	/** Headers on top of the usual ones; null takes one away. */
	readonly headers?: Readonly<Record<string, string | null>>;
	/** The body comes in pieces of so many bytes, with so many milliseconds between them. */
	readonly drip?: { readonly bytes: number; readonly every: number };
	/** The connection breaks after so many bytes of the body. */
	readonly cut?: number;
	/** The connection breaks before any answer. */
	readonly reset?: boolean;
	/** The answer never comes. */
	readonly hang?: boolean;
	/** A body of so many bytes instead of the picture, starting with the picture. */
	readonly huge?: number;
	/** The queue takes the request, and fails with this body later. */
	readonly fails?: Readonly<Record<string, unknown>>;
	/** Whether the image is made and billed all the same; by default where no status other than 2xx says no. */
	readonly billed?: boolean;
}

/** The faults that are ordered, each for the next requests that it fits. */
export class Faults {
	private orders: Array<{ readonly fault: Fault; left: number }> = [];

	order(fault: Fault): void {
		this.orders.push({ fault, left: fault.times ?? 1 });
	}

	/** The fault that meets this request, used up by it. */
	take(on: NonNullable<Fault['on']>, prompt: string): Fault {
		const order = this.orders.find(
			({ fault, left }) => left !== 0 && (fault.on ?? 'image') === on && prompt.includes(fault.prompt ?? ''),
		);
		if (order === undefined) return {};
		order.left -= 1;
		return order.fault;
	}

	clear(): void {
		this.orders = [];
	}
}

/** A fault whose fields name the address of a job's file. */
export function withFile(fault: Fault, file: string): Fault {
	if (fault.fields === undefined) return fault;
	const fields = JSON.stringify(fault.fields).replaceAll('{file}', file);
	return { ...fault, fields: JSON.parse(fields) as NonNullable<Fault['fields']> };
}

/** Whether Segmind would bill the image that a fault meets. */
export function isBilled({ billed, status }: Fault): boolean {
	return billed ?? (status === undefined || (status >= 200 && status < 300));
}
