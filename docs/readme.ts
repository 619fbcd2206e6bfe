import { MODELS } from '../nodes/Segmind/model/models';
import { optionFields } from '../nodes/Segmind/form/options';
import manifest from '../package.json';
import { dependencyTable } from './dependencyTable';
import { figureTable, lastFigures } from './figureTable';
import { optionTable } from './optionTable';
import { parameterTable } from './parameterTable';
import { refusalTable } from './refusalTable';

/** The generated parts of README.md, by the name in their first marker. */
const PARTS: ReadonlyMap<string, () => string> = new Map([
	...MODELS.map((model): [string, () => string] => [model.id, () => parameterTable(model)]),
	['options', () => optionTable(optionFields)],
	['refusals', refusalTable],
	['figures', () => figureTable(lastFigures())],
	['dependencies', () => dependencyTable(manifest)],
]);

const PART = /<!-- generated: ([\w.-]+) -->[\s\S]*?<!-- end -->/g;

/** Each part must be there once; anything else is a slip of the pen. */
function checkMarkers(text: string): void {
	const found = [...text.matchAll(PART)].map(([, name]) => name).sort();
	const known = [...PARTS.keys()].sort();
	if (found.join() === known.join()) return;
	throw new Error(`README.md must have the parts ${known.join(', ')}, once each; it has ${found.join(', ')}`);
}

/**
 * README.md with its generated parts made anew from the model's table, the options, the refusals, the last
 * benchmark and package.json.
 *
 * @param text README.md as it is
 * @throws when a part is missing, or a dependency has no reason
 */
export function generatedReadme(text: string): string {
	checkMarkers(text);
	return text.replace(
		PART,
		(_, name: string) => `<!-- generated: ${name} -->\n\n${PARTS.get(name)?.() ?? ''}\n\n<!-- end -->`,
	);
}
