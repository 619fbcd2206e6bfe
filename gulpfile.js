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

/** Puts the built package where a running n8n has it, which takes no links: it knows files by their real place. */
function deliver() {
	return src(['package.json', 'index.js', 'dist/**'], { base: '.', encoding: false }).pipe(
		dest(process.env.DELIVER_TO),
	);
}

function rebuild() {
	const then = process.env.DELIVER_TO === undefined ? [] : [deliver];
	watch(['nodes/**/*.ts', 'credentials/**/*.ts'], series(compile, ...then));
	watch(STATIC, series(copyStatic, ...then));
}

module.exports = {
	build,
	clean,
	docs,
	rebuild,
	watch: series(build, rebuild),
	default: series(build, docs),
};
