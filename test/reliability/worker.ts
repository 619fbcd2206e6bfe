/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of a command, not part of the node */
import { join } from 'node:path';
import process from 'node:process';
import { inspect } from 'node:util';
import type { INodeType } from 'n8n-workflow';

import { Emulator } from '../emulator/emulator';
import { Engine } from '../engine/engine';
import type { Bench } from './examine';
import { examine } from './examine';
import { drawPictures } from './pictures';
import { spoiledBy } from './result';
import { allRows, quickRows } from './trials/all';

/** Which row is wanted of a worker. */
export interface Wanted {
	readonly quick: boolean;
	readonly index: number;
}

/** Prepares an engine with the node as it was built. */
async function prepare(): Promise<Bench> {
	const { Segmind }: { Segmind: new () => INodeType } = await import(join(process.cwd(), 'index.js'));
	const engine = await Engine.start(new Segmind());
	// Everything is logged, so that a key in any log would be seen.
	process.env.N8N_LOG_LEVEL = 'debug';
	const elsewhere = await Emulator.start();
	// n8n loads what it needs with the first run: that is no row's doing.
	const credential = { apiKey: elsewhere.key, baseUrl: elsewhere.url };
	await engine.run({ credential, parameters: { resource: 'account', operation: 'getCredits' } });
	return { engine, elsewhere, pictures: await drawPictures() };
}

const bench = prepare();
void bench.then(() => process.send?.('ready'));

process.on('message', ({ quick, index }: Wanted) => {
	void (async () => {
		const row = (quick ? quickRows() : allRows())[index]!;
		const result = await examine(await bench, row).catch((thrown: unknown) =>
			spoiledBy(`the examination itself ended: ${inspect(thrown)}`),
		);
		process.send?.(result);
	})();
});
process.on('disconnect', () => {
	void bench.then(async ({ engine }) => {
		await engine.stop();
		process.exit();
	});
});
