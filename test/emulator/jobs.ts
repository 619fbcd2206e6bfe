import { randomUUID } from 'node:crypto';

import type { Drawing } from './draw';

/** A request in the queue. */
interface JobOptions {
	readonly drawing: Drawing;
	/** US dollars. */
	readonly price: number;
	/** US dollars left in the account. */
	readonly left: number;
	/** Why it fails, undefined when it does not. */
	readonly failure: Readonly<Record<string, unknown>> | undefined;
	/** Names of a flow's outputs, none for an image. */
	readonly keynames: readonly string[];
	/** Milliseconds that it takes. */
	readonly delay: number;
}

interface Told {
	readonly status: number;
	readonly body: unknown;
}

/** One request in the queue, in the words of the API's second version. */
export class Job {
	readonly id = randomUUID();

	private readonly takenAt = Date.now();

	constructor(private readonly options: JobOptions) {}

	/** Milliseconds since the epoch. */
	private get readyAt(): number {
		return this.takenAt + this.options.delay;
	}

	get drawing(): Drawing {
		return this.options.drawing;
	}

	/** What is answered to the one who brought it. */
	taken(url: string): { readonly usual: unknown; readonly old: unknown } {
		const { id } = this;
		return {
			usual: {
				request_id: id,
				status: 'QUEUED',
				status_url: `${url}/v2/requests/${id}/status`,
				response_url: `${url}/v2/requests/${id}`,
				poll_url: `${url}/v1/requests/${id}`,
			},
			old: { request_id: id, status: 'QUEUED', poll_url: `${url}/workflows/request/${id}` },
		};
	}

	/** Where its file lies. */
	fileAt(url: string): string {
		return `${url}/files/${this.id}.${this.drawing.output_format}`;
	}

	tell(about: 'status' | 'result' | 'both', url: string): Told {
		const { failure } = this.options;
		const { readyAt } = this;
		const base = { request_id: this.id };
		if (Date.now() < readyAt) {
			const status = Date.now() - this.takenAt < (readyAt - this.takenAt) / 2 ? 'QUEUED' : 'PROCESSING';
			return { status: 200, body: { ...base, status, metrics: {} } };
		}
		if (failure !== undefined) {
			return { status: 422, body: { ...base, status: 'FAILED', ...failure } };
		}
		const done = { ...base, status: 'COMPLETED', metrics: this.metrics };
		return { status: 200, body: about === 'status' ? done : { ...done, ...this.result(url) } };
	}

	private get metrics(): unknown {
		const { price, left, delay } = this.options;
		const seconds = delay / 1000;
		return {
			inference_time: seconds,
			queue_time: 0,
			total_time: seconds,
			cost: price,
			remaining_credits: left,
		};
	}

	private result(url: string): object {
		const { drawing, keynames } = this.options;
		const { prompt, seed, output_format: format } = drawing;
		const file = this.fileAt(url);
		if (keynames.length === 0) {
			return { output: file, images: [{ url: file, file_name: `${this.id}.${format}` }], seed, prompt };
		}
		const [picture = '', caption = ''] = keynames;
		const values = [
			{ keyname: picture, value: file },
			{ keyname: caption, value: `A caption for: ${prompt}` },
		];
		return { output: JSON.stringify(values) };
	}
}

/** The queue. */
export class Jobs {
	/** What is answered for an id that nobody knows any more. */
	static readonly unknown: Told = { status: 404, body: { error: 'Request not found' } };

	private readonly jobs = new Map<string, Job>();

	/** What a path asks of the queue. */
	static questionIn(
		path: string,
	): { readonly id: string; readonly about: 'status' | 'result' | 'both' } | undefined {
		const [, id, status] = /^\/v2\/requests\/([\w-]+)(\/status)?$/.exec(path) ?? [];
		if (id !== undefined) return { id, about: status === undefined ? 'result' : 'status' };
		const [, old] = /^\/(?:workflows\/request|v1\/requests)\/([\w-]+)$/.exec(path) ?? [];
		return old === undefined ? undefined : { id: old, about: 'both' };
	}

	add(options: JobOptions): Job {
		const job = new Job(options);
		this.jobs.set(job.id, job);
		return job;
	}

	find(id: string): Job | undefined {
		return this.jobs.get(id);
	}

	clear(): void {
		this.jobs.clear();
	}
}
