/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- a command with processes of its own, not part of the node */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

import { NEWEST } from '../test/e2e/places';
import type { Address, Job, Result, ServerMessage, ServerOptions, ServerStats, WorkerStats } from './types';

/** A job before its emulator is started. */
export type Task = Omit<Job, 'emulator' | 'warmUp'>;

const WORKER = 'worker/worker';

/** Milliseconds between two looks at what is paid. */
const COUNT_EVERY = 10;

/** Runs on n8n's own Node, without a loader that would add to its memory. */
const COMPILED = [
	'types',
	'declarative/SegmindDeclarative.node',
	'worker/engine',
	'worker/nodes',
	'worker/measure',
	'worker/picture',
	WORKER,
];

/** The next message of a process, or an error when it ends without one. */
async function messageFrom(child: ChildProcess, name: string): Promise<unknown> {
	const received = new AbortController();
	const { signal } = received;
	const ended = once(child, 'exit', { signal }).then(([code]) => {
		throw new Error(`${name} ended with ${String(code)}`);
	});
	const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
	ended.catch(() => undefined);
	received.abort();
	return message;
}

async function compile(source: string, folder: string): Promise<void> {
	const target = join(folder, 'bench', `${source}.js`);
	const { outputText } = transpileModule(await readFile(join('bench', `${source}.ts`), 'utf8'), {
		compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
	});
	await mkdir(dirname(target), { recursive: true });
	await writeFile(target, outputText);
}

/**
 * Puts the built package and the compiled workers in a folder outside the project. From there modules are found as
 * n8n's community nodes find them, in n8n's own folder.
 */
async function prepareFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'segmind-bench-'));
	for (const part of ['dist', 'index.js', 'package.json']) {
		await cp(part, join(folder, 'package', part), { recursive: true });
	}
	await Promise.all(COMPILED.map(async (source) => await compile(source, folder)));
	return folder;
}

/** Runs jobs one after the other, each in a process of its own, against an emulator in another process. */
export class Runner {
	private constructor(
		private readonly folder: string,
		private readonly server: ChildProcess,
		private readonly warmUp: Address,
		private readonly onDone: () => void,
	) {}

	/** @param onDone is called after each job */
	static async start(onDone: () => void): Promise<Runner> {
		const folder = await prepareFolder();
		const server = fork(join('bench', 'server.ts'), [], { execArgv: ['--import', 'tsx'] });
		return new Runner(folder, server, (await messageFrom(server, 'the server')) as Address, onDone);
	}

	async stop(): Promise<void> {
		this.server.disconnect();
		await rm(this.folder, { recursive: true, force: true });
	}

	/** @param killAfter kills a first process of the same task as soon as so many images are paid */
	async run(task: Task, options: ServerOptions, killAfter = 0): Promise<Result> {
		const emulator = (await this.ask({ open: options })) as Address;
		const job: Job = { ...task, emulator, warmUp: this.warmUp };
		if (killAfter > 0) await this.runAndKill(job, killAfter);
		const child = this.forkWorker();
		child.send(job);
		const measured = (await messageFrom(child, task.contender)) as WorkerStats;
		const counted = (await this.ask({ close: true })) as ServerStats;
		this.onDone();
		return { ...measured, ...counted };
	}

	private async runAndKill(job: Job, killAfter: number): Promise<void> {
		const child = this.forkWorker();
		const ended = once(child, 'exit');
		child.send(job);
		while (((await this.ask({ count: true })) as ServerStats).paid < killAfter) await wait(COUNT_EVERY);
		child.kill('SIGKILL');
		const [code] = await ended;
		if (code !== null) throw new Error(`${job.contender} ended before it was killed`);
	}

	/** Milliseconds that the package takes to load in a running n8n. */
	async loadTime(): Promise<number> {
		const milliseconds = (await messageFrom(this.forkWorker('load'), 'load')) as number;
		this.onDone();
		return milliseconds;
	}

	private forkWorker(...args: string[]): ChildProcess {
		return fork(join(this.folder, 'bench', `${WORKER}.js`), args, {
			execPath: NEWEST.node,
			execArgv: [],
			// A killed process leaves its files, which go with this folder.
			env: { ...process.env, NODE_PATH: join(NEWEST.folder, 'node_modules'), TMPDIR: this.folder },
		});
	}

	private async ask(message: ServerMessage): Promise<unknown> {
		this.server.send(message);
		return await messageFrom(this.server, 'the server');
	}
}
