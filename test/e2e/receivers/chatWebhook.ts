/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** Acts as the incoming webhook of a chat: takes JSON with a text, at a secret address. */
export class ChatWebhook extends Receiver {
	readonly messages: string[] = [];

	private readonly path = `/services/${randomUUID()}`;

	get url(): string {
		return `${this.origin}${this.path}`;
	}

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		if (request.url !== this.path) return { status: 404, body: { error: 'no_service' } };
		const { text } = (await json(request)) as { readonly text?: unknown };
		if (typeof text !== 'string' || text === '') return { status: 400, body: { error: 'no_text' } };
		this.messages.push(text);
		return { status: 200, body: { ok: true } };
	}
}
