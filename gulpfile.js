const { execFile } = require('node:child_process');
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

async function docs() {
	await runTool('tsx/cli', ['docs/generate.ts']);
}

const build = series(clean, parallel(compile, copyStatic));

function rebuild() {
	watch(['nodes/**/*.ts', 'credentials/**/*.ts'], compile);
	watch(STATIC, copyStatic);
}

module.exports = { build, clean, docs, watch: series(build, rebuild), default: series(build, docs) };
