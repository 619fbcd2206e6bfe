/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the benchmark, not part of the node */
import process from 'node:process';

/** Milliseconds that a module takes to load in an n8n that is up. */
async function load(path: string): Promise<number> {
	const started = performance.now();
	await import(path);
	return performance.now() - started;
}

async function main(): Promise<void> {
	await import('n8n-core');
	process.send?.(await load('../../package'), () => process.exit(0));
}

void main();
