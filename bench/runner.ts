/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- a command with processes of its own, not part of the node */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { NEWEST } from '../test/e2e/places';
import type { Address, Behaviour, Job, Measured, Result, ToServer, Witnessed } from './job';
import type { Stage } from './stage';
import { setStage } from './stage';

/** A job before it is known where the emulator answers. */
export type Task = Omit<Job, 'address' | 'warmUp'>;

/** The next message of a process, or its end as an error. */
async function answerOf(child: ChildProcess, name: string): Promise<unknown> {
	const answered = new AbortController();
	const { signal } = answered;
	const ended = once(child, 'exit', { signal }).then(([code]) => {
		throw new Error(`${name} ended with ${String(code)}`);
	});
	const [first] = await Promise.race([once(child, 'message', { signal }), ended]);
	ended.catch(() => undefined);
	answered.abort();
	return first;
}

/** Runs jobs, one after the other, each in a process of its own against an emulator in another process. */
export class Runner {
	private constructor(
		private readonly stage: Stage,
		private readonly server: ChildProcess,
		private readonly warmUp: Address,
	) {}

	static async start(): Promise<Runner> {
		const stage = await setStage();
		const server = fork(join('bench', 'server.ts'), [], { execArgv: ['--import', 'tsx'] });
		return new Runner(stage, server, (await answerOf(server, 'the server')) as Address);
	}

	async stop(): Promise<void> {
		this.server.disconnect();
		await this.stage.remove();
	}

	async run(task: Task, behaviour: Behaviour): Promise<Result> {
		const address = (await this.ask({ open: behaviour })) as Address;
		const child = this.fork(this.stage.worker);
		child.send({ ...task, address, warmUp: this.warmUp } satisfies Job);
		const measured = (await answerOf(child, task.contender)) as Measured;
		const witnessed = (await this.ask({ close: true })) as Witnessed;
		return { ...measured, ...witnessed };
	}

	/** Milliseconds that the package takes to load in an n8n that is up. */
	async load(): Promise<number> {
		return (await answerOf(this.fork(this.stage.loading), 'loading')) as number;
	}

	private fork(script: string): ChildProcess {
		return fork(script, [], { execPath: NEWEST.node, execArgv: [], env: this.stage.env });
	}

	private async ask(message: ToServer): Promise<unknown> {
		this.server.send(message);
		return await answerOf(this.server, 'the server');
	}
}
