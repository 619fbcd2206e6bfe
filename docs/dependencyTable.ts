import manifest from '../package.json';
import { code, toTable } from './markdown';

const REASONS: Readonly<Record<keyof typeof manifest.devDependencies, string>> = {
	'@20minutes/s3rver': 'The S3-compatible server that n8n stores images in, in a test',
	'@fontsource/lato': "The font of the emulator's images, which are the same on a machine without fonts",
	'@n8n/di': "Access to the services of n8n's engine, such as the one for binary data",
	'@n8n/node-cli': "n8n's lint rules for verified nodes",
	'@stryker-mutator/core': 'Mutation testing: shows which code no test protects',
	'@stryker-mutator/jest-runner': 'Lets Stryker run jest',
	'@swc/core': 'Compiles the TypeScript of the tests',
	'@swc/jest': 'Lets jest compile with it',
	'@types/cli-progress': 'Types of cli-progress',
	'@types/jest': 'Types of jest',
	'@types/node': 'Types of the oldest Node that the package is developed on',
	'@types/opentype.js': 'Types of opentype.js',
	'cli-progress': 'The progress bar of the demo and the benchmark',
	'cli-table3': 'The tables of the demo and the benchmark',
	eslint: "Runs n8n's lint rules",
	'fast-check': 'Property-based tests',
	flatted: 'Reads executions as n8n stores them',
	gulp: 'Builds the package and the generated documentation',
	jest: 'Runs the tests',
	'n8n-core': "n8n's own engine, in which the tests and the demo run the node",
	'n8n-workflow': 'The types and the few functions of n8n that the node is compiled against',
	'opentype.js': "Draws the text on the emulator's images",
	picocolors: 'Colours in the terminal',
	'playwright-core': 'Drives the browser in the tests of the editor',
	prettier: 'Formats all files',
	selfsigned: 'Certificates for the tests of TLS and of proxies',
	sharp: "Makes the emulator's images, and decodes those that the tests receive",
	tsx: 'Runs TypeScript without a build: emulator, demo, benchmark, documentation',
	typescript: 'Compiles the node',
	undici: 'The independent HTTP client that tests the emulator, and the baseline of the benchmark',
	'unrs-resolver':
		'Resolves modules for jest; held at a version whose builds for all platforms are published',
};

/** What the package is developed with, and the one peer that it needs. */
export function dependencyTable(): string {
	const peers = Object.entries(manifest.peerDependencies).map(([name, version]) => [
		`${code(name)} (peer)`,
		version,
		'The only peer dependency: n8n brings it. There is no run-time dependency',
	]);
	const developed = Object.entries(manifest.devDependencies).map(([name, version]) => [
		code(name),
		version,
		REASONS[name as keyof typeof REASONS],
	]);
	return toTable(['Package', 'Version', 'Why it is there'], [...peers, ...developed]);
}
