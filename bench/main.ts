/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command for the terminal, not part of the node */
import { Presets, SingleBar } from 'cli-progress';
import CliTable from 'cli-table3';
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import pico from 'picocolors';

import { generatedReadme } from '../docs/readme';
import { toChart } from './chart';
import type { Scope } from './collect';
import { collect, QUICK, stepsOf, wholeScope } from './collect';
import type { Figures } from './figures';
import { complaintsOf } from './figures';
import { toPage } from './page';
import { Runner } from './runner';
import type { Table } from './tables';
import {
	headlineTable,
	matrixTable,
	moneyTable,
	packageTable,
	peaksTable,
	profileTable,
	sourceOf,
} from './tables';

function show(title: string, { head, rows }: Table): void {
	const table = new CliTable({ head: [...head], style: { head: ['bold'], border: [] } });
	table.push(...rows.map((row) => [...row]));
	console.log(`\n${pico.bold(title)}\n${table.toString()}`);
}

function showAll(figures: Figures, isQuick: boolean): void {
	if (!isQuick) {
		for (const items of new Set(figures.rows.map((row) => row.items))) {
			show(`${items} items`, matrixTable(figures, items));
		}
	}
	show('64 items, pictures of 2 MB, answers in 200 ms', headlineTable(figures));
	show('Where the time of this node goes, for each of these images', profileTable(figures));
	show('What is in memory at most', peaksTable(figures));
	show('Paid per delivered, under Retry On Fail', moneyTable(figures));
	show('The package', packageTable(figures));
	console.log(`\n${sourceOf(figures)}`);
}

async function measure(scope: Scope): Promise<Figures> {
	const bar = new SingleBar(
		{ format: ' {bar} {value} of {total} runs, {duration_formatted}', clearOnComplete: true },
		Presets.shades_classic,
	);
	const runner = await Runner.start();
	bar.start(stepsOf(scope), 0);
	try {
		return await collect(runner, scope, () => bar.increment());
	} finally {
		bar.stop();
		await runner.stop();
	}
}

const toJson = (figures: Figures): string => `${JSON.stringify(figures, null, 2)}\n`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			json: { type: 'string' },
			quick: { type: 'boolean', default: false },
			rounds: { type: 'string', default: '5' },
		},
	});
	const figures = await measure(values.quick ? QUICK : wholeScope(Number(values.rounds)));
	showAll(figures, values.quick);
	if (values.json !== undefined) await writeFile(values.json, toJson(figures));
	if (!values.quick) {
		await writeFile('docs/benchmarks.json', toJson(figures));
		await writeFile('docs/benchmarks.svg', toChart(figures));
		await writeFile('docs/benchmarks.md', toPage(figures));
		await writeFile('README.md', generatedReadme(await readFile('README.md', 'utf8')));
	}
	const complaints = complaintsOf(figures);
	complaints.forEach((complaint) => console.error(pico.red(`✗ ${complaint}`)));
	process.exitCode = complaints.length === 0 ? 0 : 1;
}

void main();
