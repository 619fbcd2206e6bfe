/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the emulator runs on a developer's machine, not in n8n */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import type { Model } from '../../nodes/Segmind/model/attribute';
import { MODELS } from '../../nodes/Segmind/model/models';
import { checkBody } from './check';
import type { Drawing } from './draw';
import { draw, MEDIA_TYPES } from './draw';
import type { Fault } from './fault';
import { Faults, isBilled, withFile } from './fault';
import type { Job } from './jobs';
import { Jobs } from './jobs';
import { deliver, html, parse, readBody, send } from './wire';

/** How a stand-in for Segmind behaves. */
export interface EmulatorOptions {
	readonly port?: number;
	readonly key?: string;
	/** US dollars in the account; null has no balance record. */
	readonly credits?: number | null;
	/** US dollars given for free. */
	readonly freeCredits?: number;
	/** US dollars for an image. */
	readonly price?: number;
	/** Milliseconds that an image takes. */
	readonly delay?: number;
	/** So many images in a window of so many milliseconds. */
	readonly rateLimit?: { readonly requests: number; readonly window: number };
	/** Serves these bytes instead of drawing. */
	readonly picture?: Buffer;
}

/** One request as it was seen. */
export interface Seen {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	/** Milliseconds since the epoch. */
	readonly at: number;
	body: Readonly<Record<string, unknown>>;
	status: number | null;
	/** True when the image was made, and taken from the balance. */
	paid: boolean;
}

/** A model outside the form: it takes a prompt, and answers with JSON as some models do. */
const OTHER: Model = {
	id: 'other-model',
	displayName: 'Other',
	use: '',
	price: 0.02,
	attributes: MODELS[0]?.attributes.filter(({ wire }) => wire === 'prompt') ?? [],
};

const ACCOUNT_PATH = '/v1/get-user-credits';
const CONTROL_PATH = '/_emulator';
const FILES_PATH = '/files/';

/** What is drawn for a model that takes no more than a prompt. */
const DRAWN = {
	seed: 1,
	aspect_ratio: '1:1',
	width: 256,
	height: 256,
	output_format: 'webp',
	output_quality: 80,
};

/** Work that is paid for: an image at once, an image through the queue, or a flow. */
interface PaidWork {
	readonly model: Model;
	readonly isQueued: boolean;
	readonly isOldFlow: boolean;
	/** Names of a flow's outputs, none for an image. */
	readonly keynames: readonly string[];
}

/** A request for paid work that passed all checks. */
interface Order {
	readonly work: PaidWork;
	readonly drawing: Drawing;
	readonly fault: Fault;
	readonly price: number;
	readonly left: number;
	/** Why the queue will fail with it. */
	readonly failure: Readonly<Record<string, unknown>> | undefined;
}

/** What a path asks to be paid for. */
function paidWork(path: string): PaidWork | undefined {
	const [, version, id = ''] = /^\/(v1|v2|workflows\/v2|workflows)\/([^/]+)$/.exec(path) ?? [];
	const isFlow = version?.startsWith('workflows') === true;
	const model = isFlow ? OTHER : [...MODELS, OTHER].find((each) => each.id === id);
	if (version === undefined || model === undefined || path === ACCOUNT_PATH) return undefined;
	if (version === 'workflows' && !/-v\d+$/.test(id)) return undefined;
	return {
		model,
		isQueued: version !== 'v1',
		isOldFlow: version === 'workflows',
		keynames: isFlow ? ['picture', 'caption'] : [],
	};
}

/** US dollars without the noise of binary fractions. */
const dollars = (amount: number): number => Number(amount.toFixed(6));

/** A stand-in for Segmind on loopback: it checks, draws, bills and fails as the published API does. */
export class Emulator {
	readonly key: string;

	/** Every request for an image or the balance, in the order of their arrival. */
	readonly requests: Seen[] = [];

	/** Most requests for images that were open at one time. */
	maxInFlight = 0;

	/** Requests for images that are open now. */
	inFlight = 0;

	/** US dollars left. */
	credits: number | null;

	private readonly server: Server = createServer((request, response) => {
		this.answer(request, response).catch((error: unknown) => {
			// A client that hung up is no fault; anything else is a bug of the emulator, and must not look like Segmind's.
			if (!request.socket.destroyed) throw error;
		});
	});

	private readonly faults = new Faults();

	private readonly pictures = new Map<string, Promise<Buffer>>();

	private readonly jobs = new Jobs();

	private window = { since: 0, requests: 0 };

	private constructor(private readonly options: EmulatorOptions) {
		this.key = options.key ?? `SG_${randomBytes(8).toString('hex')}`;
		this.credits = options.credits === undefined ? 10 : options.credits;
	}

	/** Starts one on a free port, or on the one asked for. */
	static async start(options: EmulatorOptions = {}): Promise<Emulator> {
		const emulator = new Emulator(options);
		emulator.server.listen(options.port ?? 0, '127.0.0.1');
		await once(emulator.server, 'listening');
		return emulator;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Images that were made and taken from the balance. */
	get paid(): number {
		return this.requests.filter(({ paid }) => paid).length;
	}

	/** Requests for images, whatever became of them. */
	get imageRequests(): Seen[] {
		return this.requests.filter(({ path }) => paidWork(path) !== undefined);
	}

	/** Orders a fault for the next request that it fits. */
	order(fault: Fault): void {
		this.faults.order(fault);
	}

	/** Forgets requests and faults, and fills the account again. */
	reset(): void {
		this.requests.length = 0;
		this.faults.clear();
		this.jobs.clear();
		this.maxInFlight = this.inFlight;
		this.credits = this.options.credits === undefined ? 10 : this.options.credits;
		this.window = { since: 0, requests: 0 };
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname } = new URL(request.url ?? '/', this.url);
		if (pathname.startsWith(CONTROL_PATH)) return await this.control(pathname, request, response);
		const seen: Seen = {
			method: request.method ?? '',
			path: pathname,
			headers: request.headers,
			at: Date.now(),
			body: {},
			status: null,
			paid: false,
		};
		this.requests.push(seen);
		const body = await readBody(request);
		response.on('close', () => {
			if (response.headersSent) seen.status = response.statusCode;
		});
		if (pathname.startsWith(FILES_PATH)) return await this.serveFile(pathname, request, response);
		const refused = this.gate(request, pathname);
		if (refused !== undefined) return send(response, refused.status, refused.body);
		if (pathname === ACCOUNT_PATH) return await this.tellBalance(response);
		const question = Jobs.questionIn(pathname);
		if (question !== undefined) return await this.tellOfJob(question.id, question.about, response);
		const work = paidWork(pathname);
		if (work === undefined) return;
		this.inFlight += 1;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
		response.on('close', () => {
			this.inFlight -= 1;
		});
		await this.doWork(work, request, body, seen, response);
	}

	/** What is refused before the body is looked at. */
	private gate(
		{ method, headers }: IncomingMessage,
		path: string,
	): { readonly status: number; readonly body: unknown } | undefined {
		const unauthorized = (description: string) => ({
			status: 401,
			body: { error: 'invalid_token', error_description: description, status_code: 401 },
		});
		if (headers['x-api-key'] === undefined) {
			return unauthorized('Missing Authorization or x-api-key in header');
		}
		if (headers['x-api-key'] !== this.key) {
			return unauthorized('Unauthorized. API key is invalid or may have expired...');
		}
		const isPaid = paidWork(path) !== undefined;
		if (!isPaid && path !== ACCOUNT_PATH && Jobs.questionIn(path) === undefined) {
			return { status: 404, body: { error: 'The requested URL does not exist' } };
		}
		if (method !== (isPaid ? 'POST' : 'GET')) return { status: 405, body: html('405 Method Not Allowed') };
		return undefined;
	}

	private async tellBalance(response: ServerResponse): Promise<void> {
		const fault = this.faults.take('account', '');
		const body =
			this.credits === null
				? { error: 'No credits found for the user' }
				: { credits: dollars(this.credits), 'free-credits': this.options.freeCredits ?? 0 };
		await deliver(response, fault, {
			status: this.credits === null ? 404 : 200,
			headers: { 'content-type': 'application/json' },
			body: Buffer.from(JSON.stringify(body)),
		});
	}

	private async doWork(
		work: PaidWork,
		request: IncomingMessage,
		bytes: Buffer,
		seen: Seen,
		response: ServerResponse,
	): Promise<void> {
		const type = request.headers['content-type'] ?? '';
		const isForm = type.startsWith('multipart/form-data');
		if (!isForm && !type.startsWith('application/json'))
			return send(response, 406, { error: 'Invalid content type' });
		const body = await parse(bytes, type);
		if (body === undefined) return send(response, 400, { error: 'Malformed request body' });
		seen.body = body;
		const limited = this.overLimit();
		if (limited !== undefined) {
			return send(response, 429, { error: 'Too Many Requests' }, { 'x-rate-limit-reset-at-utc': limited });
		}
		const values = checkBody(work.model, body, isForm);
		const refused = 'error' in values && 'status' in values ? String(values.error) : undefined;
		if (refused !== undefined && !work.isQueued) {
			return send(response, Number(values.status), { error: refused });
		}
		const price = this.options.price ?? work.model.price;
		if ((this.credits ?? 0) < price) return this.refuseForCredits(work, price, response);
		const drawing = { ...DRAWN, ...values } as unknown as Drawing;
		const fault = this.faults.take('image', String(drawing.prompt ?? ''));
		// The queue takes a body that the model does not, and fails with it later.
		const failure = fault.fails ?? (refused === undefined ? undefined : { error: refused });
		if (isBilled(fault) && failure === undefined) {
			seen.paid = true;
			this.credits = dollars((this.credits ?? 0) - price);
		}
		const order = { work, drawing, fault, price, left: this.credits ?? 0, failure };
		await (work.isQueued ? this.queue(order, response) : this.makeImage(order, response));
	}

	/** An empty account is told so in other words by the queue. */
	private refuseForCredits({ isQueued }: PaidWork, price: number, response: ServerResponse): void {
		const left = dollars(this.credits ?? 0);
		if (isQueued)
			return send(response, 402, { error: `Insufficient credits. You have ${left.toFixed(1)} credits.` });
		const error = `Insufficient credits. You have ${left} credits but this request needs ${price} credits.`;
		send(response, 406, { error });
	}

	private async makeImage(
		{ work, drawing, fault, price, left }: Order,
		response: ServerResponse,
	): Promise<void> {
		const started = Date.now();
		await wait(fault.delay ?? this.options.delay ?? 0);
		const picture = this.options.picture ?? (await this.drawOnce(drawing));
		const isJson = work.model === OTHER;
		await deliver(response, fault, {
			status: 200,
			headers: {
				'content-type': isJson ? 'application/json' : (MEDIA_TYPES[drawing.output_format] ?? 'image/jpeg'),
				'x-remaining-credits': String(left),
				'x-cost': String(price),
				'x-request-id': randomUUID(),
				'x-generation-time': ((Date.now() - started) / 1000).toFixed(3),
				'x-seed-value': String(drawing.seed),
				'x-output-metadata': JSON.stringify({ seed: drawing.seed, format: drawing.output_format }),
				'x-gpu-info': 'emulator',
			},
			body: isJson ? Buffer.from(JSON.stringify({ image: picture.toString('base64') })) : picture,
		});
	}

	/** Takes a request into the queue. */
	private async queue(
		{ work, drawing, fault, price, left, failure }: Order,
		response: ServerResponse,
	): Promise<void> {
		const { delay = this.options.delay ?? 0, ...atOnce } = fault;
		const job = this.jobs.add({
			drawing,
			price,
			left,
			failure,
			keynames: work.keynames,
			delay,
		});
		await deliver(response, atOnce, {
			status: 200,
			headers: { 'content-type': 'application/json' },
			body: Buffer.from(JSON.stringify(work.isOldFlow ? job.taken(this.url).old : job.taken(this.url).usual)),
		});
	}

	/** The state of a job, or what it gave. */
	private async tellOfJob(
		id: string,
		about: 'status' | 'result' | 'both',
		response: ServerResponse,
	): Promise<void> {
		const job = this.jobs.find(id);
		const fault = this.faults.take(about === 'result' ? 'result' : 'status', job?.drawing.prompt ?? '');
		const { status, body } = job === undefined ? Jobs.unknown : job.tell(about, this.url);
		await wait(fault.delay ?? 0);
		await deliver(response, withFile(fault, job?.fileAt(this.url) ?? ''), {
			status,
			headers: { 'content-type': 'application/json' },
			body: Buffer.from(JSON.stringify(body)),
		});
	}

	/** The file of a job, which is open to everyone. */
	private async serveFile(
		path: string,
		{ method }: IncomingMessage,
		response: ServerResponse,
	): Promise<void> {
		const job: Job | undefined = this.jobs.find(path.slice(FILES_PATH.length).replace(/\.\w+$/, ''));
		if (job === undefined || method !== 'GET') return send(response, 404, html('404 Not Found'));
		const { drawing } = job;
		const fault = this.faults.take('file', drawing.prompt);
		const picture = this.options.picture ?? (await this.drawOnce(drawing));
		await wait(fault.delay ?? 0);
		await deliver(response, fault, {
			status: 200,
			headers: { 'content-type': MEDIA_TYPES[drawing.output_format] ?? 'image/jpeg' },
			body: picture,
		});
	}

	/** When the window ends, as the API writes it, if it is used up. */
	private overLimit(): string | undefined {
		const { rateLimit } = this.options;
		if (rateLimit === undefined) return undefined;
		const now = Date.now();
		if (now - this.window.since >= rateLimit.window) this.window = { since: now, requests: 0 };
		if (this.window.requests >= rateLimit.requests) {
			return new Date(this.window.since + rateLimit.window).toISOString();
		}
		this.window.requests += 1;
		return undefined;
	}

	private async drawOnce(drawing: Drawing): Promise<Buffer> {
		const request = createHash('sha256').update(JSON.stringify(drawing)).digest('hex');
		const known = this.pictures.get(request) ?? draw(drawing);
		this.pictures.set(request, known);
		return await known;
	}

	/** For people and for other processes: what was seen, and faults to order. */
	private async control(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await readBody(request);
		switch (`${request.method} ${path.slice(CONTROL_PATH.length)}`) {
			case 'GET /ledger': {
				const { credits, paid, requests, maxInFlight } = this;
				return send(response, 200, { credits, paid, maxInFlight, requests });
			}
			case 'POST /faults':
				this.order(JSON.parse(body.toString('utf8')) as Fault);
				return send(response, 201, { ordered: true });
			case 'POST /reset':
				this.reset();
				return send(response, 200, { reset: true });
			default:
				return send(response, 404, {
					error: `Use GET ${CONTROL_PATH}/ledger, POST ${CONTROL_PATH}/faults or POST ${CONTROL_PATH}/reset`,
				});
		}
	}
}
