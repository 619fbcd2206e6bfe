/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { writeFileSync } from 'node:fs';

import { generatedPages, readPages } from './pages';

const pages = readPages();
for (const [path, text] of generatedPages(pages)) {
	if (text !== pages.get(path)) writeFileSync(path, text);
}
