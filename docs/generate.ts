/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { readFile, writeFile } from 'node:fs/promises';

import { generatedReadme } from './readme';

/** The command is started in the project's folder. */
const README = 'README.md';

async function main(): Promise<void> {
	await writeFile(README, generatedReadme(await readFile(README, 'utf8')));
}

void main();
