/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the emulator runs on a developer's machine, not in n8n */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { flux11Pro } from '../../nodes/Segmind/model/flux11Pro';
import { checkBody } from './check';
import type { Drawing } from './draw';
import { draw, MEDIA_TYPES } from './draw';
import type { Fault } from './fault';
import { Faults, isBilled } from './fault';

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

const MODEL = flux11Pro;
const IMAGE_PATH = `/v1/${MODEL.id}`;
const ACCOUNT_PATH = '/v1/get-user-credits';
const CONTROL_PATH = '/_emulator';

const html = (title: string): string =>
	`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

/** US dollars without the noise of binary fractions. */
const dollars = (amount: number): number => Number(amount.toFixed(6));

async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

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
		return this.requests.filter(({ path }) => path === IMAGE_PATH);
	}

	/** Orders a fault for the next request that it fits. */
	order(fault: Fault): void {
		this.faults.order(fault);
	}

	/** Forgets requests and faults, and fills the account again. */
	reset(): void {
		this.requests.length = 0;
		this.faults.clear();
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
		const refused = this.gate(request, pathname);
		if (refused !== undefined) return send(response, refused.status, refused.body);
		if (pathname === ACCOUNT_PATH) return await this.tellBalance(response);
		this.inFlight += 1;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
		response.on('close', () => {
			this.inFlight -= 1;
		});
		await this.makeImage(request, body, seen, response);
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
		if (path !== IMAGE_PATH && path !== ACCOUNT_PATH) {
			return { status: 404, body: { error: 'The requested URL does not exist' } };
		}
		if (method !== (path === IMAGE_PATH ? 'POST' : 'GET')) {
			return { status: 405, body: html('405 Method Not Allowed') };
		}
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

	private async makeImage(
		request: IncomingMessage,
		bytes: Buffer,
		seen: Seen,
		response: ServerResponse,
	): Promise<void> {
		const started = Date.now();
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
		const values = checkBody(MODEL, body, isForm);
		if ('error' in values && 'status' in values) {
			return send(response, Number(values.status), { error: values.error });
		}
		const price = this.options.price ?? MODEL.price;
		if ((this.credits ?? 0) < price) {
			const error = `Insufficient credits. You have ${dollars(this.credits ?? 0)} credits but this request needs ${price} credits.`;
			return send(response, 406, { error });
		}
		const drawing = values as unknown as Drawing;
		const fault = this.faults.take('image', drawing.prompt);
		if (isBilled(fault)) {
			seen.paid = true;
			this.credits = dollars((this.credits ?? 0) - price);
		}
		const left = this.credits ?? 0;
		await wait(fault.delay ?? this.options.delay ?? 0);
		const picture = this.options.picture ?? (await this.drawOnce(drawing));
		await deliver(response, fault, {
			status: 200,
			headers: {
				'content-type': MEDIA_TYPES[drawing.output_format] ?? 'image/jpeg',
				'x-remaining-credits': String(left),
				'x-cost': String(price),
				'x-request-id': randomUUID(),
				'x-generation-time': ((Date.now() - started) / 1000).toFixed(3),
				'x-seed-value': String(drawing.seed),
				'x-output-metadata': JSON.stringify({ seed: drawing.seed, format: drawing.output_format }),
				'x-gpu-info': 'emulator',
			},
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

async function parse(bytes: Buffer, type: string): Promise<Record<string, unknown> | undefined> {
	try {
		if (type.startsWith('multipart/')) {
			const form = await new Response(new Uint8Array(bytes), {
				headers: { 'content-type': type },
			}).formData();
			return Object.fromEntries(form as unknown as Iterable<[string, unknown]>);
		}
		const body: unknown = JSON.parse(bytes.toString('utf8'));
		return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : undefined;
	} catch {
		return undefined;
	}
}

/** Text goes as HTML, as the gateway's pages do; everything else as JSON. */
function send(
	response: ServerResponse,
	status: number,
	body: unknown,
	headers: Readonly<Record<string, string>> = {},
): void {
	const isText = typeof body === 'string';
	response
		.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
		.end(isText ? body : JSON.stringify(body));
}

interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

function withFault(answer: Answer, { status, body, bytes, headers, huge }: Fault): Answer {
	const changed =
		status === undefined && body === undefined && bytes === undefined
			? answer
			: {
					status: status ?? 200,
					headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' },
					body:
						bytes === undefined
							? Buffer.from(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body))
							: Buffer.from(bytes, 'base64'),
				};
	return {
		status: changed.status,
		headers: Object.fromEntries(
			Object.entries({ ...changed.headers, ...headers }).filter(
				(entry): entry is [string, string] => entry[1] !== null,
			),
		),
		body: huge === undefined ? changed.body : Buffer.concat([changed.body, Buffer.alloc(huge)], huge),
	};
}

/** Sends an answer with what was ordered to go wrong with it. */
async function deliver(response: ServerResponse, fault: Fault, usual: Answer): Promise<void> {
	if (fault.hang === true) return;
	if (fault.reset === true) {
		response.socket?.resetAndDestroy();
		return;
	}
	const { status, headers, body } = withFault(usual, fault);
	response.writeHead(status, { 'content-length': body.length, ...headers });
	response.flushHeaders();
	const end = Math.min(fault.cut ?? body.length, body.length);
	const step = Math.max(1, fault.drip?.bytes ?? body.length);
	for (let at = 0; at < end && !response.destroyed; at += step) {
		if (at > 0) await wait(fault.drip?.every ?? 0);
		await flushed(response, body.subarray(at, Math.min(at + step, end)));
	}
	if (fault.cut === undefined) response.end();
	else response.socket?.destroy();
}

/** Resolves when the bytes have left this process, or there is nobody left to take them. */
async function flushed(response: ServerResponse, bytes: Buffer): Promise<void> {
	await new Promise<void>((resolve) => {
		response.once('close', resolve);
		response.write(bytes, () => {
			response.off('close', resolve);
			resolve();
		});
	});
}
