/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads the source */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

/** Lowest first: a file imports from its own layer and from lower ones. */
const LAYERS = [
	'credentials',
	'nodes/Segmind/models',
	'nodes/Segmind/api',
	'nodes/Segmind/files',
	'nodes/Segmind/jobs',
	'nodes/Segmind/catalog',
	'nodes/Segmind/output',
	'nodes/Segmind/batch',
	'nodes/Segmind/operations',
	'nodes/Segmind/Segmind.node.ts',
];

const layerOf = (path: string): number => LAYERS.findIndex((layer) => `${path}/`.startsWith(`${layer}/`));

const FILES = ['credentials', 'nodes'].flatMap((folder) =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((name) => join(folder, name.replaceAll('\\', '/')))
		.filter((path) => path.endsWith('.ts')),
);

/** The TypeScript files that a file imports, types included. */
function importsOf(file: string): string[] {
	const specifiers = readFileSync(file, 'utf8').matchAll(/\b(?:from|import) '(\.[^']*)'/g);
	return [...specifiers].flatMap(([, specifier = '']) => {
		const path = normalize(join(dirname(file), specifier));
		return FILES.filter((each) => each === `${path}.ts` || each === `${path}/index.ts`);
	});
}

const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file)]));

test('every file is in a layer, and its imports are found', () => {
	expect(new Set(FILES.map(layerOf))).toEqual(new Set(LAYERS.keys()));
	expect([...IMPORTS.values()].flat().length).toBeGreaterThan(FILES.length);
});

test('no file imports from a higher layer', () => {
	const upward = FILES.flatMap((file) =>
		IMPORTS.get(file)!
			.filter((imported) => layerOf(imported) > layerOf(file))
			.map((imported) => `${file} imports ${imported}`),
	);
	expect(upward).toEqual([]);
});

test('no files import each other in a circle', () => {
	// A file that imports none of those left can't be part of a circle.
	const left = new Set(FILES);
	for (let before = Infinity; left.size < before;) {
		before = left.size;
		for (const file of left) {
			if (!IMPORTS.get(file)!.some((imported) => left.has(imported))) left.delete(file);
		}
	}
	expect([...left]).toEqual([]);
});
