import type { INodeExecutionData } from 'n8n-workflow';

import type { EmulatorOptions } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';
import type { RunOptions, RunResult } from './engine';
import { Engine } from './engine';

export let engine: Engine;

export let emulator: Emulator;

/** A second server, to show what is not sent to another host. */
export let otherServer: Emulator;

/**
 * Starts the engine and both servers for all tests of a file, and resets the servers before each test. Unless the options
 * say otherwise, Segmind has no request history, so that a lost response stays lost.
 */
export function useEngine(options: EmulatorOptions = {}): void {
	beforeAll(async () => {
		engine = await Engine.start();
		emulator = await Emulator.start({ history: { state: 'absent' }, ...options });
		otherServer = await Emulator.start();
	});
	beforeEach(() => {
		emulator.changeAccount();
		otherServer.reset();
	});
	afterAll(async () => {
		await engine.stop();
		await emulator.close();
		await otherServer.close();
	});
}

/** Runs the node, expects no error and returns its items. */
export async function itemsFrom(options: RunOptions): Promise<INodeExecutionData[]> {
	const { items, error } = await engine.run(options);
	expect(error).toBeUndefined();
	return items;
}

/** Runs the node and expects an error. */
export async function failingRun(options: RunOptions): Promise<RunResult> {
	const result = await engine.run(options);
	expect(result.error).toBeDefined();
	return result;
}

/** Runs the node while n8n cannot store files, which starts before the first file arrives. */
export async function runWithoutStorage(options: RunOptions): Promise<RunResult> {
	emulator.inject({ on: 'file', delay: 500 });
	const { ended } = await engine.begin(options);
	const repair = await engine.breakStorage();
	return await ended.finally(repair);
}

/** An address at which no server listens. */
export const CLOSED = 'http://127.0.0.1:1';
