/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends, beside the tests */
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';

/** What a receiver answers, as JSON. */
export interface Answer {
	readonly status: number;
	readonly body: object;
}

/** An HTTP server on a free port of loopback. */
export class Loopback {
	private constructor(private readonly server: Server) {}

	static async start(answer: (request: IncomingMessage) => Promise<Answer>): Promise<Loopback> {
		const server = createServer((request, response) => {
			void answer(request)
				.catch((reason: unknown) => ({ status: 500, body: { error: String(reason) } }))
				.then(async ({ status, body }) => {
					// An answer before the end of the upload would break the connection on a sender that is not done.
					await finished(request.resume(), { writable: false }).catch(() => response.destroy());
					response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
				});
		});
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return new Loopback(server);
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}
}
