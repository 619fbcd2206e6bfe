import { request } from 'undici';

import type { EmulatorOptions } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';

/** Served instead of an image where only its transfer matters: 10,000 bytes that differ everywhere. */
export const BYTES = Buffer.from(Array.from({ length: 2500 }, (_, index) => String(index + 1000)).join(''));

const running: Emulator[] = [];

/** Starts an emulator that serves {@link BYTES}, or draws if the second argument is {}. */
export async function start(
	options: EmulatorOptions = {},
	served: EmulatorOptions = { picture: BYTES },
): Promise<Emulator> {
	const emulator = await Emulator.start({ ...served, ...options });
	running.push(emulator);
	return emulator;
}

afterEach(async () => {
	await Promise.all(running.splice(0).map(async (emulator) => await emulator.close()));
});

export interface Call {
	readonly method?: 'DELETE' | 'GET' | 'POST' | 'PUT';
	readonly headers?: Record<string, string>;
	readonly body?: string;
	readonly signal?: AbortSignal;
}

/** Sends a request to a path or URL, by default a POST with the key. */
export async function call({ url, key }: Emulator, path: string, options: Call = {}) {
	const started = performance.now();
	const response = await request(new URL(path, url), {
		method: 'POST',
		// Never reuses a connection to an earlier emulator on the same port.
		reset: true,
		headers: { 'x-api-key': key, 'content-type': 'application/json' },
		...options,
	});
	const chunks: Buffer[] = [];
	let isWhole = true;
	try {
		for await (const chunk of response.body) chunks.push(Buffer.from(chunk));
	} catch {
		isWhole = false;
	}
	const bytes = Buffer.concat(chunks);
	const { statusCode: status, headers } = response;
	const isJson = headers['content-type'] === 'application/json' && bytes.length > 0;
	const body: unknown = isJson ? JSON.parse(bytes.toString()) : bytes.toString();
	return { status, headers, bytes, body, isWhole, milliseconds: performance.now() - started };
}
