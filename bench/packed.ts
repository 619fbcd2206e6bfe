/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- asks npm, on a developer's machine */
import { execFileSync } from 'node:child_process';
import process from 'node:process';

/** What npm would publish. */
export interface Packed {
	/** Bytes of the archive. */
	readonly size: number;
	/** Bytes of its files. */
	readonly unpackedSize: number;
	readonly files: number;
}

/** Asks npm what it would publish, without publishing or writing anything. */
export function readPacked(): Packed {
	const out = execFileSync('npm', ['pack', '--dry-run', '--json'], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
		shell: process.platform === 'win32',
	});
	const [packed] = Object.values(
		JSON.parse(out) as Record<string, { size: number; unpackedSize: number; files: unknown[] }>,
	);
	if (packed === undefined) throw new Error('npm names no package');
	return { size: packed.size, unpackedSize: packed.unpackedSize, files: packed.files.length };
}
