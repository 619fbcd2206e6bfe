/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command for the terminal, not part of the node */
// Runs many executions in one process: memory, files and handles must not grow, and every paid image must arrive once.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { INode, INodeType } from 'n8n-workflow';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import { Engine } from '../engine/engine';

/**
 * MB that the heap may grow from the first third of the executions to the last. V8's compiled code and caches take less
 * than 1 MB here. Three leaked images take more than the limit, and so does a leak of 3 kB with each of 2,000.
 */
const HEAP_GROWTH = 4;

/** Milliseconds in which closed connections disappear. */
const SETTLE = 1000;

const AT_ONCE = { 'retry-after': '0' };

/** Faults of single images, and whether the image is delivered and paid. The request history settles lost responses. */
const FAULTS: ReadonlyArray<readonly [fault: Fault, delivered: boolean, paid: boolean]> = [
	[{ status: 503, body: { error: 'busy' }, headers: AT_ONCE }, true, true],
	[{ status: 429, body: { error: 'slow down' }, headers: AT_ONCE }, true, true],
	[{ status: 422, body: { error: 'Blocked by the content filter' } }, false, false],
	[{ status: 200, body: { error: 'no image' } }, true, true],
	[{ status: 504, body: '<html>Gateway Time-out</html>', billed: true }, true, true],
	[{ cut: 500 }, true, true],
	[{ reset: true, billed: false, listed: true }, true, true],
];

/** Two ways to go on after an error, and n8n's second try, which gets what the first one paid from the ledger. */
const SETTINGS: ReadonlyArray<Partial<INode>> = [
	{ onError: 'continueRegularOutput' },
	{ onError: 'continueErrorOutput' },
	{ onError: 'stopWorkflow', retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
];

/** Runs one execution, and checks that each paid image is delivered once, except those that a fault lost. */
async function run(engine: Engine, emulator: Emulator, picture: Buffer, index: number, images: number) {
	const node = SETTINGS[index % SETTINGS.length]!;
	const faults = node.retryOnFail ? FAULTS.slice(0, 3) : FAULTS;
	// A second try has no faults, so there all are delivered and paid.
	const countOf = (outcome: 1 | 2): number =>
		images - (node.retryOnFail ? 0 : faults.filter((fault) => !fault[outcome]).length);
	const prompts = Array.from({ length: images }, (_, image) => `image ${image}.`);
	emulator.reset();
	faults.forEach(([fault], image) => emulator.inject({ ...fault, prompt: prompts[image]! }));
	const { items, errorOutput, error } = await engine.run({
		credential: { apiKey: emulator.key, baseUrl: emulator.url },
		items: prompts.map((prompt) => ({ json: { prompt } })),
		node,
		parameters: { prompt: '={{ $json.prompt }}' },
	});
	assert.equal(error, undefined);
	assert.equal(items.length + errorOutput.length, images);
	const delivered = items.filter(({ binary }) => binary !== undefined);
	for (const item of delivered) assert.ok((await engine.read(item)).equals(picture));
	assert.deepEqual([delivered.length, emulator.paid], [countOf(1), countOf(2)]);
	const lost = prompts.filter((_, image) => !node.retryOnFail && faults[image]?.[1] === false);
	const paid = emulator.requests.filter((request) => request.paid).map(({ body }) => body);
	assert.deepEqual(
		delivered.map(({ json }) => `${String(json.prompt)} ${String(json.seed)}`).sort(),
		paid
			.filter(({ prompt }) => !lost.includes(String(prompt)))
			.map(({ prompt, seed }) => `${String(prompt)} ${String(seed)}`)
			.sort(),
	);
	await engine.deleteFiles();
	return delivered.length;
}

/** Bytes of objects and buffers that are left after garbage collection. */
async function heapSize(): Promise<number> {
	assert.ok(gc, 'start node with --expose-gc');
	// The second collection frees what the first one finalized.
	await gc({ type: 'major', execution: 'async' });
	await gc({ type: 'major', execution: 'async' });
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

/** MB by which the last third of the values is above the first, on average. */
function growth(values: readonly number[]): number {
	const third = Math.floor(values.length / 3);
	const sum = (some: readonly number[]): number => some.reduce((total, value) => total + value, 0);
	return (sum(values.slice(-third)) - sum(values.slice(0, third))) / third / 1_000_000;
}

async function filesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
	const [executions, images] = values.quick ? [9, 20] : [20, 100];
	const folder = await mkdtemp(join(tmpdir(), 'segmind-soak-'));
	process.env.TMPDIR = folder;
	// Noise, which no format compresses.
	const noise = sharp(randomBytes(700 * 700 * 3), { raw: { width: 700, height: 700, channels: 3 } });
	const picture = await noise.png().toBuffer();
	const { Segmind }: { Segmind: new () => INodeType } = await import(join(process.cwd(), 'index.js'));
	const engine = await Engine.start(new Segmind());
	const handles = process.getActiveResourcesInfo().sort();
	const emulator = await Emulator.start({ credits: 1_000_000, picture });
	// n8n and the node load modules and fill caches in their first executions.
	for (const index of SETTINGS.keys()) await run(engine, emulator, picture, index, 10);
	const files = await filesBelow(folder);
	const heaps: number[] = [];
	let delivered = 0;
	for (let index = 0; index < executions; index += 1) {
		delivered += await run(engine, emulator, picture, index, images);
		heaps.push(await heapSize());
	}
	await emulator.close();
	await wait(SETTLE);
	console.log(`${executions * images} images in ${executions} executions, ${delivered} delivered.`);
	console.log(`Heap growth: ${growth(heaps).toFixed(1)} MB of at most ${HEAP_GROWTH} MB.`);
	assert.ok(growth(heaps) <= HEAP_GROWTH);
	assert.deepEqual(await filesBelow(folder), files);
	assert.deepEqual(process.getActiveResourcesInfo().sort(), handles);
	await engine.stop();
	await rm(folder, { recursive: true });
}

void main();
