/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- starts processes of a command, not part of the node */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

import type { Result } from './result';
import { spoiledBy } from './result';
import type { Wanted } from './worker';

/** Milliseconds that a row may take before it counts as hanging. */
const LONGEST = 90_000;

/** Starts a worker, and waits until it can take rows. */
async function start(): Promise<ChildProcess> {
	const worker = fork(join(process.cwd(), 'test', 'reliability', 'worker.ts'), [], {
		execArgv: ['--import', 'tsx'],
		// What n8n logs is watched in the worker, row by row; here it would only be noise.
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const ended = once(worker, 'exit').then(([code]) => {
		throw new Error(`a worker ended with ${String(code)} before its first row`);
	});
	await Promise.race([once(worker, 'message'), ended]);
	ended.catch(() => undefined);
	return worker;
}

/** What a worker makes of a row; a worker that ends or hangs is that row's doing. */
async function ask(worker: ChildProcess, wanted: Wanted): Promise<Result> {
	const over = new AbortController();
	const { signal } = over;
	worker.send(wanted);
	try {
		return await Promise.race([
			once(worker, 'message', { signal }).then(([result]) => result as Result),
			once(worker, 'exit', { signal }).then(([code]) => spoiledBy(`the process ended with ${String(code)}`)),
			wait(LONGEST, spoiledBy(`it hangs for ${LONGEST / 1000} seconds`), { signal }),
		]);
	} finally {
		over.abort();
	}
}

/**
 * Runs rows in processes of their own, so many side by side and one at a time in each: what a row leaves open,
 * prints or throws at nobody is then surely its own.
 *
 * @param wanted their numbers among all rows, or among the quick ones
 */
export async function runRows(
	wanted: readonly number[],
	quick: boolean,
	workers: number,
	done: () => void,
): Promise<Result[]> {
	const results: Result[] = [];
	const entries = wanted.entries();
	const work = async (): Promise<void> => {
		let worker = await start();
		for (const [at, index] of entries) {
			const result = await ask(worker, { quick, index });
			results[at] = result;
			done();
			if (result.spoiled) {
				worker.kill('SIGKILL');
				worker = await start();
			}
		}
		worker.disconnect();
		await once(worker, 'exit');
	};
	await Promise.all(Array.from({ length: workers }, work));
	return results;
}
