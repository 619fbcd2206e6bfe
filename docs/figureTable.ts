/* eslint-disable @n8n/community-nodes/no-restricted-imports -- makes a table of the README, not part of the node */
import { readFileSync } from 'node:fs';

import type { Figures } from '../bench/figures';
import type { Contender } from '../bench/job';
import { headlineRows, NAMES, packageTable, sourceOf, toMb } from '../bench/tables';
import { toTable } from './markdown';

/** Who is compared; undici alone is in each time already. */
const WHO: readonly Contender[] = ['node', 'queued', 'http', 'httpBatched', 'declarative'];

/** What the last whole run of `npm run bench` found. */
export const lastFigures = (): Figures => JSON.parse(readFileSync('docs/benchmarks.json', 'utf8')) as Figures;

/** The few figures that the README shows, from what `npm run bench` wrote last. */
export function figureTable(figures: Figures): string {
	const rows = headlineRows(figures);
	const rowOf = (contender: Contender) => rows.find((row) => row.contender === contender);
	const line = (name: string, tell: (row: NonNullable<ReturnType<typeof rowOf>>) => string): string[] => [
		name,
		...WHO.map((contender) => {
			const row = rowOf(contender);
			return row === undefined ? '' : tell(row);
		}),
	];
	const money = [...new Set(figures.spent.map(({ trouble }) => trouble))].map((trouble) => [
		`Paid per delivered: ${trouble}`,
		...WHO.map((contender) => {
			const spent = figures.spent.find((each) => each.trouble === trouble && each.contender === contender);
			if (spent === undefined) return '';
			const { paidPerDelivered, paid } = spent;
			return paidPerDelivered === null ? `${paid} paid, none delivered` : paidPerDelivered.toFixed(2);
		}),
	]);
	const table = toTable(
		['64 images of 2 MB in 200 ms each', ...WHO.map((contender) => NAMES[contender])],
		[
			line('Requests in flight, 4 wanted', ({ maxInFlight }) => String(maxInFlight)),
			line('Time', ({ milliseconds }) => `${(milliseconds / 1000).toFixed(1)} s`),
			line('Time to that of undici with as many at once', ({ toFloor }) => `${toFloor.toFixed(2)} ×`),
			line('Peak memory over an empty flow', ({ memory }) => toMb(memory ?? Number.NaN)),
			line('Processor time for an image', ({ cpu }) => `${cpu.toFixed(0)} ms`),
			...money,
		],
	);
	const ofPackage = packageTable(figures).rows.map(([name = '', value = '']) => `- ${name}: ${value}`);
	return [table, ofPackage.join('\n'), `Measured on ${sourceOf(figures)}.`].join('\n\n');
}
