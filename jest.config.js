module.exports = {
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	// Those run in a real n8n, by a command of their own.
	testPathIgnorePatterns: ['/node_modules/', '/test/e2e/'],
	transform: {
		'\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	testTimeout: 30_000,
	// Many tests wait for a server that is slow on purpose, so a core has time for two of them.
	maxWorkers: 3,
};
