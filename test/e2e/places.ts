/* eslint-disable @n8n/community-nodes/no-restricted-imports -- names the folders of a real n8n */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** An n8n and the Node.js that it runs on, in a folder outside the project, which a clean checkout can use again. */
export interface Release {
	readonly version: string;
	readonly folder: string;
	/** The npm package of Node.js. */
	readonly nodePackage: string;
	/** The Node.js program. */
	readonly node: string;
	/** Dependencies of n8n with another version than n8n requires. */
	readonly overrides?: Readonly<Record<string, string>>;
}

const CACHE = process.env.N8N_CACHE ?? join(homedir(), '.cache', 'n8n-nodes-segmind');

function toRelease(version: string, nodeVersion: string, rest: Partial<Release> = {}): Release {
	const folder = join(CACHE, `n8n-${version}`);
	const name = `node-${process.platform}-${process.arch}`;
	return {
		version,
		folder,
		nodePackage: `${name}@${nodeVersion}`,
		node: join(folder, `node${nodeVersion}`, 'node_modules', name, 'bin', 'node'),
		...rest,
	};
}

/** The n8n of the tests. 2.41.3 depends on a package that was never published. */
export const NEWEST = toRelease('2.41.1', '24');

/** The oldest n8n of the tests. It loads its spreadsheet library from a URL outside the registry. */
export const OLDEST = toRelease('1.123.81', '20', { overrides: { xlsx: '0.18.5' } });

/** The package as packed by test/package/check.mjs. */
export const PACKED = join(process.cwd(), '.cache', 'pack', 'package');

export const CHROMIUM = '/usr/bin/chromium';

const POSTGRESQL = '/usr/lib/postgresql';

/** Returns the path of a program of the newest PostgreSQL, which is not on PATH in Debian. It may not be installed. */
export function postgresProgram(name: string): string {
	const versions = existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL) : [];
	return join(POSTGRESQL, String(Math.max(0, ...versions.map(Number))), 'bin', name);
}
