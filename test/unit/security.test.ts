/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import manifest from '../../package.json';

const text = readFileSync('docs/security.md', 'utf8');

const between = (from: string, to: string): string => text.slice(text.indexOf(from), text.indexOf(to));

/** The threats, each with its title and what is said of it. */
const threats = between('## Threats', '## What n8n stores')
	.split(/^### /m)
	.slice(1)
	.map((part) => {
		const [title = '', ...rest] = part.split('\n');
		return { title, said: rest.join('\n') };
	});

const CITED = /^- `(test\/[\w./]+\.test\.ts)`: (.+)$/gm;

const cited = [...text.matchAll(CITED)].map(([, file = '', sentence = '']) => ({ file, sentence }));

const escaped = (words: string): string => words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

describe('docs/security.md', () => {
	it.each(threats)('has a test and a file, or more, for: $title', ({ said }) => {
		expect(said.match(CITED)).not.toBeNull();
		expect(said).toMatch(/`(nodes|credentials)\/|no run-time dependency|n8n's HTTP client|at run time/);
	});

	it('names many threats and tests', () => {
		expect(threats.length).toBeGreaterThan(12);
		expect(cited.length).toBeGreaterThan(40);
	});

	it.each(cited)('$file has a test that is called: $sentence', ({ file, sentence }) => {
		const source = readFileSync(file, 'utf8');
		expect(source).toMatch(new RegExp(`(['"\`])${escaped(sentence)}\\1,`));
		expect(source).not.toMatch(/\.(skip|only|todo)\b|\bx(it|test|describe)\(/);
	});

	it('names no file that is not there', () => {
		const files = [...text.matchAll(/`((?:nodes|credentials|test|bench|docs)\/[^`\s]+)`/g)].map(
			([, file]) => file,
		);
		expect(files.filter((file) => !existsSync(file ?? ''))).toEqual([]);
	});
});

const sourcesOf = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => readFileSync(join(folder, name), 'utf8'));

const sources = [...sourcesOf('nodes'), ...sourcesOf('credentials')];

test('the node writes to no log and no console', () => {
	expect(sources.length).toBeGreaterThan(30);
	expect(sources.filter((source) => /\bconsole\.\w|\blogger\b|\bprocess\.std/.test(source))).toEqual([]);
});

test('the node imports nothing but n8n and the hashes and random numbers of Node', () => {
	const imported = sources.flatMap((source) =>
		[...source.matchAll(/\bfrom '([^'.][^']*)'|\brequire\(|\bimport\(/g)].map(([all, name]) => name ?? all),
	);
	expect([...new Set(imported)].sort()).toEqual(['n8n-workflow', 'node:crypto']);
});

test('the node has no run-time dependency, and nothing runs when it is installed', () => {
	expect(manifest).not.toHaveProperty('dependencies');
	expect(manifest).not.toHaveProperty('optionalDependencies');
	expect(manifest).not.toHaveProperty('bundleDependencies');
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	const atInstall = /^(pre|post)?(install|prepare|uninstall|pack|publish)$/;
	expect(Object.keys(manifest.scripts).filter((name) => atInstall.test(name))).toEqual([]);
});

interface Locked {
	readonly integrity?: string;
	readonly link?: boolean;
}

test('what it is developed with is pinned, has a checksum and runs nothing when it is installed', () => {
	const loose = Object.entries(manifest.devDependencies).filter(
		([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
	);
	expect(loose).toEqual([]);
	const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
	const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
	expect(packages.length).toBeGreaterThan(100);
	expect(packages.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([]);
	expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
});

test('it is published from CI with provenance, and only after its tests', () => {
	const workflow = readFileSync('.github/workflows/publish.yml', 'utf8');
	expect(workflow).toMatch(/^ {2}id-token: write$/m);
	expect(workflow).toMatch(/npm ci[\s\S]*npm test[\s\S]*pack:check[\s\S]*npm publish --provenance/);
	expect(workflow).not.toMatch(/pull_request|workflow_dispatch/);
});
