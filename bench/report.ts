import { toTable } from '../docs/markdown';
import { MANUAL_RETRIES } from './faults';
import type { Figures } from './figures';
import { PROFILES } from './profile';
import { IMAGE_DELAY } from './realN8n';
import type { Table } from './tables';
import {
	blocksTable,
	editorOf,
	editTable,
	headlineTable,
	historyOf,
	limitsTable,
	memoryTable,
	packageOf,
	profileTable,
	queueTable,
	scaledTable,
	sourceOf,
	spendingTable,
	timeTable,
	toMb,
	worstLimitsTable,
} from './tables';

/** The tables as the terminal shows them. */
export const tablesOf = (figures: Figures, isQuick: boolean): Table[] => [
	...(isQuick ? [] : [timeTable(figures), memoryTable(figures), editTable(figures), scaledTable(figures)]),
	...(figures.realN8n === null ? [] : [queueTable(figures.realN8n)]),
	headlineTable(figures),
	profileTable(figures),
	blocksTable(figures.blocks),
	limitsTable(figures.limits),
	spendingTable(figures),
];

const toMarkdown = ({ head, rows }: Table): string => toTable(head, rows);

const toSection = (table: Table, text: string): string =>
	`## ${table.title}\n\n${text}\n\n${toMarkdown(table)}`;

const QUEUE_TEXT = `A real n8n in queue mode on PostgreSQL and Redis, with files in the database and two executions at a time on each worker. All
executions start at once, by a webhook, and make five images of ${IMAGE_DELAY} ms each.`;

/** Returns docs/benchmarks.md. */
export function toPage(figures: Figures): string {
	const headline = headlineTable(figures);
	const spending = spendingTable(figures);
	const { heap, buffers, resident } = figures.profile.peaks;
	return `# Benchmarks

This node, n8n's HTTP Request node and a declarative node make the same call in the same n8n, against the same emulator of
Segmind. \`npm run bench\` repeats all of it in about 20 minutes and rewrites this page. \`npm run bench -- --quick\` repeats the
first table and a part of the rest in a few minutes, and \`npm run bench -- --only blocks\`, \`limits\` or \`n8n\` one of its parts. They write
only the raw results, to \`.cache/benchmarks.json\`.

${headline.title}:

${toMarkdown(headline)}

${spending.title}, with n8n's Retry On Fail:

${toMarkdown(spending)}

${historyOf(figures)}

${packageOf(figures)} ${sourceOf(figures)}

Other machines give other figures. The package is many small files, which V8 compiles one by one. They stay apart, so
that what is published can be read, and are loaded at once, so that an update never meets a running workflow halfway. The same as bars:

![Memory, and images paid for each image delivered](benchmarks.svg)

${toSection(
	timeTable(figures),
	`The baseline is undici without n8n: each body is read and dropped. A row names the number of images, their size and the time
until a response starts; the requests at once are in parentheses, and undici is given as many. HTTP Request without batching and
the declarative node always send all items at once. More than 16 images one at a time take
long for everyone and are left out.`,
)}

${toSection(
	memoryTable(figures),
	`Peak memory of the process over that of the same n8n with an empty workflow (${toMb(figures.emptyPeak)}). Differences of a few megabytes are noise.`,
)}

${toSection(
	editTable(figures),
	`Each item brings a picture of 2 MB, which is uploaded and edited, 4 at once. undici makes the same two calls.`,
)}

${toSection(
	profileTable(figures),
	`A profile of this node with the images of the first table, which makes it slower. At the peak the process of ${toMb(resident)}
holds ${toMb(heap)} of objects and ${toMb(buffers)} of buffers. Most buffers are parts of bodies that are no longer needed: V8 collects
them once they add up to some 64 MB, whatever the number of items. The raw profiles are in \`${PROFILES}\`.`,
)}

${toSection(
	blocksTable(figures.blocks),
	`Images of 1 kB without a delay, 20 at once, all with the same File Name. While the event loop is blocked, n8n does nothing
else. The last item is rejected. Once more: Retry execution, in which all images but one are paid. With keys: a new execution
with the same Idempotency Keys, which finds them in a history of 20,000 requests. Growth is the power of the number of items.`,
)}

${toSection(
	worstLimitsTable(figures.limits),
	`Images that fill six windows, with the default settings and all executions in one n8n: the worst of 1, 5, 20 and 60 requests in a
window, with one execution and with three, which \`--only limits\` shows one by one. \`fixed\` windows start with a request, \`clock\`
windows follow the clock, \`sliding\` ones look back. The best possible fills each window as soon as it opens.`,
)}

${toSection(
	scaledTable(figures),
	`The same 60 requests for everyone: this node with its default settings, HTTP Request with batches of 60 and a twelfth more than
the window between them. The best possible fills each window as soon as it opens.`,
)}

${figures.realN8n === null ? '' : toSection(queueTable(figures.realN8n), QUEUE_TEXT)}

${figures.realN8n === null ? '' : editorOf(figures.realN8n)}

## How it is measured

- Each measurement is a process of its own on n8n's own Node, with n8n's installed modules and the built package. It stores files
  on the disk, n8n's default, and makes one image first, because n8n loads what it needs with the first run.
- The emulator is another process and serves an image of noise. It counts requests, those in flight and money.
- HTTP Request is set up as a user does it: JSON body, the Segmind credential, the response as a file. _Batched_ means batches of
  the size in parentheses, with the response time as interval, at least 1 ms. Batches do not wait for responses.
- With faults, Retry On Fail makes three tries, and Retry execution follows a failed run up to ${MANUAL_RETRIES} times. Where an image is
  billed and its response is lost, this node finds it in Segmind's request history. Without a history 1.00 is out of reach: this node
  repeats such a request only in Retry execution, which a user starts.
`;
}
