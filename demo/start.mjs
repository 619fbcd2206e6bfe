// Starts a command of this folder. Needs nothing but Node: on a fresh clone the packages are not there yet.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function step(title, command, args) {
	if (title !== '') console.log(`${title} …`);
	const quiet = title !== '';
	const { status, stdout, stderr, error } = spawnSync(command, args, {
		cwd: root,
		stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
		shell: process.platform === 'win32',
		maxBuffer: 64 * 1024 * 1024,
	});
	if (status === 0) return;
	if (quiet) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}\n`);
	process.exit(status ?? 1);
}

// npm writes this file last, so an interrupted install is repeated.
if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
	step('Installing the packages (about a minute, once)', 'npm', ['ci']);
}
step('Building the node', process.execPath, [join('node_modules', 'gulp', 'bin', 'gulp.js'), 'build']);
const [command, ...args] = process.argv.slice(2);
step('', process.execPath, [join('node_modules', 'tsx', 'dist', 'cli.mjs'), join('demo', command), ...args]);
