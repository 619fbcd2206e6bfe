/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** Acts as the media library of a CMS: takes a file as the body, and its name in the header Content-Disposition. */
export class MediaLibrary extends Receiver {
	/** By the path of the request. */
	readonly uploads = new Map<string, { readonly name: string | undefined; readonly bytes: Buffer }>();

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		const [, plain, encoded] =
			/filename="([^"]*)"|filename\*=UTF-8''(.*)/.exec(request.headers['content-disposition'] ?? '') ?? [];
		const name = encoded === undefined ? plain : decodeURIComponent(encoded);
		this.uploads.set(request.url ?? '', { name, bytes: await buffer(request) });
		return { status: 201, body: {} };
	}
}
