module.exports = {
	...require('../../jest.config.js'),
	rootDir: '../..',
	roots: ['<rootDir>/test/e2e'],
	testPathIgnorePatterns: [],
	// One n8n at a time: each takes a gigabyte and a core.
	maxWorkers: 1,
	testTimeout: 120_000,
};
