/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the benchmark, not part of the node */
import process from 'node:process';
import type { ICredentialType, INodeType, IRun, IVersionedNodeType } from 'n8n-workflow';
import type { Dispatcher } from 'undici';
import { Pool } from 'undici';

import type { Address, Contender, Job, WorkerStats } from '../types';
import { promptOf } from '../types';
import type { Run } from './engine';
import { Engine } from './engine';
import { measure, measureEventLoop, measureWithProfile } from './measure';
import { EDIT_PATH, MODEL_PATH, nodeOf, UPLOAD_PATH } from './nodes';
import { Picture } from './picture';

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

async function runOf(job: Job, contender: Contender, count: number, server: Address): Promise<Run> {
	const items = Array.from({ length: count }, (_, itemIndex) => ({ json: { prompt: promptOf(itemIndex) } }));
	return {
		node: { ...nodeOf(contender, job, server), ...job.settings },
		items: job.pictureBytes === undefined ? items : await Engine.storePictures(items, job.pictureBytes),
		server,
	};
}

const deliveredBy = ({ data }: IRun): number =>
	(data.resultData.runData.Next?.at(-1)?.data?.main?.[0] ?? []).filter(({ binary }) => binary !== undefined)
		.length;

const isFailed = ({ data }: IRun): boolean => data.resultData.error !== undefined;

/** @returns images delivered by all runs */
async function runAll(engine: Engine, job: Job, run: Run): Promise<number> {
	let delivered = 0;
	for (let count = 0; count < job.runs; count += 1) {
		let ended = await engine.run(run);
		for (let retry = 0; retry < job.manualRetries && isFailed(ended); retry += 1) {
			ended = await engine.retry(Engine.toStored(ended), run);
		}
		delivered += deliveredBy(ended);
	}
	return delivered;
}

/** The event loop during a run that fails, and during its retry or the next execution. */
async function runTwice(engine: Engine, { mode }: Job, run: Run): Promise<WorkerStats> {
	let ended: IRun | undefined;
	const first = await measureEventLoop(async () => {
		ended = await engine.run(run);
	});
	const stored = Engine.toStored(ended!);
	const second = await measureEventLoop(async () => {
		ended = mode === 'again' ? await engine.run(run) : await engine.retry(stored, run);
	});
	const stats = await measure(async () => deliveredBy(ended!));
	return { ...stats, blocks: [first, second] };
}

/** undici and nothing else: each body is read and dropped. No node can be faster. */
function floorOf(
	{ concurrency, pictureBytes }: Job,
	emulator: Address,
	items: number,
): () => Promise<number> {
	const pool = new Pool(emulator.baseUrl, { connections: concurrency });
	const indexes = Array.from({ length: items }, (_, index) => index).values();
	const post = async (path: string, content: object): Promise<Dispatcher.ResponseData['body']> => {
		const { statusCode, body } = await pool.request({
			path,
			method: 'POST',
			headers: { 'x-api-key': emulator.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify(content),
		});
		if (statusCode !== 200) throw new Error(`the emulator responded with ${statusCode}`);
		return body;
	};
	const upload = async (picture: Buffer): Promise<string | undefined> => {
		const dataUrl = `data:image/png;base64,${picture.toString('base64')}`;
		const answer = await (await post(UPLOAD_PATH, { data_urls: [dataUrl] })).json();
		return (answer as { file_urls: string[] }).file_urls[0];
	};
	const picture = pictureBytes === undefined ? undefined : new Picture(pictureBytes);
	const makeSome = async (): Promise<void> => {
		for (const index of indexes) {
			const prompt = promptOf(index);
			const body =
				picture === undefined
					? await post(MODEL_PATH, { prompt })
					: await post(EDIT_PATH, { prompt, input_image: await upload(picture.numbered(index)) });
			await body.dump({ limit: Number.MAX_SAFE_INTEGER });
		}
	};
	return async () => {
		await Promise.all(Array.from({ length: concurrency }, makeSome));
		await pool.close();
		return items;
	};
}

/** @throws {Error} when no image is made: figures of a package that does not work are worth nothing */
async function warmUp(engine: Engine, job: Job, contender: Contender): Promise<void> {
	const ended = await engine.run(await runOf(job, contender, 1, job.warmUp));
	if (deliveredBy(ended) === 1) return;
	throw new Error(`${contender} made no image: ${ended.data.resultData.error?.message ?? 'no message'}`);
}

async function run(job: Job): Promise<WorkerStats> {
	if (job.contender === 'floor') {
		await floorOf(job, job.warmUp, 1)();
		return await measure(floorOf(job, job.emulator, job.items));
	}
	const engine = await startEngine();
	try {
		await warmUp(engine, job, 'http');
		if (job.contender !== 'empty') await warmUp(engine, job, job.contender);
		const planned = await runOf(job, job.contender, job.items, job.emulator);
		if (job.mode === 'blocks' || job.mode === 'again') return await runTwice(engine, job, planned);
		const work = async (): Promise<number> => await runAll(engine, job, planned);
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
