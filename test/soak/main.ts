/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- a command for the terminal, not part of the node */
// Runs many executions in one process: memory, files and handles must not grow, and every image must arrive.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { INodeType } from 'n8n-workflow';

import { Engine } from '../engine/engine';
import type { Planned } from './executions';
import { plan } from './executions';

/** The state of the process after garbage collection. */
interface Sample {
	/** Bytes of objects and buffers. */
	readonly heap: number;
	/** Bytes of the process, with what its allocators keep for later. */
	readonly rss: number;
	/** Files below the folder for temporary files. */
	readonly files: number;
}

/** A measured value with its limit, if it has one. */
interface Figure {
	readonly measured: number;
	readonly limit?: number;
}

/**
 * MB that the heap may grow from the first third of the executions to the last. V8's compiled code and caches take less
 * than 1 MB here. Two leaked large images take more than the limit, and so does a leak of 3 kB with each of 2,000.
 */
const HEAP_GROWTH = 4;

/**
 * MB that the process may grow, likewise, which finds leaks outside the heap. It is twenty large images, because
 * allocators keep memory. The command limits V8's young generation to 4 MB, since that grows by as much as this.
 */
const RESIDENT_GROWTH = 40;

/** Milliseconds in which closed connections disappear. */
const SETTLE = 1000;

async function filesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** The kinds of resources that keep this process alive, and how many there are of each. */
function openHandles(): string {
	const kinds = process.getActiveResourcesInfo().sort();
	return [...new Set(kinds)]
		.map((kind) => `${kinds.filter((each) => each === kind).length} ${kind}`)
		.join(', ');
}

/** @throws when node was started without --expose-gc */
async function takeSample(folder: string): Promise<Sample> {
	if (gc === undefined) throw new Error('start node with --expose-gc');
	const files = (await filesBelow(folder)).length;
	// The second collection frees what the first one finalized.
	await gc({ type: 'major', execution: 'async' });
	await gc({ type: 'major', execution: 'async' });
	const { heapUsed, external, rss } = process.memoryUsage();
	return { heap: heapUsed + external, rss, files };
}

const inMB = (bytes: number): number => Number((bytes / 1_000_000).toFixed(1));

const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** MB by which the last third of the samples is above the first, on average. */
function growth(values: readonly number[]): number {
	const third = Math.floor(values.length / 3);
	return inMB(mean(values.slice(-third)) - mean(values.slice(0, third)));
}

function figuresOf(before: Sample, samples: readonly Sample[], after: Sample): Record<string, Figure> {
	const [heaps, sizes] = [samples.map(({ heap }) => heap), samples.map(({ rss }) => rss)];
	return {
		'heap growth (MB)': { measured: growth(heaps), limit: HEAP_GROWTH },
		'heap before the first image (MB)': { measured: inMB(before.heap) },
		'heap after the last image (MB)': { measured: inMB(after.heap) },
		'resident memory growth (MB)': { measured: growth(sizes), limit: RESIDENT_GROWTH },
		'largest resident memory (MB)': { measured: inMB(Math.max(...sizes)) },
		'more files than before': { measured: after.files - before.files, limit: 0 },
	};
}

/** Runs one execution, and returns what is wrong with it. */
async function run(
	engine: Engine,
	credential: { readonly apiKey: string; readonly baseUrl: string },
	{ prompts, node, delivered }: Planned,
): Promise<string[]> {
	const { items, errorOutput, error } = await engine.run({
		credential,
		items: prompts.map((prompt) => ({ json: { prompt } })),
		node,
		parameters: { prompt: '={{ $json.prompt }}' },
	});
	const images = items.filter(({ binary }) => binary !== undefined);
	const wrong: string[] = [];
	if (error !== undefined) wrong.push(`stopped: ${error.message}`);
	if (images.length !== delivered) wrong.push(`${images.length} images instead of ${delivered}`);
	const missing = prompts.length - items.length - errorOutput.length;
	if (missing !== 0) wrong.push(`${missing} items are missing`);
	for (const image of images) {
		const bytes = await engine.read(image);
		if (bytes.length !== image.json.fileSize) wrong.push(`${String(image.json.fileName)} is incomplete`);
	}
	await engine.deleteFiles();
	return wrong;
}

async function soak(executions: number, count: number) {
	const folder = await mkdtemp(join(tmpdir(), 'segmind-soak-'));
	const script = join(process.cwd(), 'test', 'soak', 'server.ts');
	const server = fork(script, [], { execArgv: ['--import', 'tsx'] });
	const [credential] = (await once(server, 'message')) as [{ apiKey: string; baseUrl: string }];
	const inject = async (faults: Planned['faults']): Promise<{ paid: number; requests: number }> => {
		server.send(faults);
		const [totals] = (await once(server, 'message')) as [{ paid: number; requests: number }];
		return totals;
	};
	// After the server's start, whose own temporary files do not count.
	process.env.TMPDIR = folder;
	const { Segmind }: { Segmind: new () => INodeType } = await import(join(process.cwd(), 'index.js'));
	const engine = await Engine.start(new Segmind());
	const wrong: string[] = [];
	const runPlanned = async (planned: Planned): Promise<void> => {
		await inject(planned.faults);
		wrong.push(...(await run(engine, credential, planned)));
	};
	// n8n and the node load modules and fill caches in their first executions.
	const [warmUp, all] = [plan(4, 10), plan(executions, count)];
	for (const planned of warmUp) await runPlanned(planned);
	await wait(SETTLE);
	const before = { sample: await takeSample(folder), handles: openHandles() };
	const samples: Sample[] = [];
	for (const planned of all) {
		await runPlanned(planned);
		samples.push(await takeSample(folder));
		if (process.stderr.isTTY) process.stderr.write(`\r${samples.length * count} images `);
	}
	await wait(SETTLE);
	const { paid, requests } = await inject([]);
	const after = { sample: await takeSample(folder), handles: openHandles() };
	const expected = [...warmUp, ...all].reduce((sum, planned) => sum + planned.paid, 0);
	if (paid !== expected) wrong.push(`${paid} images were paid instead of ${expected}`);
	if (before.handles !== after.handles) {
		wrong.push(`open before: ${before.handles}; open after: ${after.handles}`);
	}
	server.disconnect();
	await once(server, 'exit');
	await engine.stop();
	const left = await filesBelow(folder);
	if (left.length > 0) wrong.push(`files left over: ${left.join(', ')}`);
	await rm(folder, { recursive: true, force: true });
	const delivered = all.reduce((sum, planned) => sum + planned.delivered, 0);
	const done = `${executions} executions, ${executions * count} images requested, ${delivered} delivered; with the warm-up ${paid} paid in ${requests} requests`;
	return { figures: figuresOf(before.sample, samples, after.sample), wrong, done };
}

async function main(): Promise<void> {
	const flag = { type: 'boolean', default: false } as const;
	const { values } = parseArgs({ options: { quick: flag, json: flag } });
	const started = performance.now();
	const { figures, wrong, done } = await (values.quick ? soak(10, 20) : soak(20, 100));
	const seconds = Math.round((performance.now() - started) / 1000);
	if (values.json) {
		console.log(JSON.stringify({ node: process.version, seconds, done, figures, wrong }, null, 2));
	} else {
		console.table(figures);
		console.log(`${done}\nNode ${process.version}, ${seconds} s`);
	}
	for (const [name, { measured, limit = Infinity }] of Object.entries(figures)) {
		if (measured > limit) wrong.push(`too much: ${name}`);
	}
	for (const complaint of wrong) console.error(`✗ ${complaint}`);
	process.exitCode = wrong.length === 0 ? 0 : 1;
}

void main();
