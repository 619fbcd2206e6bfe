/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- the soak test starts its server, not part of the node */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

import type { Fault } from '../emulator/fault';
import type { Asked, Told } from './server';

/** The emulator in a process of its own, so that its memory is not taken for the node's. */
export class Stand {
	private constructor(
		private readonly child: ChildProcess,
		readonly credential: { readonly apiKey: string; readonly baseUrl: string },
	) {}

	static async start(): Promise<Stand> {
		const child = fork(join(process.cwd(), 'test', 'soak', 'server.ts'), [], {
			execArgv: ['--import', 'tsx'],
		});
		const told = await next(child);
		if (told.kind !== 'started') throw new Error(`the server told ${told.kind}`);
		return new Stand(child, { apiKey: told.key, baseUrl: told.url });
	}

	async order(faults: readonly Fault[]): Promise<void> {
		await this.ask({ kind: 'order', faults });
	}

	/** Images that were paid, requests for images, and those that are still open. */
	async ledger(): Promise<{ paid: number; requests: number; inFlight: number }> {
		const told = await this.ask({ kind: 'ledger' });
		if (told.kind !== 'ledger') throw new Error(`the server told ${told.kind}`);
		return told;
	}

	async stop(): Promise<void> {
		const ended = once(this.child, 'exit');
		this.child.disconnect();
		await ended;
	}

	private async ask(asked: Asked): Promise<Told> {
		const told = next(this.child);
		this.child.send(asked);
		return await told;
	}
}

async function next(child: ChildProcess): Promise<Told> {
	const [told] = await once(child, 'message');
	return told as Told;
}
