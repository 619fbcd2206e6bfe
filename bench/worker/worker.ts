/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the benchmark, not part of the node */
import process from 'node:process';
import type { ICredentialType, INodeType, IRun, IVersionedNodeType } from 'n8n-workflow';
import { Pool } from 'undici';

import type { Address, Contender, Job, WorkerStats } from '../types';
import { promptOf } from '../types';
import type { Run } from './engine';
import { Engine } from './engine';
import { measure, measureEventLoop, measureWithProfile } from './measure';
import { MODEL_PATH, nodeOf } from './nodes';

/** The built package, beside this code. */
const PACKAGE = '../../package';

const HTTP_REQUEST = 'n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node';

/** Every process loads all node types, so that their code counts alike in each peak of memory. */
async function startEngine(): Promise<Engine> {
	const {
		Segmind,
		SegmindApi,
	}: Record<'Segmind', new () => INodeType> & Record<'SegmindApi', new () => ICredentialType> = await import(
		PACKAGE
	);
	const { HttpRequest }: { HttpRequest: new () => IVersionedNodeType } = await import(HTTP_REQUEST);
	const { SegmindDeclarative } = await import('../declarative/SegmindDeclarative.node');
	const types = {
		'n8n-nodes-segmind.segmind': new Segmind(),
		'n8n-nodes-base.httpRequest': new HttpRequest(),
		segmindDeclarative: new SegmindDeclarative(),
	};
	return await Engine.start(types, new SegmindApi());
}

const runOf = (job: Job, contender: Contender, items: number, server: Address): Run => ({
	node: { ...nodeOf(contender, job, server), ...job.settings },
	items: Array.from({ length: items }, (_, itemIndex) => ({ json: { prompt: promptOf(itemIndex) } })),
	server,
});

const deliveredBy = ({ data }: IRun): number =>
	(data.resultData.runData.Next?.at(-1)?.data?.main?.[0] ?? []).filter(({ binary }) => binary !== undefined)
		.length;

const isFailed = ({ data }: IRun): boolean => data.resultData.error !== undefined;

/** @returns images delivered by all runs */
async function runAll(engine: Engine, job: Job): Promise<number> {
	let delivered = 0;
	for (let count = 0; count < job.runs; count += 1) {
		const run = runOf(job, job.contender, job.items, job.emulator);
		let ended = await engine.run(run);
		for (let retry = 0; retry < job.manualRetries && isFailed(ended); retry += 1) {
			ended = await engine.retry(Engine.toStored(ended), run);
		}
		delivered += deliveredBy(ended);
	}
	return delivered;
}

/** The event loop during a run that fails, and during its retry. */
async function runAndRetry(engine: Engine, job: Job): Promise<WorkerStats> {
	const options = runOf(job, job.contender, job.items, job.emulator);
	let ended: IRun | undefined;
	const run = await measureEventLoop(async () => {
		ended = await engine.run(options);
	});
	const stored = Engine.toStored(ended!);
	let delivered = 0;
	const retry = await measureEventLoop(async () => {
		delivered = deliveredBy(await engine.retry(stored, options));
	});
	const stats = await measure(async () => delivered);
	return { ...stats, blocks: { run, retry } };
}

/** undici and nothing else: each body is read and dropped. No node can be faster. */
async function runFloor(emulator: Address, items: number, concurrency: number): Promise<number> {
	const pool = new Pool(emulator.baseUrl, { connections: concurrency });
	const indexes = Array.from({ length: items }, (_, index) => index).values();
	const work = async (): Promise<void> => {
		for (const index of indexes) {
			const { statusCode, body } = await pool.request({
				path: MODEL_PATH,
				method: 'POST',
				headers: { 'x-api-key': emulator.apiKey, 'content-type': 'application/json' },
				body: JSON.stringify({ prompt: promptOf(index) }),
			});
			await body.dump({ limit: Number.MAX_SAFE_INTEGER });
			if (statusCode !== 200) throw new Error(`the emulator responded with ${statusCode}`);
		}
	};
	await Promise.all(Array.from({ length: concurrency }, work));
	await pool.close();
	return items;
}

/** @throws {Error} when no image is made: figures of a package that does not work are worth nothing */
async function warmUp(engine: Engine, job: Job, contender: Contender): Promise<void> {
	const ended = await engine.run(runOf(job, contender, 1, job.warmUp));
	if (deliveredBy(ended) === 1) return;
	throw new Error(`${contender} made no image: ${ended.data.resultData.error?.message ?? 'no message'}`);
}

async function run(job: Job): Promise<WorkerStats> {
	if (job.contender === 'floor') {
		await runFloor(job.warmUp, 1, 1);
		return await measure(async () => await runFloor(job.emulator, job.items, job.concurrency));
	}
	const engine = await startEngine();
	try {
		await warmUp(engine, job, 'http');
		if (job.contender !== 'empty') await warmUp(engine, job, job.contender);
		if (job.mode === 'blocks') return await runAndRetry(engine, job);
		const work = async (): Promise<number> => await runAll(engine, job);
		return await (job.mode === 'profile' ? measureWithProfile(work) : measure(work));
	} finally {
		await engine.stop();
	}
}

/** Milliseconds that the package takes to load beside n8n, which is loaded by now. */
async function loadTime(): Promise<number> {
	const started = performance.now();
	await import(PACKAGE);
	return performance.now() - started;
}

const reply = (message: unknown): void => {
	process.send?.(message, () => process.exit(0));
};

if (process.argv[2] === 'load') void loadTime().then(reply);
else process.once('message', (job: Job) => void run(job).then(reply));
