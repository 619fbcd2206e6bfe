/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends, beside the tests */
import { randomUUID } from 'node:crypto';
import { json } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';

import type { Answer } from './loopback';
import { Loopback } from './loopback';

/** Plays the incoming webhook of a chat: it takes JSON with a text, at an address that only its owner knows. */
export class ChatWebhook {
	readonly messages: string[] = [];

	private readonly path = `/services/${randomUUID()}`;

	private constructor(private loopback: Loopback | undefined) {}

	static async start(): Promise<ChatWebhook> {
		const webhook = new ChatWebhook(undefined);
		webhook.loopback = await Loopback.start(async (request) => await webhook.take(request));
		return webhook;
	}

	get url(): string {
		return `${this.loopback?.url}${this.path}`;
	}

	async close(): Promise<void> {
		await this.loopback?.close();
	}

	private async take(request: IncomingMessage): Promise<Answer> {
		if (request.url !== this.path) return { status: 404, body: { error: 'no_service' } };
		const { text } = (await json(request)) as { readonly text?: unknown };
		if (typeof text !== 'string' || text === '') return { status: 400, body: { error: 'no_text' } };
		this.messages.push(text);
		return { status: 200, body: { ok: true } };
	}
}
