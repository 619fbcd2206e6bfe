/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command for the terminal, not part of the node */
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { INodeType } from 'n8n-workflow';

import { Engine } from '../engine/engine';
import type { Figure } from './figures';
import { figuresOf } from './figures';
import type { Sample } from './sample';
import { filesBelow, handlesNow, takeSample } from './sample';
import { Stand } from './stand';
import type { Work } from './work';
import { workOf } from './work';

/** What a soak came to. */
interface Soaked {
	readonly figures: Figure[];
	/** What was not as it must be, in words. */
	readonly wrong: string[];
	/** In words: what was asked for, delivered and paid. */
	readonly done: string;
}

/** Milliseconds in which connections that were closed are gone. */
const SETTLE = 1000;

/** Runs one execution, and says what is not as it must be. */
async function work(
	engine: Engine,
	stand: Stand,
	{ prompts, faults, node, delivered }: Work,
): Promise<string[]> {
	await stand.order(faults);
	const { items, routed, error } = await engine.run({
		credential: stand.credential,
		items: prompts.map((prompt) => ({ json: { prompt } })),
		node,
		parameters: { prompt: '={{ $json.prompt }}' },
	});
	const images = items.filter(({ binary }) => binary !== undefined);
	const wrong: string[] = [];
	if (error !== undefined) wrong.push(`stopped: ${error.message}`);
	if (images.length !== delivered) wrong.push(`${images.length} images instead of ${delivered}`);
	const missing = prompts.length - items.length - routed.length;
	if (missing !== 0) wrong.push(`${missing} items are missing`);
	for (const image of images) {
		const bytes = await engine.read(image);
		if (bytes.length !== image.json.fileSize) wrong.push(`${String(image.json.fileName)} is not whole`);
	}
	await engine.deleteFiles();
	return wrong;
}

/** The node as it was built, in an engine whose temporary files are all below a folder. */
async function engineBelow(folder: string): Promise<Engine> {
	process.env.TMPDIR = folder;
	const { Segmind }: { Segmind: new () => INodeType } = await import(join(process.cwd(), 'index.js'));
	return await Engine.start(new Segmind());
}

async function soak(executions: number, count: number): Promise<Soaked> {
	const folder = await mkdtemp(join(tmpdir(), 'segmind-soak-'));
	// First, so that its files are not below the folder.
	const stand = await Stand.start();
	const engine = await engineBelow(folder);
	// n8n and the node load what they need with the first executions: what comes after is a server's every day.
	const [warmUp, works] = [workOf(4, 10), workOf(executions, count)];
	const wrong: string[] = [];
	for (const each of warmUp) wrong.push(...(await work(engine, stand, each)));
	await wait(SETTLE);
	const before = { sample: await takeSample(folder), handles: handlesNow() };
	const bar = new SingleBar(
		{ format: ' {bar} {value} of {total} images, heap {heap} MB', clearOnComplete: true },
		Presets.shades_classic,
	);
	bar.start(executions * count, 0, { heap: '' });
	const samples: Sample[] = [];
	for (const each of works) {
		wrong.push(...(await work(engine, stand, each)));
		const sample = await takeSample(folder);
		samples.push(sample);
		bar.increment(each.prompts.length, { heap: (sample.heap / 1e6).toFixed(1) });
	}
	bar.stop();
	await wait(SETTLE);
	const ledger = await stand.ledger();
	const after = { sample: await takeSample(folder), handles: handlesNow() };
	const expected = [...warmUp, ...works].reduce((sum, { paid }) => sum + paid, 0);
	if (ledger.paid !== expected) wrong.push(`${ledger.paid} images were paid instead of ${expected}`);
	if (before.handles !== after.handles)
		wrong.push(`open at first: ${before.handles}; in the end: ${after.handles}`);
	await stand.stop();
	await engine.stop();
	const left = await filesBelow(folder);
	if (left.length > 0) wrong.push(`files left over: ${left.join(', ')}`);
	await rm(folder, { recursive: true, force: true });
	const delivered = works.reduce((sum, each) => sum + each.delivered, 0);
	const done = `${executions} executions, ${executions * count} images asked for, ${delivered} delivered; with the first ones ${ledger.paid} paid in ${ledger.requests} requests`;
	return { figures: figuresOf(before.sample, samples, after.sample), wrong, done };
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
	});
	const started = performance.now();
	const { figures, wrong, done } = await (values.quick ? soak(10, 20) : soak(20, 100));
	const seconds = Math.round((performance.now() - started) / 1000);
	if (values.json) {
		console.log(JSON.stringify({ node: process.version, seconds, done, figures, wrong }, null, 2));
	} else {
		const table = new Table({
			head: ['Figure', 'Measured', 'At most'],
			style: { head: ['bold'], border: [] },
		});
		for (const { name, value, limit, unit } of figures) {
			table.push([name, `${value} ${unit}`, limit === null ? '' : `${limit} ${unit}`]);
		}
		console.log(`${table.toString()}\n${done}\nNode ${process.version}, ${seconds} s`);
	}
	const exceeded = figures.filter(({ value, limit }) => limit !== null && value > limit);
	for (const complaint of [...wrong, ...exceeded.map(({ name }) => `too much: ${name}`)])
		console.error(`✗ ${complaint}`);
	process.exitCode = wrong.length + exceeded.length === 0 ? 0 : 1;
}

void main();
