/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a look at the process of the soak test, not part of the node */
import { readdir } from 'node:fs/promises';
import process from 'node:process';

/** A look at the process, after its garbage was collected. */
export interface Sample {
	/** Bytes that JavaScript holds: objects, and the memory of buffers. */
	readonly heap: number;
	/** Bytes that the process holds, with what its allocators keep for later. */
	readonly rss: number;
	/** Files below the folder for temporary files. */
	readonly files: number;
}

/** Files below a folder, however deep. */
export async function filesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** What keeps this process alive, by kind and in words. */
export function handlesNow(): string {
	const kinds = process.getActiveResourcesInfo().sort();
	return [...new Set(kinds)]
		.map((kind) => `${kinds.filter((each) => each === kind).length} ${kind}`)
		.join(', ');
}

/**
 * Collects the garbage and looks.
 *
 * @throws when node was started without --expose-gc
 */
export async function takeSample(folder: string): Promise<Sample> {
	if (gc === undefined) throw new Error('start node with --expose-gc');
	const files = (await filesBelow(folder)).length;
	// What one collection finalizes, the next one frees.
	await gc({ type: 'major', execution: 'async' });
	await gc({ type: 'major', execution: 'async' });
	const { heapUsed, external, rss } = process.memoryUsage();
	return { heap: heapUsed + external, rss, files };
}
