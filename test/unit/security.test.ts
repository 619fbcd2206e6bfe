/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import manifest from '../../package.json';

const sources = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => readFileSync(join(folder, name), 'utf8')),
);

test('the node writes no log', () => {
	expect(sources.length).toBeGreaterThan(20);
	expect(sources.filter((source) => /\bconsole\.\w|\blogger\b|\bprocess\.std/.test(source))).toEqual([]);
});

test('the node imports only n8n-workflow and node:crypto', () => {
	const IMPORT = /\bfrom '([^'.][^']*)'|\bimport '([^'.][^']*)'|\brequire\(|\bimport\(/g;
	const imported = sources.flatMap((source) =>
		[...source.matchAll(IMPORT)].map(([all, from, sideEffect]) => from ?? sideEffect ?? all),
	);
	expect([...new Set(imported)].sort()).toEqual(['n8n-workflow', 'node:crypto']);
});

test('the package has no run-time dependency and no install script', () => {
	expect(manifest).not.toHaveProperty('dependencies');
	expect(manifest).not.toHaveProperty('optionalDependencies');
	expect(manifest).not.toHaveProperty('bundleDependencies');
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	const automatic = /^(pre|post)?(install|prepare|uninstall|pack|publish)$/;
	expect(Object.keys(manifest.scripts).filter((name) => automatic.test(name))).toEqual([]);
});

test('development dependencies are pinned, have a checksum and run no install script', () => {
	const loose = Object.entries(manifest.devDependencies).filter(
		([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
	);
	expect(loose).toEqual([]);
	const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
		packages: Record<string, { integrity?: string }>;
	};
	const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
	expect(packages.length).toBeGreaterThan(100);
	expect(packages.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([]);
	expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
});

test('CI publishes tags with provenance after lint, tests and a look at the package, and has no token for npm', () => {
	const workflow = readFileSync('.github/workflows/publish.yml', 'utf8');
	expect(workflow).toMatch(/^ +id-token: write$/m);
	const steps = [
		'npm ci',
		'npm run lint',
		'npm test',
		'package/check.mjs',
		'npm publish --provenance',
		'gh release',
	];
	expect(steps.map((step) => workflow.indexOf(step))).toEqual(
		steps.map((step) => workflow.indexOf(step)).toSorted((one, other) => one - other),
	);
	expect(steps.filter((step) => !workflow.includes(step))).toEqual([]);
	expect(workflow).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
	expect(workflow).not.toMatch(/pull_request|workflow_dispatch/);
});
