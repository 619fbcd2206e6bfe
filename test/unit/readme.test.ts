/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { readFileSync } from 'node:fs';

import { generatedReadme } from '../../docs/readme';

test('README.md has what `npm run docs` generates', () => {
	const readme = readFileSync('README.md', 'utf8');
	expect(generatedReadme(readme)).toBe(readme);
});
