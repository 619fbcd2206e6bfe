/* eslint-disable @n8n/community-nodes/no-restricted-imports -- generates documentation, not part of the node */
import { readFileSync } from 'node:fs';

import { optionFields } from '../nodes/Segmind/jobs/options';
import { EDIT_MODELS, MODELS } from '../nodes/Segmind/models/models';
import { dependencyTable } from './dependencyTable';
import { errorTable } from './errorTable';
import { optionTable, parameterTable } from './fieldTables';

/** The summary of docs/benchmarks.md, which `npm run bench` writes. */
function benchmarkSummary(): string {
	const page = readFileSync('docs/benchmarks.md', 'utf8');
	const [, summary] = /<!-- summary -->\s*([\s\S]*?)\s*<!-- end -->/.exec(page) ?? [];
	if (summary === undefined) throw new Error('docs/benchmarks.md has no summary');
	return summary;
}

/** The generated parts of README.md, by the name in their first marker. */
const PARTS: ReadonlyMap<string, () => string> = new Map([
	...[...MODELS, ...EDIT_MODELS].map((model): [string, () => string] => [
		model.id,
		() => parameterTable(model),
	]),
	['options', () => optionTable(optionFields())],
	['errors', errorTable],
	['benchmarks', benchmarkSummary],
	['dependencies', dependencyTable],
]);

const PART = /<!-- generated: ([\w.-]+) -->[\s\S]*?<!-- end -->/g;

/**
 * README.md with new generated parts.
 *
 * @param text README.md as it is
 * @throws {Error} unless each part is there once
 */
export function generatedReadme(text: string): string {
	const found = [...text.matchAll(PART)].map(([, name]) => name).sort();
	const known = [...PARTS.keys()].sort();
	if (found.join() !== known.join()) {
		throw new Error(`README.md needs each of ${known.join(', ')} once; it has ${found.join(', ')}`);
	}
	return text.replace(
		PART,
		(_, name: string) => `<!-- generated: ${name} -->\n\n${PARTS.get(name)?.()}\n\n<!-- end -->`,
	);
}
