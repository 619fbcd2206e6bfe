/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the emulator runs on a developer's machine, not in n8n */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { answerWith, imageResponse, videoResponse } from './answers';
import type { Asset } from './assets';
import { Assets, ASSETS_PATH, UPLOAD_PATH } from './assets';
import type { Answer } from './catalog';
import { LIST_PATH, listAnswer, REJECTED_MEDIA } from './catalog';
import type { Drawing } from './draw';
import type { Endpoint, KnownModel } from './endpoints';
import { ACCOUNT_PATH, KNOWN, OTHER_MODEL, parseEndpoint } from './endpoints';
import type { Fault } from './fault';
import { Faults, isBilled, isListedAsFailed, withFile } from './fault';
import { History, HISTORY_PATH } from './history';
import type { HistoryOptions, Listed } from './history';
import { picturesIn, readInputs } from './inputs';
import type { JobPart } from './jobs';
import { Job, parseJobPath } from './jobs';
import { Pictures } from './pictures';
import type { PublishedModel } from './published';
import type { RateLimitOptions } from './rateLimit';
import { RateLimit } from './rateLimit';
import { deliver, html, jsonResponse, parseJson, readBody, send } from './wire';

export interface EmulatorOptions {
	readonly port?: number;
	readonly key?: string;
	/** US dollars in the account; null for an account without a balance record. */
	readonly credits?: number | null;
	/** US dollars that Segmind gave away. */
	readonly freeCredits?: number;
	/** Milliseconds for one image. */
	readonly delay?: number;
	/** Of all requests for images together. */
	readonly rateLimit?: RateLimitOptions;
	/** Serves these bytes instead of drawing. */
	readonly picture?: Buffer;
	readonly history?: HistoryOptions;
}

export interface ReceivedRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	/** Milliseconds since the epoch. */
	readonly at: number;
	body: Readonly<Record<string, unknown>>;
	/** Null until the response has ended, and without a response. */
	status: number | null;
	/** Whether it was billed. */
	paid: boolean;
}

/** What is drawn where the model takes no such attribute or publishes no default. */
const DEFAULTS = {
	seed: 1,
	aspect_ratio: '1:1',
	width: 256,
	height: 256,
	output_format: 'webp',
	output_quality: 80,
};

const CONTROL_PATH = '/_emulator';
const FILES_PATH = '/files/';

/** A request that passed all checks. */
interface Accepted {
	/** The request id. */
	readonly id: string;
	readonly drawing: Drawing;
	readonly fault: Fault & { readonly delay: number };
	readonly price: number;
	/** US dollars left in the account. */
	readonly left: number;
}

/** The id of the job that a file belongs to. */
const jobOfFile = (path: string): string => path.slice(FILES_PATH.length).replace(/\.\w+$/, '');

const newKey = (): string => `SG_${randomBytes(8).toString('hex')}`;

/** Rounds away the noise of binary fractions. */
const dollars = (amount: number): number => Number(amount.toFixed(6));

/** Segmind's API on loopback: it checks, draws, bills and fails as the published one does. */
export class Emulator {
	key: string;

	/** Everything received, in order of arrival, except requests to the control endpoint. */
	readonly requests: ReceivedRequest[] = [];

	/** The most image requests that were in flight at the same time. */
	maxInFlight = 0;

	/** Image requests in flight. */
	inFlight = 0;

	/** US dollars left in the account; null for an account without a balance record. */
	credits: number | null;

	private readonly server: Server = createServer((request, response) => {
		this.respond(request, response).catch((error: unknown) => {
			// Clients may hang up. Anything else is a bug of the emulator and must not look like Segmind's.
			if (!request.socket.destroyed) throw error;
		});
	});

	private readonly faults = new Faults();

	private readonly pictures: Pictures;

	private readonly jobs = new Map<string, Job>();

	/** What the request history knows. */
	readonly history = new History(() => this.url);

	private readonly uploaded = new Assets(() => this.url);

	private readonly models: Record<string, KnownModel> = { ...KNOWN };

	private rateLimit: RateLimit | undefined;

	private constructor(private readonly options: EmulatorOptions) {
		this.key = options.key ?? newKey();
		this.credits = options.credits === undefined ? 10 : options.credits;
		this.history.options = options.history ?? {};
		this.pictures = new Pictures(options.picture, (address) => this.pictureAt(address));
		this.resetRateLimit();
	}

	/** Starts an emulator on a free port, or on the given one. */
	static async start(options: EmulatorOptions = {}): Promise<Emulator> {
		const emulator = new Emulator(options);
		emulator.server.listen(options.port ?? 0, '127.0.0.1');
		await once(emulator.server, 'listening');
		return emulator;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** The number of billed images. */
	get paid(): number {
		return this.requests.filter(({ paid }) => paid).length;
	}

	/** Requests to the request history. */
	get historyRequests(): ReceivedRequest[] {
		return this.requests.filter(({ path }) => path.startsWith(HISTORY_PATH));
	}

	/** Requests to endpoints that bill, whether they were billed or not. */
	get imageRequests(): ReceivedRequest[] {
		return this.requests.filter(({ path }) => parseEndpoint(path, this.models) !== undefined);
	}

	/** Requests that upload files. */
	get uploadRequests(): ReceivedRequest[] {
		return this.requests.filter(({ path }) => path === UPLOAD_PATH);
	}

	/** Uploaded files, in the order of their arrival. */
	get assets(): Asset[] {
		return this.uploaded.all;
	}

	/** Offers a further model. */
	publish(id: string, model: PublishedModel): void {
		this.models[id] = model;
	}

	/** Lets the next request that matches the fault go wrong. */
	inject(fault: Fault): void {
		this.faults.inject(fault);
	}

	/** Continues with another account, about which no client has learned anything. */
	changeAccount(): void {
		this.key = newKey();
		this.reset();
	}

	/** Forgets requests, jobs and faults, and restores the balance. */
	reset(): void {
		this.requests.length = 0;
		this.faults.clear();
		this.jobs.clear();
		this.history.clear();
		this.history.options = this.options.history ?? {};
		this.uploaded.clear();
		this.maxInFlight = this.inFlight;
		this.credits = this.options.credits === undefined ? 10 : this.options.credits;
		this.resetRateLimit();
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname: path, searchParams } = new URL(request.url ?? '/', this.url);
		if (path.startsWith(CONTROL_PATH)) return await this.control(path, request, response);
		const { method = '', headers } = request;
		const at = Date.now();
		const received: ReceivedRequest = { method, path, headers, at, body: {}, status: null, paid: false };
		this.requests.push(received);
		const bytes = await readBody(request);
		const recordStatus = (): void => {
			if (response.headersSent) received.status = response.statusCode;
		};
		response.on('finish', recordStatus).on('close', recordStatus);
		if (path.startsWith(FILES_PATH)) return await this.sendFile(received, response);
		if (path.startsWith(ASSETS_PATH)) return this.sendAsset(received, response);
		// The list is public: no key is needed.
		if (path === LIST_PATH) {
			return await deliver(response, this.faults.take('list', ''), jsonResponse(200, listAnswer()));
		}
		const endpoint = parseEndpoint(path, this.models);
		const job = parseJobPath(path);
		const isUpload = path === UPLOAD_PATH;
		const isHistory = path.startsWith(HISTORY_PATH);
		const isFree = job !== undefined || isHistory || path === ACCOUNT_PATH;
		const verb = isFree ? 'GET' : 'POST';
		const isKnown = endpoint !== undefined || isUpload || isFree;
		const rejection = this.reject(headers['x-api-key'], isKnown, method === verb);
		if (rejection !== undefined) return send(response, ...rejection);
		if (isUpload) return await this.upload(received, bytes, response);
		if (job !== undefined) return await this.sendJob(job.id, job.part, response);
		if (isHistory) return await this.sendHistory(path, searchParams, response);
		if (endpoint === undefined) return await this.sendBalance(response);
		this.inFlight += 1;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
		response.on('close', () => {
			this.inFlight -= 1;
		});
		await this.generate(endpoint, received, bytes, response);
	}

	/** The status and body for a request whose key, path or method is wrong. */
	private reject(key: unknown, isKnown: boolean, isAllowed: boolean): [number, unknown] | undefined {
		if (key === undefined) return [401, { error: 'Missing Authorization or x-api-key in header' }];
		if (key !== this.key) return [401, { error: 'Unauthorized. API key is invalid or may have expired...' }];
		if (!isKnown) return [404, { error: 'The requested URL does not exist' }];
		return isAllowed ? undefined : [405, html('405 Method Not Allowed')];
	}

	private async sendBalance(response: ServerResponse): Promise<void> {
		const fault = this.faults.take('account', '');
		const balance =
			this.credits === null
				? jsonResponse(404, { error: 'No credits found for the user' })
				: jsonResponse(200, {
						credits: dollars(this.credits),
						'free-credits': this.options.freeCredits ?? 0,
					});
		await deliver(response, fault, balance);
	}

	private async sendHistory(path: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
		const fault = this.faults.take('history', '');
		const usual = this.history.respond(path, query);
		if (usual === 'hang') return;
		await deliver(
			response,
			usual === 'break' ? { reset: true } : fault,
			usual === 'break' ? jsonResponse(200, {}) : usual,
		);
	}

	/** Records a request that reached a model in the request history. Flows are not in it. */
	private list(
		{ id: model, isFlow, model: { answer } }: Endpoint,
		body: Listed['body'],
		failure: Fault['fails'],
		accepted: Accepted,
		isPaid: boolean,
	): void {
		const { id, drawing, fault, price } = accepted;
		const isFailed = failure !== undefined || isListedAsFailed(fault);
		if (isFlow || (!isPaid && !isFailed)) return;
		const startedAt = Date.now();
		const endsAt = startedAt + fault.delay + (fault.finishes ?? 0);
		const error = failure === undefined ? {} : { error: String(failure.error ?? 'It failed') };
		const outcome = isFailed ? 'FAILED' : 'COMPLETED';
		this.history.add({ id, model, body, price, startedAt, endsAt, outcome, drawing, answer, ...error });
	}

	/** Stores uploaded files, which is free. */
	private async upload({ headers }: ReceivedRequest, bytes: Buffer, response: ServerResponse): Promise<void> {
		const fault = this.faults.take('upload', '');
		const type = String(headers['content-type'] ?? '');
		if (!type.startsWith('application/json')) return send(response, 406, { error: 'Invalid content type' });
		const body = parseJson(bytes);
		if (body === undefined) return send(response, 400, { error: 'Malformed request body' });
		const urls = this.uploaded.upload(body);
		if (!Array.isArray(urls)) return send(response, 400, urls);
		const answer = jsonResponse(200, { file_urls: urls, message: 'Files uploaded' });
		await deliver(response, withFile(fault, urls[0] ?? ''), answer);
	}

	/** Uploaded files are public: no key is needed. */
	private sendAsset({ path, method }: ReceivedRequest, response: ServerResponse): void {
		const asset = this.uploaded.get(path);
		if (asset === undefined || method !== 'GET') return send(response, 404, html('404 Not Found'));
		response.writeHead(200, { 'content-type': asset.type }).end(asset.bytes);
	}

	/** Returns what an address shows; undefined when it is not one of this server's pictures. */
	private pictureAt(address: string): Buffer | Drawing | undefined {
		const { origin, pathname } = URL.canParse(address) ? new URL(address) : new URL(this.url);
		if (origin !== this.url) return undefined;
		return this.jobs.get(jobOfFile(pathname))?.drawing ?? this.uploaded.get(pathname)?.bytes;
	}

	/** Checks and bills a request, and makes its image or queues it. */
	private async generate(
		endpoint: Endpoint,
		received: ReceivedRequest,
		bytes: Buffer,
		response: ServerResponse,
	): Promise<void> {
		const { isQueued, model } = endpoint;
		const { price } = model;
		const type = String(received.headers['content-type'] ?? '');
		if (!type.startsWith('application/json')) return send(response, 406, { error: 'Invalid content type' });
		const body = parseJson(bytes);
		if (body === undefined) return send(response, 400, { error: 'Malformed request body' });
		received.body = body;
		const refusal = this.rateLimit?.refuse(Date.now());
		if (refusal !== undefined) return send(response, ...refusal);
		const inputs = readInputs(model, body);
		const pictures = inputs.error === undefined ? picturesIn(model, inputs.values) : [];
		const isRejected = model.addresses?.some((name) => !/^https?:/.test(String(body[name] ?? 'http:')));
		const rejected = isRejected === true ? REJECTED_MEDIA : this.pictures.reject(pictures);
		const error = inputs.error ?? rejected;
		if (error !== undefined && !isQueued) return send(response, inputs.status ?? 400, { error });
		if ((this.credits ?? 0) < price) return send(response, ...this.insufficientCredits(isQueued, price));
		const prompt = String(body.prompt ?? body.text ?? '');
		const fault = { delay: this.options.delay ?? 0, ...this.faults.take('image', prompt) };
		// The queue accepts invalid inputs too; the job fails later.
		const failure = fault.fails ?? (error === undefined ? undefined : { error });
		const isPaid = isBilled(fault) && failure === undefined;
		if (isPaid) {
			received.paid = true;
			this.credits = dollars((this.credits ?? 0) - price);
		}
		const values = inputs.values ?? {};
		// Some models have another name for the format, and another word for JPG.
		const format = { png: 'png', jpeg: 'jpg' }[String(values.image_format)];
		const named = format === undefined ? {} : { output_format: format };
		const drawing: Drawing = { ...DEFAULTS, prompt, ...values, ...named, pictures };
		const seed = drawing.seed === -1 ? randomInt(2 ** 31) : drawing.seed;
		const accepted = {
			id: randomUUID(),
			drawing: { ...drawing, seed },
			fault,
			price,
			left: this.credits ?? 0,
		};
		this.list(endpoint, body, failure, accepted, isPaid);
		if (isQueued) await this.queue(endpoint, accepted, failure, response);
		else
			await this.sendImage(model === OTHER_MODEL ? 'base64' : (model.answer ?? 'image'), accepted, response);
	}

	/** v2 has another status and another text for it than v1. */
	private insufficientCredits(isQueued: boolean, price: number): [number, unknown] {
		const left = dollars(this.credits ?? 0);
		if (isQueued) return [402, { error: `Insufficient credits. You have ${left.toFixed(1)} credits.` }];
		const need = `but this request needs ${price} credits.`;
		return [406, { error: `Insufficient credits. You have ${left} credits ${need}` }];
	}

	private async sendImage(
		answer: Answer | 'base64',
		{ id, drawing, fault, price, left }: Accepted,
		response: ServerResponse,
	): Promise<void> {
		const usual = await answerWith(answer, drawing, this.pictures);
		await deliver(response, fault, {
			...usual,
			headers: {
				...usual.headers,
				'x-remaining-credits': String(left),
				'x-cost': String(price),
				'x-request-id': id,
				'x-generation-time': (fault.delay / 1000).toFixed(3),
				// A model without a seed of its own names none.
				...(answer === 'image' ? { 'x-seed-value': String(drawing.seed) } : {}),
			},
		});
	}

	private async queue(
		{ isFlow, isOldFlow, model: { answer = 'image' } }: Endpoint,
		{ id, drawing, fault, price, left }: Accepted,
		failure: Fault['fails'],
		response: ServerResponse,
	): Promise<void> {
		// The delay is the job's; submitting takes none.
		const { delay, ...immediate } = fault;
		const job = new Job(this.url, { id, drawing, price, left, failure, isFlow, answer, delay });
		this.jobs.set(job.id, job);
		await deliver(response, immediate, jsonResponse(200, job.submission(isOldFlow)));
	}

	private async sendJob(id: string, part: JobPart, response: ServerResponse): Promise<void> {
		const job = this.jobs.get(id);
		const fault = this.faults.take(part === 'result' ? 'result' : 'status', job?.drawing.prompt ?? '');
		const { status, body } = job?.respond(part) ?? { status: 404, body: { error: 'Request not found' } };
		await deliver(response, withFile(fault, job?.file ?? ''), jsonResponse(status, body));
	}

	/** Files are public: no key is needed. */
	private async sendFile({ path, method }: ReceivedRequest, response: ServerResponse): Promise<void> {
		const [id = '', index = '0'] = jobOfFile(path).split('_');
		const known = this.jobs.get(id)?.drawing ?? this.history.rows.find((row) => row.id === id)?.drawing;
		const isGone = known === undefined || this.history.options.filesGone === true;
		if (isGone || method !== 'GET') return send(response, 404, html('404 Not Found'));
		const fault = this.faults.take('file', known.prompt);
		if (path.endsWith('.mp4')) return await deliver(response, fault, videoResponse());
		const drawing = { ...known, seed: known.seed + Number(index) };
		await deliver(response, fault, imageResponse(drawing, await this.pictures.drawOnce(drawing)));
	}

	private resetRateLimit(): void {
		const { rateLimit } = this.options;
		this.rateLimit = rateLimit === undefined ? undefined : new RateLimit(rateLimit);
	}

	/** Serves the control endpoint: what was received, and faults to inject. */
	private async control(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await readBody(request);
		switch (`${request.method} ${path.slice(CONTROL_PATH.length)}`) {
			case 'GET /ledger': {
				const { credits, paid, requests, maxInFlight } = this;
				return send(response, 200, { credits, paid, maxInFlight, requests });
			}
			case 'POST /faults':
				this.inject(JSON.parse(body.toString('utf8')) as Fault);
				return send(response, 201, { injected: true });
			case 'POST /history':
				this.history.options = JSON.parse(body.toString('utf8')) as HistoryOptions;
				return send(response, 201, this.history.options);
			case 'POST /reset':
				this.reset();
				return send(response, 200, { reset: true });
			default:
				return send(response, 404, { error: 'Use GET ledger, POST faults, POST history or POST reset' });
		}
	}
}
