/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** Acts as a service that takes a post as JSON, and fetches its picture from the link in it. */
export class LinkTaker extends Receiver {
	readonly posts: Array<{ readonly text: string; readonly link: string; readonly picture: Buffer }> = [];

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		const { image_url: link, text } = (await json(request)) as { image_url: string; text: string };
		const response = await fetch(link);
		if (!response.ok) return { status: 400, body: { error: 'no picture there' } };
		this.posts.push({ text, link, picture: Buffer.from(await response.arrayBuffer()) });
		return { status: 200, body: { ok: true } };
	}
}
