/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- asks the machine, not part of the node */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { NEWEST } from '../test/e2e/places';
import type { Figures } from './figures';
import type { Contender } from './job';
import type { Spent } from './money';
import { measureTrouble, TROUBLES } from './money';
import { readPacked } from './packed';
import { takeProfile } from './profile';
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

const ALL_AT_ONCE: Cell = { ...HEADLINE, atOnce: 'all' };

const EMPTY_ROUNDS = 3;

/** Where contenders are close: time and memory swing with the moment at which the garbage collector looks. */
const isClose = (cell: Cell): boolean =>
	isDeepStrictEqual({ ...cell, items: HEADLINE.items }, HEADLINE) || isDeepStrictEqual(cell, ALL_AT_ONCE);

/** The cells in which contenders are close several times, and all others once. */
export const wholeScope = (rounds: number): Scope => ({
	cells: MATRIX.map((cell) => ({ cell, rounds: isClose(cell) ? rounds : 1 })),
	spenders: ['node', 'queued', 'http', 'httpBatched', 'declarative'],
	rounds,
});

/** What fits into a minute. */
export const QUICK: Scope = {
	cells: [HEADLINE, ALL_AT_ONCE].map((cell) => ({ cell, rounds: 1 })),
	spenders: ['node', 'queued', 'http'],
	rounds: 1,
};

/** Processes that a scope takes, with the one of the profile; each is a step of the progress bar. */
export const stepsOf = ({ cells, spenders }: Scope): number =>
	EMPTY_ROUNDS * 2 +
	1 +
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
	const profile = await takeProfile(runner, HEADLINE);
	done();
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
		profile,
		loadTime: median(loads),
		packed: readPacked(),
	};
}
