import type { Answer } from './catalog';
import type { Drawing } from './draw';

interface JobOptions {
	readonly id: string;
	readonly drawing: Drawing;
	/** US dollars. */
	readonly price: number;
	/** US dollars left in the account after this job. */
	readonly left: number;
	/** The fields that it fails with, undefined if it succeeds. */
	readonly failure: Readonly<Record<string, unknown>> | undefined;
	/** Whether it runs a PixelFlow, whose outputs have names. */
	readonly isFlow: boolean;
	readonly answer: Answer;
	/** Milliseconds until it is done. */
	readonly delay: number;
}

/** What a model answers that writes about what it was given. */
export const jsonOutput = ({ prompt }: Drawing): object => ({
	output: { caption: `About: ${prompt}`, labels: ['calm', 'blue'] },
});

/** What one of a job's URLs responds with. */
export type JobPart = 'status' | 'result' | 'both';

/** The job that a path asks about. */
export function parseJobPath(path: string): { readonly id: string; readonly part: JobPart } | undefined {
	const [, id, status] = /^\/v2\/requests\/([\w-]+)(\/status)?$/.exec(path) ?? [];
	if (id !== undefined) return { id, part: status === undefined ? 'result' : 'status' };
	const [, pollId] = /^\/(?:workflows\/request|v1\/requests)\/([\w-]+)$/.exec(path) ?? [];
	return pollId === undefined ? undefined : { id: pollId, part: 'both' };
}

/** A queued request. */
export class Job {
	private readonly submittedAt = Date.now();

	constructor(
		private readonly url: string,
		private readonly options: JobOptions,
	) {}

	get id(): string {
		return this.options.id;
	}

	get drawing(): Drawing {
		return this.options.drawing;
	}

	get answer(): Answer {
		return this.options.answer;
	}

	get file(): string {
		const extension = this.answer === 'video' ? 'mp4' : this.drawing.output_format;
		return `${this.url}/files/${this.id}.${extension}`;
	}

	/** The response to its submission; the older form of PixelFlow has one URL only. */
	submission(isOldFlow: boolean): object {
		const { id, url } = this;
		const queued = { request_id: id, status: 'QUEUED' };
		if (isOldFlow) return { ...queued, poll_url: `${url}/workflows/request/${id}` };
		return {
			...queued,
			status_url: `${url}/v2/requests/${id}/status`,
			response_url: `${url}/v2/requests/${id}`,
			poll_url: `${url}/v1/requests/${id}`,
		};
	}

	/** The response of one of its URLs at this moment. */
	respond(part: JobPart): { readonly status: number; readonly body: object } {
		const { delay, failure } = this.options;
		const base = { request_id: this.id };
		const elapsed = Date.now() - this.submittedAt;
		if (elapsed < delay) {
			const status = elapsed < delay / 2 ? 'QUEUED' : 'PROCESSING';
			return { status: 200, body: { ...base, status, metrics: {} } };
		}
		if (failure !== undefined) return { status: 422, body: { ...base, status: 'FAILED', ...failure } };
		const done = { ...base, status: 'COMPLETED', metrics: this.metrics };
		return { status: 200, body: part === 'status' ? done : { ...done, ...this.result } };
	}

	private get metrics(): object {
		const { price, left, delay } = this.options;
		const seconds = delay / 1000;
		const times = { inference_time: seconds, queue_time: 0, total_time: seconds };
		return { ...times, cost: price, remaining_credits: left };
	}

	private get result(): object {
		const { file, id } = this;
		const { prompt, seed, output_format: format } = this.drawing;
		if (this.answer === 'json') return jsonOutput(this.drawing);
		if (this.answer === 'video') return { output: { video: { url: file } } };
		if (this.answer === 'images') {
			return { output: [1, 2, 3].map((index) => file.replace(id, `${id}_${index}`)), seed };
		}
		if (!this.options.isFlow) {
			return { output: file, images: [{ url: file, file_name: `${id}.${format}` }], seed, prompt };
		}
		const outputs = [
			{ keyname: 'picture', value: file },
			{ keyname: 'caption', value: `A caption for: ${prompt}` },
		];
		return { output: JSON.stringify(outputs) };
	}
}
