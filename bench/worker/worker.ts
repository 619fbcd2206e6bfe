/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the benchmark, not part of the node */
import process from 'node:process';
import type { ICredentialType, INodeType, IRun, IVersionedNodeType } from 'n8n-workflow';

import type { Address, Contender, Job, Measured } from '../job';
import { promptOf } from '../job';
import type { Flow } from './flow';
import { Engine } from './flow';
import { runFloor } from './floor';
import { profiled } from './profile';
import { subjectOf } from './subject';

/** The package as it was built, beside this code. */
const PACKAGE = '../../package';

const HTTP_REQUEST = 'n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node';

/** Every process loads all of them, so that their sources weigh alike in each peak of memory. */
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

const flowOf = (job: Job, contender: Contender, items: number, address: Address): Flow => ({
	subject: subjectOf(contender, job, address),
	settings: job.settings,
	items: Array.from({ length: items }, (_, itemIndex) => ({ json: { prompt: promptOf(itemIndex) } })),
	address,
});

const deliveredOf = ({ data }: IRun): number =>
	(data.resultData.runData.Next?.at(-1)?.data?.main?.[0] ?? []).filter(({ binary }) => binary !== undefined)
		.length;

async function runFlows(engine: Engine, job: Job): Promise<number> {
	let delivered = 0;
	for (let round = 0; round < job.flows; round += 1) {
		const flow = flowOf(job, job.contender, job.items, job.address);
		let run = await engine.run(flow);
		for (let retry = 0; retry < job.retriesByHand && run.data.resultData.error !== undefined; retry += 1) {
			run = await engine.retry(run, flow);
		}
		delivered += deliveredOf(run);
	}
	return delivered;
}

/** Makes one image, and says why when it can't: figures of a package that does not work would be worth nothing. */
async function warmUp(engine: Engine, job: Job, contender: Contender): Promise<void> {
	const run = await engine.run(flowOf(job, contender, 1, job.warmUp));
	if (deliveredOf(run) === 1) return;
	throw new Error(`${contender} made no image: ${run.data.resultData.error?.message ?? 'nothing is said'}`);
}

async function measure(work: () => Promise<number>): Promise<Measured> {
	const began = process.cpuUsage();
	const started = performance.now();
	const delivered = await work();
	const milliseconds = performance.now() - started;
	const { user, system } = process.cpuUsage(began);
	// maxRSS is in kilobytes, and cpuUsage in microseconds.
	const peakBytes = process.resourceUsage().maxRSS * 1024;
	return { milliseconds, cpu: (user + system) / 1000, peakBytes, delivered };
}

async function run(job: Job): Promise<Measured> {
	if (job.contender === 'floor') {
		await runFloor({ ...job, items: 1, atOnce: 1, address: job.warmUp });
		return await measure(async () => await runFloor(job));
	}
	const engine = await startEngine();
	try {
		await warmUp(engine, job, 'http');
		if (job.contender !== 'empty') await warmUp(engine, job, job.contender);
		const work = async (): Promise<number> => await runFlows(engine, job);
		if (job.profiled !== true) return await measure(work);
		const { result, profile } = await profiled(async () => await measure(work));
		return { ...result, profile };
	} finally {
		await engine.stop();
	}
}

process.once('message', (job: Job) => {
	void run(job).then((measured) => process.send?.(measured, () => process.exit(0)));
});
