import type { Blocks } from './blocks';
import type { Spending } from './faults';
import type { Figures } from './figures';
import type { LimitRow } from './limits';
import type { RealN8n } from './realN8n';
import type { Timing } from './timings';
import { isOwn, NAMES } from './types';

/** Says what is wrong with the figures of the rate limits, if anything. */
export const limitProblems = (rows: readonly LimitRow[]): string[] =>
	rows.some(({ lost }) => lost > 0) ? ['an image was lost under a rate limit'] : [];

function timingProblems(timing: Timing): string[] {
	const { contender, items, concurrency, maxInFlight, requests, paid, delivered } = timing;
	const { milliseconds, overFloor, cpu, memory } = timing;
	const where = `${NAMES[contender]}, ${items} items, ${concurrency} at once`;
	const problems: string[] = [];
	if (![milliseconds, overFloor, cpu, memory ?? 0].every(Number.isFinite)) {
		problems.push(`${where}: a figure is missing`);
	}
	if (delivered !== items) problems.push(`${where}: ${delivered} of ${items} delivered`);
	if (contender !== 'node') return problems;
	if (concurrency !== 'all' && maxInFlight > concurrency) problems.push(`${where}: ${maxInFlight} in flight`);
	if (requests !== items || paid !== items) problems.push(`${where}: ${requests} requests, ${paid} paid`);
	return problems;
}

/** Returns what this node paid for and did not deliver, but for what no history could settle. */
const spendingProblems = ({
	fault,
	contender,
	deliverable,
	paid,
	delivered,
	lost,
	isSettled,
}: Spending): string[] =>
	!isOwn(contender) ||
	(delivered === deliverable - (isSettled ? 0 : lost) && paid === delivered + (isSettled ? 0 : lost))
		? []
		: [
				`${NAMES[contender]}, ${fault}: ${paid} paid, ${lost} of them lost, ${delivered} of ${deliverable} delivered`,
			];

/** The second time must send the rejected item and nothing else; how long it takes is not judged. */
export const blockProblems = (blocks: readonly Blocks[]): string[] =>
	blocks
		.filter(
			({ items, run, again, requests, paid, delivered }) =>
				requests !== items + 1 ||
				paid !== items ||
				delivered !== items ||
				!(Math.min(run.longestBlock, again.longestBlock) > 0),
		)
		.map(
			({ items, requests, paid, delivered }) =>
				`${items} items, twice: ${requests} requests, ${paid} paid, ${delivered} delivered`,
		);

/** Every image must be paid for and delivered once. */
export const queueProblems = ({ queue }: RealN8n): string[] =>
	queue
		.filter(({ images, paid, delivered }) => paid !== images || delivered !== images)
		.map(({ images, paid, delivered }) => `queue mode: ${paid} paid, ${delivered} of ${images} delivered`);

/** What is wrong on any machine; no time and no memory is judged. */
export const problemsIn = (figures: Figures): string[] => [
	...figures.timings.flatMap(timingProblems),
	...figures.spending.flatMap(spendingProblems),
	...blockProblems(figures.blocks),
	...limitProblems(figures.limits),
	...(figures.realN8n === null ? [] : queueProblems(figures.realN8n)),
	...(Object.values(figures.package).every((value) => value > 0)
		? []
		: ['a figure of the package is missing']),
];
