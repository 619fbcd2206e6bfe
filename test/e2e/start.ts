/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- starts a real n8n beside the tests */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

import { N8n } from './n8n';

/** Where install.mjs has put things. */
export interface Places {
	readonly CACHE: string;
	readonly NODE: string;
	readonly CHROMIUM: string;
}

/** Told by the one file that knows them; jest can't import it, being no module of modules itself. */
export const places = JSON.parse(
	execFileSync(process.execPath, [
		'--input-type=module',
		'--eval',
		"console.log(JSON.stringify(await import('./test/e2e/places.mjs')))",
	]).toString('utf8'),
) as Places;

/** Starts n8n with the package as it was packed by `npm run pack:check`. */
export async function startN8n(environment: Readonly<Record<string, string>> = {}): Promise<N8n> {
	const packed = join(process.cwd(), '.cache', 'pack', 'package');
	return await N8n.start(packed, places.CACHE, places.NODE, environment);
}
