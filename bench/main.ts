/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- a benchmark with processes of its own, not part of the node */
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

import type { EmulatorOptions } from '../test/emulator/emulator';
import { Emulator } from '../test/emulator/emulator';
import type { Job, Measured } from './job';

const MB = 1_000_000;

/** What a figure must not exceed. */
interface Figure {
	readonly name: string;
	readonly value: number;
	readonly limit: number;
	readonly unit: string;
}

/** A picture of noise, which no format makes smaller: about 2 MB. */
async function noise(): Promise<Buffer> {
	const side = 816;
	return await sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
		.png()
		.toBuffer();
}

/** Runs one job in a process of its own, so that its peak of memory is its own. */
async function measure(job: Job): Promise<Measured> {
	const child = fork(join(process.cwd(), 'bench', 'worker.ts'), [], { execArgv: ['--import', 'tsx'] });
	const failed = once(child, 'exit').then(([code]) => {
		throw new Error(`${job.client} ended with ${String(code)}`);
	});
	child.send(job);
	const measured = await Promise.race([once(child, 'message'), failed]);
	failed.catch(() => undefined);
	return measured[0] as Measured;
}

const median = (values: readonly number[]): number =>
	[...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Runs the same job for each client in turns, so that a machine that gets slower is slower for all. */
async function inTurns(
	options: EmulatorOptions,
	clients: ReadonlyArray<Job['client']>,
	job: Pick<Job, 'items' | 'atOnce'>,
	rounds: number,
	done: () => void,
): Promise<Map<Job['client'], Measured[]>> {
	const results = new Map<Job['client'], Measured[]>(clients.map((client) => [client, []]));
	for (let round = 0; round < rounds; round += 1) {
		for (const client of clients) {
			// A new one each time: a window of the rate limit or a balance must not reach into the next run.
			const emulator = await Emulator.start({ credits: 1000, ...options });
			try {
				const measured = await measure({ ...job, client, baseUrl: emulator.url, apiKey: emulator.key });
				results.get(client)?.push(measured);
			} finally {
				await emulator.close();
			}
			done();
		}
	}
	return results;
}

const timesOf = (measured: readonly Measured[] = []): number[] =>
	measured.map(({ milliseconds }) => milliseconds);

/** The ratio of two clients, round by round, and of those the one in the middle. */
const ratio = (one: readonly number[], other: readonly number[]): number =>
	median(one.map((value, index) => value / other[index]!));

async function run(rounds: number, done: () => void): Promise<Figure[]> {
	const picture = await noise();
	const batch = { items: 64, atOnce: 4 };
	const made = await inTurns({ picture, delay: 200 }, ['undici', 'node', 'empty'], batch, rounds, done);
	const empty = median((made.get('empty') ?? []).map(({ peakBytes }) => peakBytes));
	const peak = median((made.get('node') ?? []).map(({ peakBytes }) => peakBytes));

	const many = await inTurns({ picture, delay: 20 }, ['node'], { items: 200, atOnce: 4 }, 1, done);
	const manyPeak = median((many.get('node') ?? []).map(({ peakBytes }) => peakBytes));

	const rateLimit = { requests: 10, window: 2000 };
	const limited = await inTurns(
		{ picture, delay: 200, rateLimit },
		['node'],
		{ items: 40, atOnce: 4 },
		1,
		done,
	);
	// Forty images in windows of ten: the last window opens after three, and holds three rounds of four.
	const best = 3 * rateLimit.window + 3 * 200;

	return [
		{
			name: '64 images of 2 MB in 200 ms, 4 at once: time of undici alone',
			value: ratio(timesOf(made.get('node')), timesOf(made.get('undici'))),
			limit: 1.1,
			unit: '×',
		},
		{ name: 'the same: peak memory over an empty run', value: (peak - empty) / MB, limit: 60, unit: 'MB' },
		{
			name: '200 images: peak memory over an empty run',
			value: (manyPeak - empty) / MB,
			limit: 60,
			unit: 'MB',
		},
		{
			name: '40 images under a limit of 10 in 2 s: time of the best possible',
			value: median(timesOf(limited.get('node'))) / best,
			limit: 1.15,
			unit: '×',
		},
	];
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { rounds: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
	});
	const rounds = Number(values.rounds);
	const bar = new SingleBar(
		{ format: ' {bar} {value} of {total} runs', clearOnComplete: true },
		Presets.shades_classic,
	);
	bar.start(3 * rounds + 2, 0);
	const figures = await run(rounds, () => bar.increment()).finally(() => bar.stop());
	if (values.json) {
		console.log(JSON.stringify({ node: process.version, cpus: cpus().length, rounds, figures }, null, 2));
		return;
	}
	const table = new Table({ head: ['Figure', 'Measured', 'At most'], style: { head: ['bold'], border: [] } });
	for (const { name, value, limit, unit } of figures) {
		table.push([name, `${value.toFixed(2)} ${unit}`, `${limit} ${unit}`]);
	}
	console.log(table.toString());
	console.log(
		`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? ''}, median of ${rounds} rounds`,
	);
}

void main();
