/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';

/** A response: an object goes as JSON, text as a stream of events. */
export interface Reply {
	readonly status: number;
	readonly body: object | string;
}

/** An HTTP server on a free local port, which acts as a service that n8n sends to. */
export abstract class Receiver {
	private readonly server = createServer((request, response) => {
		void this.replyTo(request)
			.catch((reason: unknown): Reply => ({ status: 500, body: { error: String(reason) } }))
			.then(async ({ status, body }) => {
				// A response before the end of the upload would break the connection of a sender that is not done.
				await finished(request.resume(), { writable: false }).catch(() => response.destroy());
				const type = typeof body === 'string' ? 'text/event-stream' : 'application/json';
				response.writeHead(status, { 'content-type': type });
				response.end(typeof body === 'string' ? body : JSON.stringify(body));
			});
	});

	async start(): Promise<this> {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		return this;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	protected abstract replyTo(request: IncomingMessage): Promise<Reply>;
}
