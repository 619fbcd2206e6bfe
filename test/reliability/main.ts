/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command for the terminal, not part of the node */
import { Presets, SingleBar } from 'cli-progress';
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import pc from 'picocolors';

import { runRows } from './crew';
import { reportOf, summaryOf } from './report';
import type { Result } from './result';
import type { Row } from './trial';
import { titleOf } from './trial';
import { allRows, quickRows } from './trials/all';

/** The command is started in the project's folder. */
const REPORT = 'docs/reliability.md';

function showWrong(rows: readonly Row[], results: readonly Result[]): number {
	const bad = rows.filter((_, index) => (results[index]?.wrong.length ?? 0) > 0);
	for (const row of bad) {
		console.log(`${pc.red('✗')} ${titleOf(row)}`);
		for (const each of results[rows.indexOf(row)]?.wrong ?? []) console.log(`    ${each.slice(0, 1000)}`);
	}
	return bad.length;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			quick: { type: 'boolean', default: false },
			json: { type: 'boolean', default: false },
			workers: { type: 'string', default: '6' },
			only: { type: 'string', default: '' },
		},
	});
	const rows = values.quick ? quickRows() : allRows();
	const wanted = [...rows.keys()].filter((index) => titleOf(rows[index]!).includes(values.only));
	const bar = new SingleBar(
		{ format: ' {bar} {value} of {total} rows, {duration_formatted}', clearOnComplete: true },
		Presets.shades_classic,
	);
	bar.start(wanted.length, 0);
	const results = await runRows(wanted, values.quick, Number(values.workers), () => bar.increment()).finally(
		() => bar.stop(),
	);
	const ran = wanted.map((index) => rows[index]!);
	if (values.json)
		console.log(
			JSON.stringify(
				ran.map((row, at) => ({ row: titleOf(row), ...results[at] })),
				null,
				2,
			),
		);
	const bad = showWrong(ran, results);
	console.log(summaryOf(ran, results));
	if (!values.quick && values.only === '') await writeFile(REPORT, reportOf(ran, results));
	process.exitCode = bad === 0 ? 0 : 1;
}

void main();
