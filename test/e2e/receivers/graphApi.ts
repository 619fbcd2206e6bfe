/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import sharp from 'sharp';

import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** The aspect ratios of a post, from Instagram's documentation. */
const RATIO = { min: 4 / 5, max: 1.91 };

/** Bytes, from Instagram's documentation. */
const MAX_SIZE = 8 * 1024 * 1024;

/** A picture that Instagram has accepted, and maybe published. */
export interface Container {
	readonly id: string;
	readonly picture: Buffer;
	readonly caption: string;
	/** How often its status was requested. */
	checks: number;
	published: boolean;
}

/** An error as the Graph API writes it, with codes from Instagram's documentation. */
const errorReply = (message: string, code: number, subcode?: number): Reply => ({
	status: code === 190 ? 401 : 400,
	body: { error: { message, type: 'OAuthException', code, error_subcode: subcode, is_transient: false } },
});

/** Acts as the part of Facebook's Graph API that publishes on Instagram: it fetches the picture itself, without a login. */
export class GraphApi extends Receiver {
	readonly token = randomUUID();

	readonly userId = '17841405309211844';

	readonly containers: Container[] = [];

	/** How often a status is IN_PROGRESS before it is FINISHED. */
	checksInProgress = 2;

	/** How many of the next requests get a server error. */
	failures = 0;

	get url(): string {
		return `${this.origin}/v23.0`;
	}

	/** Forgets all pictures and failures. */
	reset(): void {
		this.containers.length = 0;
		this.checksInProgress = 2;
		this.failures = 0;
	}

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		if (request.headers.authorization !== `Bearer ${this.token}`) {
			return errorReply('Invalid OAuth access token - Cannot parse access token', 190);
		}
		if (this.failures > 0) {
			this.failures -= 1;
			return errorReply('An unexpected error has occurred. Please retry your request later.', 2);
		}
		const { pathname, searchParams } = new URL(request.url ?? '', this.url);
		switch (`${request.method} ${pathname}`) {
			case `POST /v23.0/${this.userId}/media`:
				return await this.contain((await json(request)) as Record<string, unknown>);
			case `POST /v23.0/${this.userId}/media_publish`:
				return this.publish((await json(request)) as Record<string, unknown>);
			default:
				return this.statusReply(pathname.replace('/v23.0/', ''), searchParams.get('fields') ?? '');
		}
	}

	private async contain({ image_url: url, caption = '' }: Record<string, unknown>): Promise<Reply> {
		if (typeof url !== 'string') return errorReply('The parameter image_url is required', 100);
		const fetched = await fetch(url, { redirect: 'error' });
		if (!fetched.ok) return errorReply(`The media could not be fetched from this URI: ${url}`, 9004, 2207052);
		const picture = Buffer.from(await fetched.arrayBuffer());
		if (picture.length > MAX_SIZE) return errorReply('The image is too large to download', 36000, 2207004);
		const { format, width, height } = await sharp(picture).metadata();
		if (fetched.headers.get('content-type') !== 'image/jpeg' || format !== 'jpeg') {
			return errorReply('The image format is not supported. Supported format is JPEG', 36001, 2207005);
		}
		if (width / height < RATIO.min || width / height > RATIO.max) {
			return errorReply(`The aspect ratio ${width}:${height} is not supported`, 36003, 2207009);
		}
		const id = `1788945556005${this.containers.length + 1000}`;
		this.containers.push({ id, picture, caption: String(caption), checks: 0, published: false });
		return { status: 200, body: { id } };
	}

	private statusReply(id: string, fields: string): Reply {
		const container = this.containers.find((one) => one.id === id);
		if (container === undefined) return errorReply(`Object with ID '${id}' does not exist`, 100, 33);
		container.checks += 1;
		const code = this.statusOf(container);
		const known: Record<string, string> = { status_code: code, status: `${code}: the media is ${code}` };
		const requested = fields.split(',').map((field) => [field, known[field]]);
		return { status: 200, body: { ...Object.fromEntries(requested), id } };
	}

	private publish({ creation_id: id }: Record<string, unknown>): Reply {
		const container = this.containers.find((one) => one.id === id);
		if (container === undefined)
			return errorReply(`The media with ${String(id)} cannot be found`, 24, 2207006);
		if (this.statusOf(container) !== 'FINISHED') return errorReply('The media is not ready', 9007, 2207027);
		container.published = true;
		return { status: 200, body: { id: `17920238422030${this.containers.indexOf(container) + 100}` } };
	}

	private statusOf({ checks, published }: Container): string {
		if (published) return 'PUBLISHED';
		return checks > this.checksInProgress ? 'FINISHED' : 'IN_PROGRESS';
	}
}
