import { toTable } from '../docs/markdown';
import type { Figures } from './figures';
import { RETRIES_BY_HAND } from './money';
import { PROFILES } from './profile';
import type { Table } from './tables';
import {
	headlineTable,
	matrixTable,
	moneyTable,
	packageTable,
	peaksTable,
	profileTable,
	sourceOf,
	toMb,
} from './tables';

const toMarkdown = ({ head, rows }: Table): string => toTable(head, rows);

const METHOD = `- Each row is a process of its own on n8n's own Node, with n8n's installed modules and nothing of this project's but the
  built package; files are kept on the disk, as n8n does unless told otherwise. It makes one image first, since n8n loads
  what it needs with the first run.
- All ask the same emulator, which is another process and serves the same picture of noise. It counts requests, those that
  are open at one time, connections and money.
- _undici alone_ is the floor: so many requests at once, each body read and dropped, nothing stored and no n8n.
- _The ideal_ is what the answers take by themselves: rounds of so many at once, times the time of an answer.
- _Memory_ is the peak of the process over that of the same n8n with an empty flow. Where the operating system sets the
  peak before the images come, the difference is small or none; a few megabytes are chance.
- _HTTP Request_ is built as one builds it for this call: JSON body, the Segmind credential, the response as a file.
  _Batched_ means as many items per batch as are to be at once, and the time of an answer as interval (1 ms where it takes
  none): the best that can be set, by somebody who knows that time. It spaces the starts, it does not wait for the answers.
- HTTP Request without batching and a declarative node (\`bench/declarative\`) send all items at once and can't be told
  otherwise; they are compared with undici that does the same.
- One at a time with 256 items and answers in 200 ms is left out: that takes 51 s for each.`;

/** docs/benchmarks.md. */
export function toPage(figures: Figures): string {
	const items = [...new Set(figures.rows.map((row) => row.items))];
	const matrix = items.map(
		(count) => `## ${count} ${count === 1 ? 'item' : 'items'}\n\n${toMarkdown(matrixTable(figures, count))}`,
	);
	return `# Benchmarks

Made by \`npm run bench\`: ${sourceOf(figures)}.

Other machines give other times. An empty flow peaked at ${toMb(figures.empty)}.

![Memory and money of the contenders as bars](benchmarks.svg)

## 64 items, pictures of 2 MB, answers in 200 ms

${toMarkdown(headlineTable(figures))}

## Where time and memory go

A profile of this node in the same cell, taken by V8, which makes it slower:

${toMarkdown(profileTable(figures))}

${toMarkdown(peaksTable(figures))}

_V8 and the system_ is what runs outside JavaScript, such as copying bytes; the profiles themselves are in \`${PROFILES}\`, for the
developer tools of a browser. Buffers are what grows, and most of them are pieces of bodies as they came from the socket, which
nobody needs any more: V8 looks for such some 64 MB after it last did. So every contender that gets that far peaks there, whatever the
number of items, a few megabytes higher or lower. This node also holds each image whole until it is checked and stored, where
HTTP Request writes it to the disk as it comes.

## Paid per delivered

Retry On Fail is on, with three tries. After a run that stopped, _Retry execution_ is chosen, ${RETRIES_BY_HAND} times at most. Where an
image was billed and its answer lost, 1.00 is out of reach: this node asks for it again only when a person chooses to.

${toMarkdown(moneyTable(figures))}

## The package

${toMarkdown(packageTable(figures))}

## How it is measured

${METHOD}

${matrix.join('\n\n')}
`;
}
