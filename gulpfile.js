const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const { rm } = require('node:fs/promises');
const { promisify } = require('node:util');
const { dest, parallel, series, src, watch } = require('gulp');

const run = promisify(execFile);

/** Runs a program of node_modules and shows what it printed when it fails. */
async function runTool(script, args) {
	try {
		await run(process.execPath, [require.resolve(script), ...args]);
	} catch (error) {
		process.stderr.write(`${error.stdout}${error.stderr}`);
		throw new Error(`${script} ${args.join(' ')} ended with ${error.code}`);
	}
}

const STATIC = ['nodes/**/*.{svg,json}', 'credentials/**/*.svg'];

async function clean() {
	await rm('dist', { recursive: true, force: true });
}

async function compile() {
	await runTool('typescript/bin/tsc', ['--project', 'tsconfig.json']);
}

function copyStatic() {
	// Without this, gulp reads every file as UTF-8 and corrupts those that are none.
	return src(STATIC, { base: '.', encoding: false }).pipe(dest('dist'));
}

/** 2,000 images in one process, whose memory must stay flat. Takes the arguments after the task's name. */
async function makeMany() {
	const options = ['--expose-gc', '--max-semi-space-size=4', '--import', 'tsx'];
	const args = [...options, 'test/soak/main.ts', ...process.argv.slice(3)];
	const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
	if (code !== 0) throw new Error(`the soak ended with ${code}`);
}

async function docs() {
	await runTool('tsx/cli', ['docs/generate.ts']);
}

const build = series(clean, parallel(compile, copyStatic));

/** Puts the built package where a running n8n has it, which takes no links: it knows files by their real place. */
function deliver() {
	return src(['package.json', 'index.js', 'dist/**'], { base: '.', encoding: false }).pipe(
		dest(process.env.DELIVER_TO),
	);
}

/** Rebuilds and delivers on each change. */
function rebuild() {
	watch(['nodes/**/*.ts', 'credentials/**/*.ts'], series(compile, deliver));
	watch(STATIC, series(copyStatic, deliver));
}

module.exports = {
	build,
	clean,
	docs,
	rebuild,
	soak: series(build, makeMany),
	default: series(build, docs),
};
