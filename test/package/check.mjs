// Packs the package as npm would publish it, checks its files, and loads it with n8n.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const require = createRequire(import.meta.url);

const ALLOWED = [
	/^dist\/(credentials|nodes)\/.+\.(js|d\.ts|json|svg)$/,
	/^(index\.js|package\.json)$/,
	/^(README|LICENSE|CHANGELOG)\.md$/,
];

const problems = [];
const check = (isTrue, problem) => {
	if (!isTrue) problems.push(problem);
};

function pack(folder) {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const out = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
		cwd: root,
		encoding: 'utf8',
		shell: process.platform === 'win32',
	});
	const [packed] = Object.values(JSON.parse(out));
	execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
	return packed;
}

// Inside the project, so that the unpacked node finds the peer dependency as it does in n8n's folder.
const folder = join(root, '.cache', 'pack');
const packed = pack(folder);
const files = packed.files.map(({ path }) => path);
for (const file of files) {
	check(
		ALLOWED.some((pattern) => pattern.test(file)),
		`${file} must not be published`,
	);
}

const { n8n, main, dependencies } = JSON.parse(readFileSync(join(folder, 'package', 'package.json'), 'utf8'));
check(dependencies === undefined, 'there must be no run-time dependency');
for (const path of [...n8n.nodes, ...n8n.credentials, main]) {
	check(files.includes(path), `${path} is in package.json but not packed`);
}

process.env.N8N_USER_FOLDER = folder;
const { PackageDirectoryLoader } = require('n8n-core');
const loader = new PackageDirectoryLoader(join(folder, 'package'));
await loader.loadAll();
const nodes = loader.types.nodes.map(({ name }) => name);
const credentials = loader.types.credentials.map(({ name }) => name);
check(nodes.join() === 'segmind', `n8n loads the nodes ${nodes.join()} instead of segmind`);
check(
	credentials.join() === 'segmindApi',
	`n8n loads the credentials ${credentials.join()} instead of segmindApi`,
);
for (const { iconUrl, name } of [...loader.types.nodes, ...loader.types.credentials]) {
	check(iconUrl?.light !== undefined && iconUrl.dark !== undefined, `${name} has no light and dark icon`);
}

for (const problem of problems) console.error(`✗ ${problem}`);
console.log(
	`${packed.filename}: ${files.length} files, ${(packed.size / 1000).toFixed(1)} kB packed, ${(packed.unpackedSize / 1000).toFixed(1)} kB unpacked; n8n loads ${[...nodes, ...credentials].join(' and ')}`,
);
process.exit(problems.length === 0 ? 0 : 1);
