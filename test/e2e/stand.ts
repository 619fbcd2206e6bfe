import type { EmulatorOptions } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';
import type { Credential } from './n8n';
import { N8n } from './n8n';
import { NEWEST } from './places';
import type { Environment } from './process';

/** All that a test in a real n8n needs: n8n, an emulator of Segmind, and a credential that leads from one to the other. */
export class Stand {
	private constructor(
		readonly emulator: Emulator,
		readonly n8n: N8n,
		readonly credential: Credential,
	) {}

	/** @param environment settings of n8n */
	static async start(
		environment: Environment = {},
		options: EmulatorOptions = {},
		release = NEWEST,
	): Promise<Stand> {
		const emulator = await Emulator.start(options);
		const n8n = await N8n.start(environment, release);
		const data = { apiKey: emulator.key, baseUrl: emulator.url };
		return new Stand(emulator, n8n, await n8n.credential('segmindApi', data, 'Segmind account'));
	}

	async close(): Promise<void> {
		await this.n8n.stop();
		await this.emulator.close();
	}
}
