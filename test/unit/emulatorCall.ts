import { request } from 'undici';

import type { EmulatorOptions } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';

/** Served instead of an image where only its transfer matters. */
export const BYTES = Buffer.from('picture '.repeat(1000));

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
	readonly method?: 'DELETE' | 'GET' | 'POST';
	readonly headers?: Record<string, string>;
	readonly body?: string;
}

/** Sends a request to a path or URL, by default a POST with the key. */
export async function call({ url, key }: Emulator, path: string, options: Call = {}) {
	const response = await request(new URL(path, url), {
		method: 'POST',
		// Never reuses a connection to an earlier emulator on the same port.
		reset: true,
		headers: { 'x-api-key': key, 'content-type': 'application/json' },
		...options,
	});
	const bytes = Buffer.from(await response.body.arrayBuffer());
	const { statusCode: status, headers } = response;
	const isJson = headers['content-type'] === 'application/json' && bytes.length > 0;
	const body: unknown = isJson ? JSON.parse(bytes.toString()) : bytes.toString();
	return { status, headers, bytes, body };
}
