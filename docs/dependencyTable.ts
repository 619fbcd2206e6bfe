import { code, toTable } from './markdown';

/** The part of package.json that the table is about. */
export interface Manifest {
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
	readonly peerDependencies: Readonly<Record<string, string>>;
}

const HEAD = ['Package', 'Version', 'Why it is there'];

const PEER = 'n8n-workflow';

const REASONS: Readonly<Record<string, string>> = {
	'@fontsource/lato': "The letters on the emulator's pictures, which are the same on a machine without fonts",
	'@n8n/di': "Reaches the services of n8n's engine, such as the one for binary data",
	'@n8n/node-cli': "n8n's own lint rules for verified nodes",
	'@swc/core': 'Compiles the TypeScript of the tests',
	'@swc/jest': 'Lets jest compile with it',
	'@types/cli-progress': 'Types of cli-progress',
	'@types/formidable': 'Types of formidable',
	'@types/jest': 'Types of jest',
	'@types/node': 'Types of the oldest Node that the node is developed on',
	'@types/opentype.js': 'Types of opentype.js',
	'cli-progress': 'The progress bar of the demo and the benchmark',
	'cli-table3': 'The tables of the demo and the benchmark',
	eslint: "Runs n8n's lint rules",
	'fast-check': 'Tests of what must hold whatever is entered and whatever goes wrong',
	flatted: 'Reads executions as n8n stores them',
	formidable: 'Reads the multipart uploads that n8n sends to the receivers of the tests',
	gulp: 'Builds: clean, compile, static files, the tables of this README, watch',
	jest: 'Runs the tests',
	'n8n-core': "n8n's own engine, in which the tests and the demo run the node",
	'n8n-workflow': 'The types and the few functions of n8n that the node is compiled against',
	'opentype.js': "Draws the letters on the emulator's pictures",
	picocolors: 'Colours in the terminal',
	'playwright-core': 'Drives the browser in the tests of the editor',
	prettier: 'Formats everything',
	s3rver: 'The S3-compatible server that n8n stores images in, in a test',
	sharp: 'Makes the pictures of the emulator, and decodes those that the tests get',
	tsx: 'Runs TypeScript without a build: emulator, demo, benchmark, documents',
	typescript: 'Compiles the node',
	undici:
		'The independent HTTP client that questions the emulator, and the floor that the benchmark compares with',
	'unrs-resolver':
		'Resolves modules for jest; held at a version whose builds for all platforms are published',
};

/** A reason must have its package, and a package its reason. */
function checkReasons(packages: readonly string[]): void {
	const unexplained = packages.filter((name) => !Object.hasOwn(REASONS, name));
	const unused = Object.keys(REASONS).filter((name) => !packages.includes(name));
	if (unexplained.length > 0) throw new Error(`No reason is given for ${unexplained.join(', ')}`);
	if (unused.length > 0) throw new Error(`A reason is given for what is not there: ${unused.join(', ')}`);
}

/** A verified node has no run-time dependency, and n8n-workflow as its only peer. */
function checkRunTime({ dependencies = {}, peerDependencies }: Manifest): void {
	const runTime = Object.keys(dependencies);
	const others = Object.keys(peerDependencies).filter((name) => name !== PEER);
	if (runTime.length > 0) throw new Error(`There must be no run-time dependency: ${runTime.join(', ')}`);
	if (others.length > 0) throw new Error(`There must be no other peer than ${PEER}: ${others.join(', ')}`);
}

/**
 * What the package is developed with, and what little it needs to run.
 *
 * @throws when a dependency has no reason, a reason no dependency, or the node more than its one peer
 */
export function dependencyTable(manifest: Manifest): string {
	const { devDependencies, peerDependencies } = manifest;
	checkRunTime(manifest);
	checkReasons(Object.keys(devDependencies));
	const rows = Object.entries(devDependencies).map(([name, version]) => [
		code(name),
		version,
		REASONS[name] ?? '',
	]);
	const peer = [
		`${code(PEER)} (peer)`,
		peerDependencies[PEER] ?? '',
		'The only peer dependency: n8n brings it. There is no run-time dependency',
	];
	return toTable(HEAD, [peer, ...rows]);
}
