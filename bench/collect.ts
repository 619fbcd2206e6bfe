/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- asks the machine, not part of the node */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { NEWEST } from '../test/e2e/places';
import type { Figures } from './figures';
import type { Contender } from './job';
import type { Spent } from './money';
import { measureTrouble, TROUBLES } from './money';
import { readPacked } from './packed';
import type { Cell, Row } from './rows';
import { contendersIn, HEADLINE, MATRIX, measureCell, measureEmpty, median } from './rows';
import type { Runner } from './runner';

/** What is measured: everything, or what a few facts need. */
export interface Scope {
	/** Each cell, and how often it is measured. */
	readonly cells: ReadonlyArray<{ readonly cell: Cell; readonly rounds: number }>;
	/** Who goes through the troubles. */
	readonly spenders: readonly Contender[];
	readonly rounds: number;
}

const HEADLINES: readonly Cell[] = [HEADLINE, { ...HEADLINE, atOnce: 'all' }];

const EMPTY_ROUNDS = 3;

/** Where memory is close: it swings by some megabytes with the moment at which the garbage collector looks. */
const isClose = (cell: Cell): boolean =>
	cell.items === 1 ||
	(cell.pictureBytes === HEADLINE.pictureBytes && cell.atOnce === HEADLINE.atOnce) ||
	HEADLINES.some((headline) => JSON.stringify(headline) === JSON.stringify(cell));

/** The cells in which memory is close several times, and all others once. */
export const wholeScope = (rounds: number): Scope => ({
	cells: MATRIX.map((cell) => ({ cell, rounds: isClose(cell) ? rounds : 1 })),
	spenders: ['node', 'queued', 'http', 'httpBatched', 'declarative'],
	rounds,
});

/** What fits into a minute. */
export const QUICK: Scope = {
	cells: HEADLINES.map((cell) => ({ cell, rounds: 1 })),
	spenders: ['node', 'queued', 'http'],
	rounds: 1,
};

/** Processes that a scope takes, each one a step of the progress bar. */
export const stepsOf = ({ cells, spenders }: Scope): number =>
	EMPTY_ROUNDS * 2 +
	TROUBLES.length * spenders.length +
	cells.reduce((sum, { cell, rounds }) => sum + contendersIn(cell).length * rounds, 0);

function versionOf(name: string): string {
	const manifest = readFileSync(join(NEWEST.folder, 'node_modules', name, 'package.json'), 'utf8');
	return (JSON.parse(manifest) as { version: string }).version;
}

const nodeVersion = (): string => execFileSync(NEWEST.node, ['--version'], { encoding: 'utf8' }).trim();

/** Measures all that is in a scope. */
export async function collect(runner: Runner, scope: Scope, done: () => void): Promise<Figures> {
	const empty = await measureEmpty(runner, EMPTY_ROUNDS, done);
	const rows: Row[] = [];
	for (const { cell, rounds } of scope.cells) {
		rows.push(...(await measureCell(runner, cell, empty, rounds, done)));
	}
	const spent: Spent[] = [];
	for (const trouble of TROUBLES) {
		for (const spender of scope.spenders) {
			spent.push(await measureTrouble(runner, trouble, spender));
			done();
		}
	}
	const loads: number[] = [];
	for (let round = 0; round < EMPTY_ROUNDS; round += 1) {
		loads.push(await runner.load());
		done();
	}
	return {
		machine: cpus()[0]?.model.trim() ?? 'unknown',
		cpus: cpus().length,
		node: nodeVersion(),
		n8n: NEWEST.version,
		undici: versionOf('undici'),
		rounds: scope.rounds,
		empty,
		rows,
		spent,
		loadTime: median(loads),
		packed: readPacked(),
	};
}
