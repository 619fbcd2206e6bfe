/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

import { NEWEST } from '../test/e2e/places';

/** What runs in n8n's own Node, without any loader that would weigh in. */
const SOURCES = [
	'job.ts',
	'declarative/SegmindDeclarative.node.ts',
	...['credentials', 'floor', 'flow', 'loading', 'profile', 'subject', 'worker'].map(
		(name) => `worker/${name}.ts`,
	),
];

/**
 * A folder outside the project with the built package and the compiled workers: from there, modules are found as
 * n8n's community nodes find them, in n8n's own folder.
 */
export interface Stage {
	readonly worker: string;
	readonly loading: string;
	readonly env: NodeJS.ProcessEnv;
	remove(): Promise<void>;
}

async function compile(source: string, folder: string): Promise<void> {
	const target = join(folder, 'bench', source.replace(/\.ts$/, '.js'));
	const { outputText } = transpileModule(await readFile(join('bench', source), 'utf8'), {
		compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
	});
	await mkdir(dirname(target), { recursive: true });
	await writeFile(target, outputText);
}

/** Sets the stage; the package must be built. */
export async function setStage(): Promise<Stage> {
	const folder = await mkdtemp(join(tmpdir(), 'segmind-bench-'));
	for (const part of ['dist', 'index.js', 'package.json']) {
		await cp(part, join(folder, 'package', part), { recursive: true });
	}
	await Promise.all(SOURCES.map(async (source) => await compile(source, folder)));
	return {
		worker: join(folder, 'bench', 'worker', 'worker.js'),
		loading: join(folder, 'bench', 'worker', 'loading.js'),
		env: { ...process.env, NODE_PATH: join(NEWEST.folder, 'node_modules') },
		remove: async () => await rm(folder, { recursive: true, force: true }),
	};
}
