/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests with servers of their own */
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import { Engine } from '../engine/engine';

const { FUZZ_RUNS: RUNS_TEXT = '300', FUZZ_SEED: SEED } = process.env;

const RUNS = Number(RUNS_TEXT);

const TIMEOUT = 30_000 + RUNS * 100;

/**
 * Tests that a property holds for random values. A failure prints its seed, and FUZZ_SEED repeats it.
 *
 * @param examples values that are always tried, such as those that once broke the property
 * @param share less than 1 for a property that takes longer than a millisecond or two
 */
export function always<T>(
	sentence: string,
	values: fc.Arbitrary<T>,
	property: (value: T) => void | Promise<void>,
	{ examples = [], share = 1 }: { readonly examples?: readonly T[]; readonly share?: number } = {},
): void {
	const test = async (): Promise<void> => {
		await fc.assert(
			fc.asyncProperty(values, async (value) => await property(value)),
			{
				numRuns: Math.ceil(RUNS * share),
				examples: examples.map((value) => [value]),
				interruptAfterTimeLimit: TIMEOUT - 5000,
				markInterruptAsFailure: true,
				...(SEED === undefined ? {} : { seed: Number(SEED) }),
			},
		);
	};
	it(sentence, test, TIMEOUT);
}

/** Starts n8n's engine, an emulator, and a server that replies to every paid request with the same raw bytes. */
export function useServers() {
	const raw = { url: '', bytes: Buffer.alloc(0), requests: 0 };
	const servers = { raw } as { raw: typeof raw; engine: Engine; emulator: Emulator };
	const server = createServer((request, response) => {
		// The request history, which this server does not have.
		if (request.method === 'GET') return void response.writeHead(404).end();
		raw.requests += 1;
		request.resume().on('end', () => response.socket?.end(raw.bytes));
	});
	beforeAll(async () => {
		const create = { width: 48, height: 32, channels: 3, background: '#c60' } as const;
		const picture = await sharp({ create }).webp().toBuffer();
		servers.emulator = await Emulator.start({ credits: 1_000_000, picture });
		servers.engine = await Engine.start();
		await once(server.listen(0, '127.0.0.1'), 'listening');
		raw.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterAll(async () => {
		server.close();
		await servers.emulator.close();
		await servers.engine.stop();
	});
	return servers;
}
