/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import sharp from 'sharp';

import type { Reply } from './receiver';
import { Receiver } from './receiver';

const MEDIA = '/wp-json/wp/v2/media';

/** A file in the media library. */
interface Media {
	readonly name: string;
	readonly type: string;
	readonly bytes: Buffer;
	altText: string;
}

const errorReply = (status: number, code: string): Reply => ({ status, body: { code } });

/** Acts as the media library of WordPress's REST API, with one user. */
export class WordPress extends Receiver {
	readonly credential = { user: 'editor', password: randomUUID() };

	readonly media: Media[] = [];

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		const { user, password } = this.credential;
		const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
		if (request.headers.authorization !== basic) return errorReply(401, 'rest_cannot_create');
		const [path, id] = (request.url ?? '').split(`${MEDIA}/`);
		if (request.method !== 'POST' || (path !== MEDIA && id === undefined)) {
			return errorReply(404, 'rest_no_route');
		}
		return id === undefined ? await this.upload(request) : await this.change(request, Number(id));
	}

	private async upload(request: IncomingMessage): Promise<Reply> {
		const { 'content-disposition': disposition = '', 'content-type': type = '' } = request.headers;
		const name = /^attachment; filename="([^"]+)"$/.exec(disposition)?.[1];
		if (name === undefined) return errorReply(400, 'rest_upload_no_content_disposition');
		const bytes = await buffer(request);
		const { format } = await sharp(bytes).metadata();
		if (type !== `image/${format}`) return errorReply(500, 'rest_upload_sideload_error');
		this.media.push({ name, type, bytes, altText: '' });
		return { status: 201, body: { id: this.media.length, source_url: `${this.origin}/${name}` } };
	}

	private async change(request: IncomingMessage, id: number): Promise<Reply> {
		const media = this.media[id - 1];
		if (media === undefined) return errorReply(404, 'rest_post_invalid_id');
		media.altText = ((await json(request)) as { readonly alt_text: string }).alt_text;
		return { status: 200, body: { id } };
	}
}
