/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- a command for the terminal, not part of the node */
import { Presets, SingleBar } from 'cli-progress';
import CliTable from 'cli-table3';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import pico from 'picocolors';

import { NEWEST } from '../test/e2e/places';
import type { Blocks } from './blocks';
import { blocksIn, measureBlocks } from './blocks';
import { toChart } from './chart';
import type { FaultScenario, Spending } from './faults';
import { FAULT_SCENARIOS, measureSpending, SCALED_CONTENDERS, SCALED_SCENARIO } from './faults';
import type { Figures } from './figures';
import { measureLimits } from './limits';
import { takeProfile } from './profile';
import { blockProblems, limitProblems, problemsIn, queueProblems } from './problems';
import { measureRealN8n } from './realN8n';
import { tablesOf, toPage } from './report';
import { Runner } from './runner';
import type { Table } from './tables';
import { blocksTable, editorOf, historyOf, limitsTable, packageOf, queueTable, sourceOf } from './tables';
import type { Scenario, Timing } from './timings';
import {
	ALL_SCENARIOS,
	contendersIn,
	EDIT_SCENARIOS,
	measureEmptyPeak,
	measureScenario,
	QUICK_SCENARIOS,
	roundsFor,
} from './timings';
import type { Contender } from './types';
import { median } from './types';

/** What is measured. */
interface Scope {
	readonly scenarios: readonly Scenario[];
	readonly spenders: readonly Contender[];
	readonly rounds: number;
	readonly isQuick: boolean;
}

const wholeScope = (rounds: number): Scope => ({
	scenarios: [...ALL_SCENARIOS, ...EDIT_SCENARIOS],
	spenders: ['node', 'queued', 'http', 'httpBatched'],
	rounds,
	isQuick: false,
});

const QUICK: Scope = {
	scenarios: QUICK_SCENARIOS,
	spenders: ['node', 'queued', 'http'],
	rounds: 1,
	isQuick: true,
};

/** Who meets which faults. */
const spendersIn = ({ spenders, isQuick }: Scope): ReadonlyArray<readonly [FaultScenario, Contender]> => [
	...FAULT_SCENARIOS.flatMap((scenario) => spenders.map((spender) => [scenario, spender] as const)),
	...(isQuick ? [] : SCALED_CONTENDERS.map((contender) => [SCALED_SCENARIO, contender] as const)),
];

/** Rounds of the empty workflow and of the load time. */
const SMALL_ROUNDS = 3;

/** Processes that a scope takes, with one for the profile. */
const jobsIn = (scope: Scope): number =>
	2 * SMALL_ROUNDS +
	1 +
	blocksIn(scope.isQuick).length +
	spendersIn(scope).length +
	scope.scenarios.reduce((sum, each) => sum + contendersIn(each).length * roundsFor(each, scope.rounds), 0);

function undiciVersion(): string {
	const manifest = readFileSync(join(NEWEST.folder, 'node_modules', 'undici', 'package.json'), 'utf8');
	return (JSON.parse(manifest) as { version: string }).version;
}

/** Asks npm what it would publish. */
function readPackage(): Omit<Figures['package'], 'loadTime'> {
	const out = execFileSync('npm', ['pack', '--dry-run', '--json'], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
		shell: process.platform === 'win32',
	});
	const [packed] = Object.values(
		JSON.parse(out) as Record<string, { size: number; unpackedSize: number; files: unknown[] }>,
	);
	if (packed === undefined) throw new Error('npm names no package');
	return { size: packed.size, unpackedSize: packed.unpackedSize, files: packed.files.length };
}

async function measureAll(runner: Runner, scope: Scope): Promise<Figures> {
	const { scenarios, rounds, isQuick } = scope;
	const emptyPeak = await measureEmptyPeak(runner, SMALL_ROUNDS);
	const timings: Timing[] = [];
	for (const scenario of scenarios) {
		timings.push(...(await measureScenario(runner, scenario, emptyPeak, roundsFor(scenario, rounds))));
	}
	const profile = await takeProfile(runner);
	const spending: Spending[] = [];
	for (const [scenario, spender] of spendersIn(scope)) {
		spending.push(await measureSpending(runner, scenario, spender));
	}
	const blocks = await measureBlocks(runner, isQuick);
	const loadTimes: number[] = [];
	for (let round = 0; round < SMALL_ROUNDS; round += 1) loadTimes.push(await runner.loadTime());
	return {
		machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
		node: execFileSync(NEWEST.node, ['--version'], { encoding: 'utf8' }).trim(),
		n8n: NEWEST.version,
		undici: undiciVersion(),
		rounds,
		emptyPeak,
		timings,
		spending,
		blocks,
		// Last, since it runs n8n's engine in this process.
		limits: await measureLimits(isQuick),
		realN8n: isQuick ? null : await measureRealN8n(),
		profile,
		package: { loadTime: median(loadTimes), ...readPackage() },
	};
}

/** Runs jobs with a progress bar. */
async function withRunner<T>(jobs: number, work: (runner: Runner) => Promise<T>): Promise<T> {
	const format = ' {bar} {value} of {total} runs, {duration_formatted}';
	const bar = new SingleBar({ format, clearOnComplete: true }, Presets.shades_classic);
	const runner = await Runner.start(() => bar.increment());
	bar.start(jobs, 0);
	try {
		return await work(runner);
	} finally {
		bar.stop();
		await runner.stop();
	}
}

function show({ title, head, rows }: Table): void {
	const table = new CliTable({
		head: [...head],
		style: { head: pico.isColorSupported ? ['bold'] : [], border: [] },
	});
	table.push(...rows.map((row) => [...row]));
	console.log(`\n${pico.bold(title)}\n${table.toString()}`);
}

async function save(file: string, results: unknown): Promise<void> {
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** @returns what is wrong */
async function bench(isQuick: boolean, rounds: number, file: string): Promise<string[]> {
	const scope = isQuick ? QUICK : wholeScope(rounds);
	const figures = await withRunner(jobsIn(scope), async (runner) => await measureAll(runner, scope));
	await save(file, figures);
	tablesOf(figures, isQuick).forEach(show);
	console.log(`\n${[historyOf, packageOf, sourceOf].map((toText) => toText(figures)).join('\n')}`);
	if (!isQuick) {
		await writeFile('docs/benchmarks.svg', toChart(figures));
		await writeFile('docs/benchmarks.md', toPage(figures));
	}
	return problemsIn(figures);
}

/** @returns what is wrong */
async function benchLimits(file: string): Promise<string[]> {
	const limits = await measureLimits(false);
	show(limitsTable(limits));
	await save(file, { limits });
	return limitProblems(limits);
}

async function benchBlocks(file: string): Promise<string[]> {
	const run = async (runner: Runner): Promise<Blocks[]> => await measureBlocks(runner, false);
	const blocks = await withRunner(blocksIn(false).length, run);
	show(blocksTable(blocks));
	await save(file, { blocks });
	return blockProblems(blocks);
}

/** @returns what is wrong */
async function benchRealN8n(file: string): Promise<string[]> {
	const realN8n = await measureRealN8n();
	show(queueTable(realN8n));
	console.log(editorOf(realN8n));
	await save(file, { realN8n });
	return queueProblems(realN8n);
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			json: { type: 'string', default: join('.cache', 'benchmarks.json') },
			only: { type: 'string' },
			quick: { type: 'boolean', default: false },
			rounds: { type: 'string', default: '3' },
		},
	});
	const benchmarks: Readonly<Record<string, () => Promise<string[]>>> = {
		blocks: async () => await benchBlocks(values.json),
		limits: async () => await benchLimits(values.json),
		n8n: async () => await benchRealN8n(values.json),
		all: async () => await bench(values.quick, Number(values.rounds), values.json),
	};
	if (values.only !== undefined && !(values.only in benchmarks)) {
		throw new Error(`--only takes: ${Object.keys(benchmarks).join(', ')}`);
	}
	const problems = await benchmarks[values.only ?? 'all']!();
	problems.forEach((problem) => console.error(pico.red(`✗ ${problem}`)));
	process.exitCode = problems.length === 0 ? 0 : 1;
}

void main();
