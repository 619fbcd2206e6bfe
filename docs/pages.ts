/* eslint-disable @n8n/community-nodes/no-restricted-imports -- generates documentation, not part of the node */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { EDIT_MODELS, MODELS } from '../nodes/Segmind/models/models';
import { dependencyTable } from './dependencyTable';
import { causeTable, errorTable } from './errorTable';
import { optionTable, parameterTable } from './fieldTables';

/** The generated parts of the pages, by the name in their first marker. */
const PARTS: ReadonlyMap<string, () => string> = new Map([
	...[...MODELS, ...EDIT_MODELS].map((model): [string, () => string] => [
		model.id,
		() => parameterTable(model),
	]),
	['options', optionTable],
	['causes', causeTable],
	['errors', errorTable],
	['dependencies', dependencyTable],
]);

const PART = /^<!-- generated: ([\w.-]+) -->[\s\S]*?<!-- end -->/gm;

const isPage = (name: string): boolean => name.endsWith('.md');

const inFolder = (folder: string): string[] =>
	readdirSync(folder)
		.filter(isPage)
		.map((name) => join(folder, name));

/** Every page of the documentation, by its path from the project's folder, where all commands start. */
export const readPages = (): Map<string, string> =>
	new Map(
		[...readdirSync('.').filter(isPage), ...inFolder('docs'), ...inFolder('examples')].map((path) => [
			path,
			readFileSync(path, 'utf8'),
		]),
	);

/**
 * Returns the pages with new generated parts.
 *
 * @throws {Error} unless each part is on one of the pages, once
 */
export function generatedPages(pages: ReadonlyMap<string, string>): Map<string, string> {
	const found = [...pages.values()]
		.flatMap((text) => [...text.matchAll(PART)].map(([, name]) => name))
		.sort();
	const known = [...PARTS.keys()].sort();
	if (found.join() !== known.join()) {
		throw new Error(`The pages need each of ${known.join(', ')} once; they have ${found.join(', ')}`);
	}
	const generated = (_: string, name: string): string =>
		`<!-- generated: ${name} -->\n\n${PARTS.get(name)?.()}\n\n<!-- end -->`;
	return new Map([...pages].map(([path, text]) => [path, text.replace(PART, generated)]));
}
