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
	'nodes/Segmind/output',
	'nodes/Segmind/batch',
	'nodes/Segmind/operations',
	'nodes/Segmind/Segmind.node.ts',
];

/** Source texts by path. */
type Sources = ReadonlyMap<string, string>;

const layerOf = (path: string): number =>
	LAYERS.findIndex((layer) => path === layer || path.startsWith(`${layer}/`));

/** The TypeScript files that a file imports, as paths. */
function importsOf(path: string, sources: Sources): string[] {
	const specifiers = [...(sources.get(path) ?? '').matchAll(/\b(?:from|import) '(\.[^']*)'/g)];
	return specifiers.map(([, specifier = '']) => {
		const target = normalize(join(dirname(path), specifier));
		return [`${target}.ts`, `${target}/index.ts`].find((file) => sources.has(file)) ?? target;
	});
}

const withoutLayer = (sources: Sources): string[] => [...sources.keys()].filter((path) => layerOf(path) < 0);

const upwardImports = (sources: Sources): string[] =>
	[...sources.keys()].flatMap((path) =>
		importsOf(path, sources)
			.filter((target) => layerOf(target) > layerOf(path))
			.map((target) => `${path} → ${target}`),
	);

/** Each file that imports itself by way of others, with the way. */
function importCycles(sources: Sources): string[] {
	const wayBack = (start: string): string[] | undefined => {
		const ways = [[start]];
		const visited = new Set<string>();
		for (const way of ways) {
			for (const target of importsOf(way.at(-1) ?? '', sources)) {
				if (target === start) return [...way, start];
				if (!visited.has(target)) ways.push([...way, target]);
				visited.add(target);
			}
		}
		return undefined;
	};
	return [...sources.keys()].flatMap((path) => wayBack(path)?.join(' → ') ?? []);
}

const node: Sources = new Map(
	['credentials', 'nodes'].flatMap((folder) =>
		readdirSync(folder, { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts'))
			.map((name): [string, string] => {
				const path = join(folder, name.replaceAll('\\', '/'));
				return [path, readFileSync(path, 'utf8')];
			}),
	),
);

describe('the node', () => {
	test('every file is in a layer', () => {
		expect(withoutLayer(node)).toEqual([]);
	});

	test('no file imports from a higher layer', () => {
		expect(upwardImports(node)).toEqual([]);
	});

	test('no file imports itself by way of others', () => {
		expect(importCycles(node)).toEqual([]);
	});
});

describe('a package with wrong imports', () => {
	const operations = 'nodes/Segmind/operations';
	const wrong: Sources = new Map([
		['credentials/key.ts', "import { models } from '../nodes/Segmind/models/models';"],
		['nodes/Segmind/Segmind.node.ts', "import { run } from './operations/image/generate';"],
		['nodes/Segmind/helpers/text.ts', ''],
		['nodes/Segmind/models/models.ts', "export { ultra } from './ultra';"],
		['nodes/Segmind/models/ultra.ts', "import type {\n\tModel,\n} from './flux';"],
		['nodes/Segmind/models/flux.ts', "import { a } from 'n8n-workflow';\nimport './models';"],
		['nodes/Segmind/api/index.ts', "import { models } from '../models/models';"],
		['nodes/Segmind/api/client.ts', "import { run } from '../batch';"],
		['nodes/Segmind/batch/index.ts', "import { request } from '../api';"],
		[
			`${operations}/image/generate.ts`,
			"import { run } from '../../batch';\nimport j from './generate.json';",
		],
	]);

	test('a file outside all layers is found', () => {
		expect(withoutLayer(wrong)).toEqual(['nodes/Segmind/helpers/text.ts']);
	});

	test('imports from higher layers are found', () => {
		expect(upwardImports(wrong)).toEqual([
			'credentials/key.ts → nodes/Segmind/models/models.ts',
			'nodes/Segmind/api/client.ts → nodes/Segmind/batch/index.ts',
		]);
	});

	test('cycles are found, also of types', () => {
		const cycle = ['models', 'ultra', 'flux', 'models', 'ultra', 'flux'].map(
			(name) => `nodes/Segmind/models/${name}.ts`,
		);
		expect(importCycles(wrong)).toEqual(
			[0, 1, 2].map((start) => [...cycle.slice(start, start + 3), cycle[start]].join(' → ')),
		);
	});
});
