/* eslint-disable @n8n/community-nodes/no-restricted-imports -- names the folders of a real n8n beside the tests */
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** An n8n and the Node that it runs on, in a folder outside the project, so that a clean checkout finds it again. */
export interface Release {
	readonly version: string;
	readonly folder: string;
	/** The package that brings the program. */
	readonly nodePackage: string;
	/** The program that n8n runs on. */
	readonly node: string;
	/** Versions that stand in for those n8n asks for. */
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

/** What the tests run in; 2.41.3 names a package that was never published. */
export const NEWEST = toRelease('2.41.1', '24');

/** The oldest that the package is checked with; its spreadsheet library is asked for by an address outside the registry. */
export const OLDEST = toRelease('1.123.81', '20', { overrides: { xlsx: '0.18.5' } });

/** The folder of the package as `npm run pack:check` packed it. */
export const PACKED = join(process.cwd(), '.cache', 'pack', 'package');

export const CHROMIUM = '/usr/bin/chromium';
