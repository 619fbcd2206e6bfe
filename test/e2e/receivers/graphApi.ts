/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends, beside the tests */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import sharp from 'sharp';

import type { Answer } from './loopback';
import { Loopback } from './loopback';

/** The ratios, width to height, that Instagram documents for a post. */
const RATIO = { min: 4 / 5, max: 1.91 };

/** Bytes, as Instagram documents. */
const MAX_SIZE = 8 * 1024 * 1024;

/** A picture that Instagram has taken, and maybe published. */
export interface Container {
	readonly id: string;
	readonly picture: Buffer;
	readonly caption: string;
	/** How often its status was asked for. */
	checks: number;
	published: boolean;
}

/** An error as the Graph API words it, with the codes that Instagram documents. */
const refusal = (message: string, code: number, subcode?: number): Answer => ({
	status: code === 190 ? 401 : 400,
	body: { error: { message, type: 'OAuthException', code, error_subcode: subcode, is_transient: false } },
});

/** Plays the part of Facebook's Graph API that publishes on Instagram: it fetches the picture itself, without a login. */
export class GraphApi {
	readonly token = randomUUID();

	readonly userId = '17841405309211844';

	readonly containers: Container[] = [];

	/** How often a status is IN_PROGRESS before it is FINISHED. */
	checksInProgress = 2;

	/** How many requests to come meet an error of the server. */
	broken = 0;

	private loopback: Loopback | undefined;

	private constructor() {}

	static async start(): Promise<GraphApi> {
		const api = new GraphApi();
		api.loopback = await Loopback.start(async (request) => await api.answer(request));
		return api;
	}

	get url(): string {
		return `${this.loopback?.url}/v23.0`;
	}

	/** Forgets all pictures, and works again. */
	reset(): void {
		this.containers.length = 0;
		this.checksInProgress = 2;
		this.broken = 0;
	}

	async close(): Promise<void> {
		await this.loopback?.close();
	}

	private async answer(request: IncomingMessage): Promise<Answer> {
		if (request.headers.authorization !== `Bearer ${this.token}`) {
			return refusal('Invalid OAuth access token - Cannot parse access token', 190);
		}
		if (this.broken > 0) {
			this.broken -= 1;
			return refusal('An unexpected error has occurred. Please retry your request later.', 2);
		}
		const { pathname, searchParams } = new URL(request.url ?? '', this.url);
		switch (`${request.method} ${pathname}`) {
			case `POST /v23.0/${this.userId}/media`:
				return await this.contain((await json(request)) as Record<string, unknown>);
			case `POST /v23.0/${this.userId}/media_publish`:
				return this.publish((await json(request)) as Record<string, unknown>);
			default:
				return this.tellStatus(pathname.replace('/v23.0/', ''), searchParams.get('fields') ?? '');
		}
	}

	private async contain({ image_url: url, caption = '' }: Record<string, unknown>): Promise<Answer> {
		if (typeof url !== 'string') return refusal('The parameter image_url is required', 100);
		const fetched = await fetch(url, { redirect: 'error' });
		if (!fetched.ok) return refusal(`The media could not be fetched from this URI: ${url}`, 9004, 2207052);
		const picture = Buffer.from(await fetched.arrayBuffer());
		if (picture.length > MAX_SIZE) return refusal('The image is too large to download', 36000, 2207004);
		const { format, width, height } = await sharp(picture).metadata();
		if (fetched.headers.get('content-type') !== 'image/jpeg' || format !== 'jpeg') {
			return refusal('The image format is not supported. Supported format is JPEG', 36001, 2207005);
		}
		if (width / height < RATIO.min || width / height > RATIO.max) {
			return refusal(`The aspect ratio ${width}:${height} is not supported`, 36003, 2207009);
		}
		const id = `1788945556005${this.containers.length + 1000}`;
		this.containers.push({ id, picture, caption: String(caption), checks: 0, published: false });
		return { status: 200, body: { id } };
	}

	private tellStatus(id: string, fields: string): Answer {
		const container = this.containers.find((one) => one.id === id);
		if (container === undefined) return refusal(`Object with ID '${id}' does not exist`, 100, 33);
		container.checks += 1;
		const code = this.statusOf(container);
		const known: Record<string, string> = { status_code: code, status: `${code}: the media is ${code}` };
		const told = fields.split(',').map((field) => [field, known[field]]);
		return { status: 200, body: { ...Object.fromEntries(told), id } };
	}

	private publish({ creation_id: id }: Record<string, unknown>): Answer {
		const container = this.containers.find((one) => one.id === id);
		if (container === undefined) return refusal(`The media with ${String(id)} cannot be found`, 24, 2207006);
		if (this.statusOf(container) !== 'FINISHED') return refusal('The media is not ready', 9007, 2207027);
		container.published = true;
		return { status: 200, body: { id: `17920238422030${this.containers.indexOf(container) + 100}` } };
	}

	private statusOf({ checks, published }: Container): string {
		if (published) return 'PUBLISHED';
		return checks > this.checksInProgress ? 'FINISHED' : 'IN_PROGRESS';
	}
}
