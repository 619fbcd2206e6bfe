/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a benchmark, not part of the node */
import { join } from 'node:path';
import process from 'node:process';
import type { INodeType } from 'n8n-workflow';
import { Pool } from 'undici';

import { Engine } from '../test/engine/engine';
import type { Job, Measured } from './job';

const PATH = '/v1/flux-1.1-pro';

const promptOf = (index: number): string => `image ${index}`;

/** Nothing but undici: so many requests at once, each body read and dropped. The time that no node can beat. */
async function runFloor({ baseUrl, apiKey, items, atOnce }: Job): Promise<number> {
	const pool = new Pool(baseUrl, { connections: atOnce });
	const indexes = Array.from({ length: items }, (_, index) => index).values();
	const started = performance.now();
	const work = async (): Promise<void> => {
		for (const index of indexes) {
			const { statusCode, body } = await pool.request({
				path: PATH,
				method: 'POST',
				headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
				body: JSON.stringify({ prompt: promptOf(index) }),
			});
			await body.arrayBuffer();
			if (statusCode !== 200) throw new Error(`the emulator answered ${statusCode}`);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	const elapsed = performance.now() - started;
	await pool.close();
	return elapsed;
}

/** The node as it was built, in n8n's engine, with files on the disk; or the engine with a node that makes nothing. */
async function runNode({ baseUrl, apiKey, items, atOnce, client }: Job): Promise<number> {
	const { Segmind }: { Segmind: new () => INodeType } = await import(join(process.cwd(), 'index.js'));
	const engine = await Engine.start(new Segmind());
	const credential = { apiKey, baseUrl };
	// n8n loads what it needs with the first run, and a server has had that long ago.
	await engine.run({ credential, parameters: { resource: 'account', operation: 'getCredits' } });
	const started = performance.now();
	const ran = await engine.run({
		credential,
		items: Array.from({ length: client === 'empty' ? 1 : items }, (_, index) => ({
			json: { prompt: promptOf(index) },
		})),
		parameters:
			client === 'empty'
				? { resource: 'account', operation: 'getCredits' }
				: { prompt: '={{ $json.prompt }}', options: { concurrency: atOnce } },
	});
	const elapsed = performance.now() - started;
	await engine.stop();
	if (ran.error !== undefined) throw ran.error;
	if (client === 'node' && ran.items.length !== items) throw new Error(`${ran.items.length} items came out`);
	return elapsed;
}

process.once('message', (job: Job) => {
	const run = job.client === 'undici' ? runFloor(job) : runNode(job);
	void run.then((milliseconds) => {
		// maxRSS is in kilobytes.
		const measured: Measured = { milliseconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
		process.send?.(measured, () => process.exit(0));
	});
});
