process.env.FUZZ_SECONDS ??= '60';

module.exports = {
	...require('../../jest.config.js'),
	rootDir: '../..',
	testMatch: ['**/test/fuzz/*.test.ts'],
};
